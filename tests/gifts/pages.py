"""Pages in the shape of large shops."""

import json
from typing import Any


def page(head: str = "", body: str = "") -> str:
    return f"<!DOCTYPE html><html lang=de><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"


def json_ld(*things: Any) -> str:
    return page("".join(f'<script type="application/ld+json">{json.dumps(thing)}</script>' for thing in things))


def product(**fields: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org/", "@type": "Product", "name": "A red kite"} | fields


def offer(price: Any, currency: Any = "EUR", **fields: Any) -> dict[str, Any]:
    return {"@type": "Offer", "price": price, "priceCurrency": currency} | fields


# A large marketplace: a graph with breadcrumbs before the product, a list of images, several offers.
MARKETPLACE = page(
    "<title>Red kite | Marketplace</title><meta property='og:title' content='Buy a red kite now!'>"
    '<meta property="og:site_name" content="Marketplace">',
    '<script>window.state = {"price": "1.00", "</div>": "<meta property=og:title content=no>"}</script>'
    '<script type="application/ld+json">'
    + json.dumps(
        {
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "name": "Toys"}]},
                product(
                    name="Red kite &amp; line",
                    image=["//img.example.org/kite.jpg", "//img.example.org/back.jpg"],
                    brand={"@type": "Brand", "name": "Windy"},
                    offers={"@type": "AggregateOffer", "lowPrice": 24.9, "highPrice": "31.00", "priceCurrency": "EUR"},
                    isRelatedTo=[product(name="Another kite", offers=offer("1.00"))],
                ),
            ],
        }
    )
    + "</script>",
)

# A shop that writes for social networks only.
SOCIAL = page(
    """<title>Wooden train | Toy Shop</title>
    <meta property="og:type" content="product">
    <meta property="og:title" content="Wooden train, 24 > 12 parts">
    <meta property="og:image" content="/img/train.jpg?w=1&amp;h=2">
    <meta property="og:site_name" content="Toy Shop">
    <meta property="product:price:amount" content="49.95">
    <meta property="product:price:currency" content="chf">"""
)

# An older shop.
MICRODATA = page(
    "<title>Shop</title>",
    """<div itemscope itemtype="http://schema.org/Product"><div class=x><p>first<p>second
    <div itemprop="brand" itemscope itemtype="http://schema.org/Brand"><div><b itemprop="name">Windy</b></div></div>
    <h1 itemprop="name">A globe</h1><img itemprop=image src="globe.png">
    <div itemprop="review" itemscope itemtype="http://schema.org/Review"><b itemprop="name">Great!</b></div>
    <div itemprop="offers" itemscope itemtype="http://schema.org/Offer">
      <span itemprop="price">1.299,00 €</span><meta itemprop="priceCurrency" content="EUR" />
    </div></div></div>
    <div itemscope itemtype="http://schema.org/Product"><h2 itemprop="name">Another</h2></div>""",
)

# No markup of a price that a program could read but by its comma.
COMMA = page(
    """<meta property="og:title" content="Lamp"><meta property="og:price:amount" content="1.234,56 €">"""
    """<meta name="twitter:image" content="http://img.example.org/lamp.jpg">"""
)

PLAIN = page("<title>\n  Grandma&#39;s apple   pie &ndash; a recipe\n</title>")

CAPTCHA = page(
    "<title>Shop.example</title>",
    '<form action="/errors/validateCaptcha"><h4>Type the characters you see in this image:</h4></form>',
)
DENIED = page(
    "<title>Access Denied</title><meta property='og:title' content='Access Denied'>", "<h1>Reference #18</h1>"
)
WAIT = page("<title>Just a moment...</title>", "<div id=challenge-running></div>")
EMPTY = page("", "<div id=app></div>")
