"""The product that a page marks up with `itemprop`, as older shops do."""

from dataclasses import dataclass, field

from gifts.services.preview.outcomes import Facts
from gifts.services.preview.tags import Tag
from gifts.services.preview.words import clean, currency_of, longest, price_in, web_address, written_number

MAX_SCOPES = 200
OFFERS = {"offer", "aggregateoffer", "unitpricespecification", "pricespecification"}
OF_PRODUCT = {"name", "image"}
OF_OFFER = {"price", "lowprice", "pricecurrency"}
VALUES = ("content", "src", "href", "value")


@dataclass
class Scope:
    """One thing that is described: it lasts until the tag that opened it is closed."""

    tag: str
    kind: str
    opened: int = 1


@dataclass
class Microdata:
    """Fed with the page's tags in their order."""

    said: dict[str, str] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)  # which of them are for people to read, and written their way
    scopes: list[Scope] = field(default_factory=list)

    def see(self, tag: Tag) -> None:
        if self.scopes and tag.name == self.scopes[-1].tag:
            self._count(-1 if tag.is_end else 1)
        if tag.is_end or "item" not in tag.written.lower():
            return
        attributes = tag.attributes()
        if "itemscope" in attributes or "itemtype" in attributes:
            self._open(tag, attributes)
        elif attributes.get("itemprop"):
            self._keep(tag, attributes)

    def facts(self, base: str) -> Facts | None:
        title = clean(self.said.get("name"), longest("title"))
        if not title:
            return None
        name = "price" if self.said.get("price") else "lowprice"
        price_text = self.said.get(name, "")
        return Facts(
            title=title,
            image_url=web_address(self.said.get("image"), base),
            price=price_in(price_text) if name in self.shown else written_number(price_text),
            currency=currency_of(self.said.get("pricecurrency"), price_text),
        )

    def _count(self, change: int) -> None:
        self.scopes[-1].opened += change
        if self.scopes[-1].opened == 0:
            self.scopes.pop()

    def _open(self, tag: Tag, attributes: dict[str, str]) -> None:
        kind = attributes.get("itemtype", "").strip().rpartition("/")[2].lower()
        if len(self.scopes) < MAX_SCOPES:
            self.scopes.append(Scope(tag.name, kind))

    def _keep(self, tag: Tag, attributes: dict[str, str]) -> None:
        """The first of each that the product, or its offer, says of itself; not what a brand or a review says."""
        kinds = [scope.kind for scope in self.scopes]
        if "product" not in kinds:
            return
        wanted = OF_PRODUCT | OF_OFFER if kinds[-1] == "product" else OF_OFFER if kinds[-1] in OFFERS else set()
        value = next((attributes[name] for name in VALUES if attributes.get(name)), "")
        for name in wanted & set(attributes["itemprop"].lower().split()[:10]) - self.said.keys():
            self.said[name] = value or tag.text
            if not value:
                self.shown.add(name)
