"""Fills a host: households by the dozen, each group of them in one transaction."""

import gc
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from config.bulk import Batch, refresh_statistics
from gifts.models import Comment
from gifts.services.seeding.home import Home
from gifts.services.seeding.households import furnish
from gifts.services.seeding.people import Logins
from gifts.services.seeding.sizes import HouseholdSize
from gifts.services.seeding.words import FAMILY_NAME, SURNAMES

ITEMS_AT_ONCE = 2_500
HOUSEHOLDS_AT_ONCE = 100

More = Callable[[Home, int], None]


class Seeding:
    """The first household is the one that is measured: `family_id`, and logins of its people by role, `sign_ins`.

    `more` puts into a household, by its number, what the rooms above this one have.
    """

    def __init__(self, sizes: list[HouseholdSize], *, seed: str, password: str, more: More | None = None) -> None:
        self.sizes = sizes
        self.more = more
        self.family_id: UUID | None = None
        self.sign_ins: dict[str, str] = {}
        self._seed = seed
        self._batch = Batch()
        self._password_hash = make_password(password)
        # A host may be seeded twice.
        self._run = secrets.token_hex(3)

    @property
    def rows(self) -> dict[str, int]:
        """How many were written, by the name of their model."""
        return dict(self._batch.written)

    def run(self) -> Iterator[int]:
        """Whenever some households stand, whole and committed: how many items are in them."""
        with _no_garbage_collected():
            for group in self._groups():
                with transaction.atomic():
                    homes = [self._furnish(number) for number in group]
                    self._batch.flush()
                    _settle_clocks(homes)
                yield sum(self.sizes[number].items for number in group)
        refresh_statistics()

    def _groups(self) -> Iterator[list[int]]:
        group: list[int] = []
        items = 0
        for number, size in enumerate(self.sizes):
            group.append(number)
            items += size.items
            if items >= ITEMS_AT_ONCE or len(group) == HOUSEHOLDS_AT_ONCE:
                yield group
                group, items = [], 0
        if group:
            yield group

    def _furnish(self, number: int) -> Home:
        rng = Random(f"{self._seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
        name = f"The {rng.choice(SURNAMES)}s ({number})" if number else FAMILY_NAME
        logins = Logins(f"{self._run}-{number}", self._password_hash)
        home = furnish(self._batch, rng, name=name, place=number, logins=logins, size=self.sizes[number])
        if self.more:
            self.more(home, number)
        if number == 0:
            self.family_id, self.sign_ins = home.household.pk, _sign_ins(home)
        return home


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    """Rows leave none, and to look for it among the thousands that wait takes a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _sign_ins(home: Home) -> dict[str, str]:
    members = {"owner": home.planners[:1], "member": home.planners[1:2], "guest": home.guests[:1]}
    return {role: member.user.login for role, found in members.items() for member in found}


def _settle_clocks(homes: list[Home]) -> None:
    """As for every new comment: both of its clocks say the same until its words are changed."""
    comments = Comment.objects.filter(household__in=[home.household for home in homes])
    comments.update(updated_at=F("created_at"))
