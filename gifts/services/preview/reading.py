"""What a page says about the thing on it: JSON-LD first, then OpenGraph, then microdata, then its plain title."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from gifts.services.preview import json_ld
from gifts.services.preview.bodies import text_of
from gifts.services.preview.fetching import Page
from gifts.services.preview.microdata import Microdata
from gifts.services.preview.outcomes import Facts, NotFetched, Reason
from gifts.services.preview.tags import Tag, tags_of
from gifts.services.preview.words import clean, currency_of, longest, web_address, written_number

PRICES = ("product:sale_price:amount", "product:price:amount", "og:price:amount", "product:price", "og:price")
CURRENCIES = ("product:sale_price:currency", "product:price:currency", "og:price:currency")
IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
# What stands on the page of a gatekeeper instead of the thing that one asked for.
GATES = re.compile(
    r"captcha|are you (?:a )?(?:human|robot)|robot check|not a robot|access (?:to this page has been )?denied|"
    r"just a moment|attention required|pardon our interruption|security (?:check|verification)|verify(?:ing)? you|"
    r"bot (?:check|detection|verification)|request (?:was )?blocked|you have been blocked|403 forbidden|^forbidden$|"
    r"^not found|(?:page|product|404)[ -:]*not found|error 404|service unavailable|enable (?:javascript|cookies)|"
    r"zugriff verweigert|sicherheits(?:überprüfung|prüfung|abfrage)|seite nicht gefunden|bist du ein mensch",
    re.IGNORECASE,
)


@dataclass
class Head:
    """What the page's tags say, each by its first."""

    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    microdata: Microdata = field(default_factory=Microdata)

    def see(self, tag: Tag) -> None:
        self.microdata.see(tag)
        if tag.is_end:
            return
        if tag.name == "title" and not self.title:
            self.title = clean(tag.raw, longest("title"))
        elif tag.name == "meta":
            said = tag.attributes()
            for name in {said.get("property", ""), said.get("name", "")} - {""}:
                self.meta.setdefault(name.lower(), said.get("content", ""))
        elif tag.name == "script" and "ld+json" in tag.written:
            self.scripts.append(tag.raw)

    def first(self, names: Iterable[str]) -> str:
        return next((value for name in names if (value := self.meta.get(name, "").strip())), "")


def read_page(page: Page) -> Facts:
    """What the page says; NotFetched when that is nothing."""
    text = text_of(page.body, page.charset)
    head = Head()
    for tag in tags_of(text):
        head.see(tag)
    source = clean(head.meta.get("og:site_name"), longest("source")) or page.host.removeprefix("www.")
    product = json_ld.facts_in(head.scripts, page.url)
    facts = _together([product, _from_meta(head, page.url), head.microdata.facts(page.url)], head, source)
    if _says_nothing(facts, product, head, text):
        raise NotFetched(Reason.TOO_LARGE if page.is_cut else Reason.NO_DATA)
    return facts


def _from_meta(head: Head, base: str) -> Facts:
    price_text = head.first(PRICES)
    return Facts(
        title=clean(head.first(["og:title", "twitter:title"]), longest("title")),
        image_url=next((url for name in IMAGES if (url := web_address(head.meta.get(name), base))), ""),
        price=written_number(price_text),
        currency=currency_of(head.first(CURRENCIES), price_text),
    )


def _together(found: list[Facts | None], head: Head, source: str) -> Facts:
    """Of each fact the best that is known. A currency belongs to its price, so the two are taken from one place."""
    known = [facts for facts in found if facts is not None]
    priced = next((facts for facts in known if facts.price is not None), Facts())
    return Facts(
        title=next((facts.title for facts in known if facts.title), head.title),
        image_url=next((facts.image_url for facts in known if facts.image_url), ""),
        price=priced.price,
        currency=priced.currency or next((facts.currency for facts in known if facts.currency), ""),
        source=source[: longest("source")],
    )


def _says_nothing(facts: Facts, product: Facts | None, head: Head, text: str) -> bool:
    if product or (facts.title and facts.price is not None):
        return False
    if not facts.title or GATES.search(facts.title):
        return True
    # A title alone may be the gatekeeper's, or just the shop's name.
    is_alone = facts.title == head.title and not facts.image_url
    return is_alone and ("captcha" in text.lower() or facts.title.lower() in {facts.source.lower(), ""})
