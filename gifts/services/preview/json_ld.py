"""The product that a page describes in JSON-LD: what shops write for search engines, and the best there is."""

import json
from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from gifts.services.preview.outcomes import Facts
from gifts.services.preview.words import clean, currency_of, longest, web_address, written_number

MAX_NODES = 5_000
PRODUCTS = {"product", "productgroup", "productmodel", "individualproduct", "someproducts", "book", "vehicle"}
# Where the thing that the page is about may stand. Not in what is related, similar or an accessory.
INWARDS = ("@graph", "mainEntity", "mainEntityOfPage", "itemOffered", "hasVariant")
PRICES = ("price", "lowPrice")
Node = dict[str, Any]


def facts_in(scripts: list[str], base: str) -> Facts | None:
    """What the first product with a name says of itself."""
    nodes = [node for script in scripts for node in _nodes_in(_parsed(script))]
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    for node in nodes:
        if _is_product(node) and (title := clean(_first(node.get("name")), longest("title"))):
            price, currency = _price_of(node, named)
            image = web_address(_image_of(node.get("image"), named), base)
            return Facts(title=title, image_url=image, price=price, currency=currency)
    return None


def _parsed(script: str) -> Any:
    try:
        # Numbers stay as they are written: 1e400 is no float, and 12.10 is no 12.1. Line ends in texts are let be.
        return json.loads(script.strip(" \t\r\n;"), strict=False, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _nodes_in(data: Any) -> Iterator[Node]:
    """The outer before the inner, without recursion."""
    waiting = deque([data])
    for _ in range(MAX_NODES):
        if not waiting:
            return
        one = waiting.popleft()
        if isinstance(one, list):
            waiting.extend(one[:MAX_NODES])
        elif isinstance(one, dict):
            yield one
            waiting.extend(one[name] for name in INWARDS if name in one)


def _is_product(node: Node) -> bool:
    return any(kind.rpartition("/")[2].rpartition(":")[2].lower() in PRODUCTS for kind in _texts(node.get("@type")))


def _texts(value: Any) -> list[str]:
    return [text for text in _listed(value) if isinstance(text, str)]


def _listed(value: Any) -> list[Any]:
    """Whatever it is as a list: one thing and a list of one mean the same here."""
    return value[:50] if isinstance(value, list) else [value]


def _first(value: Any) -> Any:
    return next((one for one in _listed(value) if one), None)


def _image_of(value: Any, named: dict[str, Node]) -> Any:
    image = _first(value)
    if isinstance(image, dict):
        image = named.get(str(image.get("@id")), {}) | image
        return _first(image.get("contentUrl")) or _first(image.get("url"))
    return image


def _price_of(product: Node, named: dict[str, Node]) -> tuple[Decimal | None, str]:
    """The first price that can be read: of an offer, else of the offers within it, else of a variant."""
    waiting = deque([*_listed(product.get("offers")), *_listed(product.get("hasVariant"))])
    for _ in range(200):
        if not waiting:
            break
        offer = waiting.popleft()
        if not isinstance(offer, dict):
            continue
        offer = named.get(str(offer.get("@id")), {}) | offer
        for name in PRICES:
            price = written_number(_first(offer.get(name)))
            if price is not None:
                code = offer.get("priceCurrency") or _inner_currency(offer)
                return price, currency_of(_first(code), str(_first(offer.get(name))))
        inner = [*_listed(offer.get("priceSpecification")), *_listed(offer.get("offers"))]
        waiting.extend(one for one in inner if not _is_struck_out(one))
    return None, ""


def _inner_currency(offer: Node) -> Any:
    inner = [one for one in _listed(offer.get("priceSpecification")) if isinstance(one, dict)]
    return next((one["priceCurrency"] for one in inner if one.get("priceCurrency")), None)


def _is_struck_out(specification: Any) -> bool:
    """What it cost before, or should have cost."""
    kinds = _texts(specification.get("priceType")) if isinstance(specification, dict) else []
    return any(word in kind for kind in kinds for word in ("ListPrice", "Strikethrough", "SRP"))
