"""What previews read from pages in the shape of large shops, served on loopback."""

from decimal import Decimal

import pytest

from gifts.services.preview.fetching import fetch
from gifts.services.preview.outcomes import Facts, NotFetched
from gifts.services.preview.reading import read_page
from tests.gifts import pages
from tests.gifts.pages import json_ld, offer, page, product
from tests.gifts.website import rules, website


@pytest.fixture(scope="module")
def site():
    with website() as open_site:
        yield open_site


@pytest.fixture
def read(site):
    """What is read from this page."""

    def read(content: str | bytes, **headers: str) -> Facts:
        return read_page(fetch(site.shows(content, **headers), rules()))

    return read


@pytest.fixture
def reason(read):
    """Why nothing is read from this page."""

    def reason(content: str | bytes, **headers: str) -> str:
        with pytest.raises(NotFetched) as refusal:
            read(content, **headers)
        return refusal.value.reason.value

    return reason


# --- Shops ---------------------------------------------------------------------------------------


def test_a_marketplace_is_read_from_its_json_ld(read):
    assert read(pages.MARKETPLACE) == Facts(
        title="Red kite & line",
        image_url="http://img.example.org/kite.jpg",
        price=Decimal("24.90"),
        currency="EUR",
        source="Marketplace",
    )


def test_a_shop_without_it_is_read_from_what_it_tells_social_networks(read, site):
    assert read(pages.SOCIAL) == Facts(
        title="Wooden train, 24 > 12 parts",
        image_url=f"{site.url}/img/train.jpg?w=1&h=2",
        price=Decimal("49.95"),
        currency="CHF",
        source="Toy Shop",
    )


def test_an_older_shop_is_read_from_its_microdata(read, site):
    assert read(pages.MICRODATA) == Facts(
        title="A globe",
        image_url=f"{site.url}/globe.png",
        price=Decimal("1299.00"),
        currency="EUR",
        source="127.0.0.1",
    )


def test_a_price_with_a_comma_is_read_as_people_write_it(read):
    facts = read(pages.COMMA)
    assert (facts.price, facts.currency) == (Decimal("1234.56"), "EUR")
    assert facts.image_url == "http://img.example.org/lamp.jpg"


def test_a_page_without_a_price_has_its_title(read):
    assert read(pages.PLAIN) == Facts(title="Grandma's apple pie \u2013 a recipe", source="127.0.0.1")


@pytest.mark.parametrize("gate", [pages.CAPTCHA, pages.DENIED, pages.WAIT, pages.EMPTY, "", "no page at all"])
def test_a_gatekeepers_page_is_nobodys_gift(reason, gate):
    assert reason(gate) == "no_data"


def test_a_game_called_forbidden_is_no_gatekeeper(read):
    assert read(page("<meta property=og:title content='Forbidden Island'>")).title == "Forbidden Island"


# --- JSON-LD -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offers", "price", "currency"),
    [
        (offer(24.9), "24.90", "EUR"),
        (offer("24.90", "usd"), "24.90", "USD"),
        (offer(1299), "1299.00", "EUR"),
        (offer("1.234"), "1.23", "EUR"),
        (offer("1,234.50"), "1234.50", "EUR"),
        (offer("12,99"), "12.99", "EUR"),
        (offer("12,99 \u20ac", ""), "12.99", "EUR"),
        (offer(0), "0.00", "EUR"),
        (offer("9999999999.99"), "9999999999.99", "EUR"),
        (offer(" 5 ", "EURO"), "5.00", ""),
        ([offer(None), offer("7.50")], "7.50", "EUR"),
        ({"@type": "AggregateOffer", "lowPrice": "3", "priceCurrency": "EUR"}, "3.00", "EUR"),
        ({"@type": "AggregateOffer", "priceCurrency": "EUR", "offers": [offer(4)]}, "4.00", "EUR"),
        ({"priceSpecification": {"price": 8, "priceCurrency": "SEK"}}, "8.00", "SEK"),
        (
            {"priceSpecification": [{"price": 9, "priceType": "https://schema.org/ListPrice"}, {"price": 8}]},
            "8.00",
            "",
        ),
        # What is no price is none.
        (offer("10000000000"), None, ""),
        (offer(-1), None, ""),
        (offer("on request"), None, ""),
        (offer(True), None, ""),
        (offer(float("nan")), None, ""),
        (offer(float("inf")), None, ""),
        (offer("1" * 5000), None, ""),
        (offer([[["5"]]]), None, ""),
        (offer({"value": 5}), None, ""),
        ("5 EUR", None, ""),
        (None, None, ""),
    ],
)
def test_an_offer(read, offers, price, currency):
    facts = read(json_ld(product(offers=offers)))
    assert facts.title == "A red kite"
    assert (None if facts.price is None else str(facts.price), facts.currency) == (price, currency)


def test_a_variants_price_is_better_than_none(read):
    group = product(hasVariant=[product(offers=offer(15))]) | {"@type": "ProductGroup"}
    assert read(json_ld(group)).price == Decimal("15.00")


def test_an_offer_may_stand_elsewhere_in_the_graph(read):
    graph = {"@graph": [product(offers={"@id": "#o"}, image={"@id": "#i"}), offer(6) | {"@id": "#o"}]}
    graph["@graph"].append({"@id": "#i", "@type": "ImageObject", "url": "https://img.example.org/a.png"})
    facts = read(json_ld(graph))
    assert (facts.price, facts.image_url) == (Decimal("6.00"), "https://img.example.org/a.png")


@pytest.mark.parametrize(
    "thing",
    [
        [product()],
        {"@type": "WebPage", "mainEntity": product()},
        product() | {"@type": ["Thing", "http://schema.org/Product"]},
        product(name=["A red kite", "Ein roter Drachen"]),
        product(name="A\u0000 red \ud800 \u202ekite\n"),
    ],
)
def test_a_product_is_found_where_shops_put_it(read, thing):
    assert read(json_ld(thing)).title == "A red kite"


def test_what_is_related_is_not_what_the_page_is_about(read):
    facts = read(json_ld({"@type": "WebPage", "isRelatedTo": product(), "name": "Kites"}) + "<title>Kites</title>")
    assert facts.title == "Kites"


@pytest.mark.parametrize("broken", ["{", "[" * 100_000, '{"@graph":' * 20_000, "null", '"x"', "1" * 10_000, "\\", ""])
def test_broken_json_ld_leaves_the_rest_of_the_page(read, broken):
    assert read(f"<title>A kite</title><script type='application/ld+json'>{broken}</script>").title == "A kite"


# --- Texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("<title>Süße Äpfel</title>".encode(), "text/html; charset=utf-8"),
        ("<title>Süße Äpfel</title>".encode(), "text/html"),
        ("<title>Süße Äpfel</title>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ("<meta charset='windows-1252'><title>Süße Äpfel</title>".encode("cp1252"), "text/html"),
        ("<meta charset='utf-8'><title>Süße Äpfel</title>".encode(), "text/html; charset=punycode"),
        ("<title>Süße Äpfel</title>".encode("utf-16"), "text/html"),
        ("\ufeff<title>Süße Äpfel</title>".encode(), "text/html; charset=latin-1"),
        (b"<TITLE>S&uuml;&szlig;e &#196;pfel</TITLE>", "application/xhtml+xml; charset=nonsense"),
    ],
)
def test_a_title_is_read_in_the_charset_of_its_page(read, content, content_type):
    assert read(content, Content_Type=content_type).title == "Süße Äpfel"


def test_bytes_that_are_no_text_are_replaced(read):
    assert read(b"<title>A \xff\xfe kite</title>").title == "A \ufffd\ufffd kite"


def test_texts_are_cut_to_what_a_gift_can_hold(read):
    facts = read(
        page(f"<meta property=og:title content='{'x' * 5000}'><meta property=og:site_name content={'y' * 500}>")
    )
    assert (len(facts.title), len(facts.source)) == (200, 120)


@pytest.mark.parametrize(
    "image",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "ftp://img.example.org/a",
        "http://[",
        "https://under_score/a",
        "https://img.example.org/" + "a" * 2000,
        "https://",
    ],
)
def test_a_picture_that_no_gift_could_have_is_left_out(read, image):
    facts = read(page(f"<meta property=og:title content=Kite><meta property=og:image content='{image}'>"))
    assert (facts.title, facts.image_url) == ("Kite", "")
