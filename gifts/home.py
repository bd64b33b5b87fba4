"""The first page: the household as whoever is looking would see it over REST, and nothing more."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from accounts.models import DeviceSession
from config.api.views import StandInRequest
from gifts.api.views.overview import DashboardView, OccasionSummaryView, Overview
from gifts.models.diary import diary_read_by
from gifts.services.figures import SEEN_STATUSES
from gifts.words import STATUS_WORDS
from households.models import Household, Membership
from households.services.members import users_in_reach
from households.viewer import Viewer
from households.words import sentence

LAST_ENTRIES = 8
LAST_SEEN = 4
MY_NEXT = 6
WIDTH = 1000
# What is kept of a budget, in the order of its certainty.
PARTS = {"spent": "spent", "committed": "promised", "planned": "planned"}


@dataclass(frozen=True)
class Piece:
    """A part of a bar, `x` and `width` in thousandths of it; `name` is its class in the stylesheet, too."""

    name: str
    label: str
    value: Any
    x: int
    width: int


def bar(parts: Iterable[tuple[str, str, Any]], total: Any = None) -> list[Piece]:
    """These parts (name, label, value) side by side; `total` when the bar is longer than they are."""
    parts = [part for part in parts if part[2]]
    whole = max(sum(value for _, _, value in parts), total or 0)
    pieces, begun = [], 0
    for name, label, value in parts:
        width = int(value * WIDTH / whole)
        pieces.append(Piece(name, label, value, begun, width))
        begun += width
    return pieces


def read(view: type[Overview], action: str, viewer: Viewer, asked: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """What this overview of the API answers the viewer."""
    query = QueryDict(mutable=True)
    query.update(asked)
    reader: Any = view()
    reader.action, reader.kwargs, reader.request = action, kwargs, StandInRequest(viewer, query)
    return getattr(reader, action)(reader.request, **kwargs).data


class Home:
    def __init__(self, viewer: Viewer, household: Household) -> None:
        self.viewer, self.household = viewer, household

    @cached_property
    def board(self) -> dict[str, Any]:
        return read(DashboardView, "dashboard", self.viewer, {"household": str(self.household.pk)})

    @cached_property
    def next_occasion(self) -> dict[str, Any] | None:
        return self.board["next_occasion"]

    @cached_property
    def summary(self) -> dict[str, Any] | None:
        """Of the next occasion."""
        if self.next_occasion is None:
            return None
        return read(OccasionSummaryView, "summary", self.viewer, {}, pk=UUID(self.next_occasion["occasion"]["id"]))

    @property
    def coverage(self) -> list[Piece]:
        people = self.board["people"]
        return bar([("covered", "have something coming", people["covered"])], people["total"])

    @property
    def pipeline(self) -> list[Piece]:
        counted = self.board["items_by_status"]
        return bar((name, STATUS_WORDS[name], counted[name]) for name in SEEN_STATUSES)

    @property
    def taken(self) -> list[tuple[str, str, str]]:
        """What the viewer has to see to: each with its id and how far it is."""
        items = self.board["my_assignments"][:MY_NEXT]
        return [(item["id"], item["gift"]["title"], STATUS_WORDS.get(item["status"], "")) for item in items]

    @property
    def budget(self) -> list[Piece]:
        """What the next occasion costs; as long as its budget, where it has one."""
        if self.summary is None:
            return []
        budget = self.summary["budget"]
        total = Decimal(budget["total"]) if budget["total"] else None
        return bar(((name, label, Decimal(budget[name])) for name, label in PARTS.items()), total)

    @property
    def waiting(self) -> list[tuple[str, str]]:
        """What an owner should see to: labels and addresses."""
        members = Membership.objects.active().filter(household=self.household).select_related("user")
        unready = members.filter(user__activated_at=None).order_by("user__name")
        first = "admin:households_membership_code"
        steps = (
            [
                (f"{one.user.name} has not signed in yet: make a new code", reverse(first, args=[one.pk]))
                for one in unready
            ]
            if self.viewer.owns(self.household.pk)
            else []
        )
        if self.next_occasion is None:
            steps.append(("No day to give on is coming up: add one", reverse("admin:households_occasion_add")))
        return steps

    @property
    def entries(self) -> list[tuple[Any, str]]:
        entries = diary_read_by(self.viewer).filter(household=self.household).order_by("-id")[:LAST_ENTRIES]
        return [(entry.created_at, sentence(entry, entry.subject_title)) for entry in entries]

    @property
    def devices(self) -> Any:
        """Where members were seen last, as far as that is an owner's to know."""
        here = Membership.objects.active().filter(household=self.household).values("user")
        users = users_in_reach(self.viewer).filter(pk__in=here)
        seen = DeviceSession.objects.live().filter(user__in=users).select_related("user")
        return seen.order_by("-last_seen_at", "id")[:LAST_SEEN]
