"""A household while it is being filled, and who is in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import TypeVar
from uuid import UUID

from accounts.models import User
from config.bulk import Batch
from gifts.services.seeding.diary import Diary
from households.models import Household, Membership, Person

Choice = TypeVar("Choice")


@dataclass(frozen=True, eq=False)
class Resident:
    """Somebody in the household."""

    person: Person


@dataclass(frozen=True, eq=False)
class Member(Resident):
    """Somebody who signs in."""

    user: User
    membership: Membership


@dataclass(frozen=True, eq=False)
class Couple(Resident):
    halves: tuple[Resident, Resident]


@dataclass(frozen=True)
class Taken:
    """What somebody who signs in gives."""

    giver: Member
    item_id: UUID
    title: str
    occurs_on: date | None


@dataclass
class Home:
    household: Household
    batch: Batch
    rng: Random
    today: date
    diary: Diary
    # Those who plan, the household's owner first; those who sign in as guests; those who do not sign in.
    planners: list[Member] = field(default_factory=list)
    guests: list[Member] = field(default_factory=list)
    others: list[Resident] = field(default_factory=list)
    couples: list[Couple] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)

    @property
    def owner(self) -> Member:
        return self.planners[0]

    @property
    def residents(self) -> list[Resident]:
        return [*self.planners, *self.guests, *self.others]

    def persons_of(self, member: Member) -> set[UUID]:
        """Who they are: themselves, and each couple they are half of."""
        return {member.person.pk, *(couple.person.pk for couple in self.couples if member in couple.halves)}

    def planners_but(self, recipient: Resident) -> list[Member]:
        """Those who plan and may know what this one, or these two, will get."""
        return [member for member in self.planners if not overlap(member, recipient)]

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def choose(self, choices: Sequence[Choice]) -> Choice:
        # Half the time of `rng.choice`, millions of times.
        return choices[int(self.rng.random() * len(choices))]


def overlap(one: Resident, other: Resident) -> bool:
    """Whether they are the same, or share a half: then neither gives to the other."""
    return not _people_in(one).isdisjoint(_people_in(other))


def _people_in(resident: Resident) -> set[Resident]:
    return {resident, *(resident.halves if isinstance(resident, Couple) else ())}
