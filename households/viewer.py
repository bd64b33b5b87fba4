"""Who is asking. Everything that decides what somebody may see starts from a `Viewer`."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import DeviceSession, User
from config.errors import Code, Refusal, invalid
from households.models import Household, Membership, PersonMember, Role


@dataclass(frozen=True)
class Belonging:
    """One active membership, as far as deciding needs it."""

    household_id: UUID
    role: str
    person_id: UUID | None
    timezone: str
    currency: str

    def today(self) -> date:
        """The date it is for this household."""
        return timezone.now().astimezone(ZoneInfo(self.timezone)).date()


class _InOrder(frozenset):
    """Iterates in the order of its members, so that a statement names them in the same order each time it is built."""

    def __iter__(self) -> Iterator[Any]:
        return iter(sorted(super().__iter__()))


@dataclass(frozen=True)
class _BelongingStandIn(Belonging):
    day: date

    def today(self) -> date:
        return self.day


@dataclass(frozen=True)
class Viewer:
    """A signed-in user, their active memberships, and every person they are.

    `person_ids` are their own persons and each couple or group these are part of, whether archived, deleted
    or not: nothing that happens to a Person makes somebody see again.
    """

    user: User
    belongings: tuple[Belonging, ...]
    person_ids: frozenset[UUID]
    session: DeviceSession | None = field(default=None, compare=False)

    @classmethod
    def of(cls, user: User, session: DeviceSession | None = None) -> Self:
        """The viewer that this user is: two statements. A request is cheaper, see `authentication`."""
        rows = (
            Membership.objects.filter(user=user)
            .order_by("pk")
            .values_list("household_id", "role", "person_id", "household__timezone", "household__currency", "is_active")
        )
        own = {row[2] for row in rows if row[2]}
        groups = PersonMember.objects.filter(member__in=own).values_list("group_id", flat=True)
        belongings = tuple(Belonging(*row[:-1]) for row in rows if row[-1])
        return cls(user=user, session=session, belongings=belongings, person_ids=frozenset(own.union(groups)))

    @cached_property
    def now(self) -> datetime:
        """The moment of their request."""
        return timezone.now()

    @cached_property
    def household_ids(self) -> Collection[UUID]:
        return [belonging.household_id for belonging in self.belongings]

    @cached_property
    def planning_household_ids(self) -> Collection[UUID]:
        """Where they plan: the households in which they are owner or member, not guest."""
        return [belonging.household_id for belonging in self.belongings if belonging.role != Role.GUEST]

    @cached_property
    def guest_household_ids(self) -> Collection[UUID]:
        """Where they are guests: they see what is shared with them, and nothing else."""
        return [belonging.household_id for belonging in self.belongings if belonging.role == Role.GUEST]

    @cached_property
    def owned_household_ids(self) -> Collection[UUID]:
        return [belonging.household_id for belonging in self.belongings if belonging.role == Role.OWNER]

    # --- To build a statement that serves every viewer of this shape, see config.statements ---------

    @property
    def shape(self) -> Hashable:
        """What decides the form of a statement, beside how many ids there are."""
        return tuple(belonging.role for belonging in self.belongings)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What a statement may be asked with, by name."""
        own = {f"viewer_own_{place}": belonging.person_id for place, belonging in enumerate(self.belongings)}
        groups = sorted(self.person_ids.difference(own.values()))
        return {
            "viewer_user": self.user.pk,
            "viewer_now": self.now,
            **{f"viewer_household_{place}": belonging.household_id for place, belonging in enumerate(self.belongings)},
            **{f"viewer_today_{place}": belonging.today() for place, belonging in enumerate(self.belongings)},
            **{f"viewer_timezone_{place}": belonging.timezone for place, belonging in enumerate(self.belongings)},
            **{f"viewer_currency_{place}": belonging.currency for place, belonging in enumerate(self.belongings)},
            **{name: person_id for name, person_id in own.items() if person_id},
            **{f"viewer_group_{place}": person_id for place, person_id in enumerate(groups)},
        }

    def standing_in(self, values: Mapping[str, Any]) -> "Viewer":
        """A viewer of the same shape that has these values."""
        belongings = [
            _BelongingStandIn(
                household_id=values[f"viewer_household_{place}"],
                role=belonging.role,
                person_id=values.get(f"viewer_own_{place}"),
                timezone=values[f"viewer_timezone_{place}"],
                currency=values[f"viewer_currency_{place}"],
                day=values[f"viewer_today_{place}"],
            )
            for place, belonging in enumerate(self.belongings)
        ]
        persons = [values[name] for name in self.values if name.startswith(("viewer_own_", "viewer_group_"))]
        user = User(pk=values["viewer_user"])
        viewer = _StandIn(user=user, belongings=tuple(belongings), person_ids=_InOrder(persons))
        viewer.__dict__["now"] = values["viewer_now"]
        return viewer

    # -----------------------------------------------------------------------------------------------

    def owns(self, household_id: UUID) -> bool:
        return household_id in self.owned_household_ids

    def plans(self, household_id: UUID) -> bool:
        return household_id in self.planning_household_ids

    def is_any_of(self, *person_ids: UUID | None) -> bool:
        """Whether one of these persons is the viewer, or a couple or group of theirs."""
        return not self.person_ids.isdisjoint(person_ids)

    def belonging(self, household_id: UUID | None = None) -> Belonging:
        """Their place in this household, or in their only one. Refuses where there is none or a choice of several."""
        places = [place for place in self.belongings if household_id in {None, place.household_id}]
        if len(places) != 1:
            raise invalid(household="Say which household." if len(places) > 1 else "There is no such household.")
        return places[0]

    def person_in(self, household_id: str) -> str | None:
        """The id of the person that they are in a household of theirs; ids as they stand in an answer."""
        return self._person_by_household[household_id]

    @cached_property
    def _person_by_household(self) -> dict[str, str | None]:
        return {str(place.household_id): str(place.person_id) if place.person_id else None for place in self.belongings}

    def planning(self, household: Household | None = None) -> Belonging:
        """Like `belonging`, for those who plan there; guests are refused."""
        place = self.belonging(household.pk if household else None)
        if place.role == Role.GUEST:
            raise Refusal(Code.RESOURCE_FORBIDDEN)
        return place


class _StandIn(Viewer):
    """Has ids that nobody has, so whatever is decided by them would be decided wrongly for everybody."""

    def __getattribute__(self, name: str) -> Any:
        if name in {"owns", "plans", "is_any_of", "belonging", "person_in", "planning"}:
            raise RuntimeError("While a statement is built, nothing can be decided by who the viewer is.")
        return super().__getattribute__(name)
