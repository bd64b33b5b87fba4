"""A household's gifts: those in its catalog, which stand on several lists, and those made for one list alone."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from accounts.models import User
from gifts.models import Gift, GiftTag
from gifts.services.seeding.home import Home
from gifts.services.seeding.sizes import HouseholdSize
from gifts.services.seeding.talk import say
from gifts.services.seeding.words import DESCRIPTIONS, QUALITIES, SHOPS, TAGS, THINGS
from households.models import Tag

# For each item on a list: 2,000 gifts for 5,000 items, of which 800 stand on one list only.
IN_CATALOG = 0.24
FOR_ONE_LIST = 0.16


class Ware(NamedTuple):
    """What is remembered of a gift."""

    pk: UUID
    title: str
    image_url: str
    price: Decimal


class Catalog:
    def __init__(self, home: Home, size: HouseholdSize) -> None:
        self.home = home
        self.tags = self._coin_tags(2 + size.lists // 5)
        self.wares = [
            self._ware(home.choose(home.planners).user, in_catalog=True) for _ in range(round(size.items * IN_CATALOG))
        ]
        self._next = self._drawn = self._on_this_list = 0

    def begin_list(self) -> None:
        """From here on no gift comes a second time, until the next list is opened."""
        self._on_this_list = 0

    def draw(self, adder: User) -> Ware:
        """The next gift from the catalog, or a new one by this user."""
        self._drawn += 1
        is_due = int(self._drawn * FOR_ONE_LIST) > int((self._drawn - 1) * FOR_ONE_LIST)
        if is_due or self._on_this_list >= len(self.wares):
            return self._ware(adder, in_catalog=False)
        self._on_this_list += 1
        self._next = (self._next + 1) % len(self.wares)
        return self.wares[self._next]

    def _coin_tags(self, count: int) -> list[Tag]:
        tags = []
        for name in TAGS[:count]:
            tag = self.home.batch.add(Tag(household_id=self.home.household.pk, name=name))
            self.home.diary.note(self.home.owner.user, "tag.created", tag)
            tags.append(tag)
        return tags

    def _ware(self, maker: User, *, in_catalog: bool) -> Ware:
        gift = self._gift(maker, in_catalog=in_catalog)
        for tag in self.home.rng.sample(self.tags, self.home.choose((0, 0, 1, 2))):
            self.home.batch.add(GiftTag(household_id=gift.household_id, gift_id=gift.pk, tag_id=tag.pk))
        if in_catalog:
            self.home.diary.note(maker, "gift.created", gift)
            if self.home.chance(0.01):
                say(self.home, self.home.choose(self.home.planners), "gift", gift)
        return Ware(gift.pk, gift.title, gift.image_url, gift.price)

    def _gift(self, maker: User, *, in_catalog: bool) -> Gift:
        home = self.home
        title = f"{home.choose(QUALITIES)} {home.choose(THINGS)}"
        number = home.rng.randrange(100_000)
        return home.batch.add(
            Gift(
                household_id=home.household.pk,
                title=title,
                description=home.choose(DESCRIPTIONS),
                url=f"https://shop.example.org/things/{number}" if number % 10 < 7 else "",
                image_url=f"https://shop.example.org/pictures/{number}.jpg" if number % 10 < 5 else "",
                price=Decimal(500 + number // 5).scaleb(-2),
                currency=home.household.currency,
                source=home.choose(SHOPS),
                created_by_id=maker.pk,
                in_catalog=in_catalog,
            )
        )
