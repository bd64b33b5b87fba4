"""One celebration of an occasion: who gets what, how far it is, and what it costs."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from gifts.api.views.overview import OccasionSummaryView
from gifts.home import PARTS, Piece, bar, read
from gifts.models import ItemPlan, ListItem
from gifts.services.figures import SEEN_STATUSES
from gifts.words import STATUS_WORDS
from households.models import Occasion
from households.viewer import Viewer

# What is dropped is on nobody's way any more.
COLUMNS = [status for status in SEEN_STATUSES if status != ItemPlan.Stage.DROPPED]


@dataclass(frozen=True)
class Cell:
    """What has come as far as this for one person."""

    status: str
    words: str
    items: list[Any]


@dataclass(frozen=True)
class Row:
    name: str
    is_covered: bool
    cells: list[Cell]
    budget: dict[str, Any]
    pieces: list[Piece]

    @property
    def is_empty(self) -> bool:
        return not any(cell.items for cell in self.cells)


class Plan:
    """As the viewer may know it: whatever is for them is not in it."""

    def __init__(self, viewer: Viewer, occasion: Occasion, year: int | None = None) -> None:
        self.viewer, self.occasion, self.year = viewer, occasion, year
        self.columns = [(status, STATUS_WORDS[status]) for status in COLUMNS]

    @cached_property
    def summary(self) -> dict[str, Any]:
        asked = {"year": self.year} if self.year else {}
        return read(OccasionSummaryView, "summary", self.viewer, asked, pk=self.occasion.pk)

    @property
    def rows(self) -> list[Row]:
        return [self._row(person) for person in self.summary["people"]]

    def _row(self, summary: dict[str, Any]) -> Row:
        person = summary["person"]
        items = self._items[person["id"] if person else None]
        cells = [Cell(status, words, items[status]) for status, words in self.columns]
        name = person["display_name"] if person else "Nobody in particular"
        return Row(name, summary["covered"], cells, summary["budget"], self._pieces(summary["budget"]))

    def _pieces(self, budget: dict[str, Any]) -> list[Piece]:
        """As long as what the dearest person costs, so that they can be compared."""
        return bar(((part, label, Decimal(budget[part])) for part, label in PARTS.items()), self._dearest)

    @cached_property
    def _dearest(self) -> Decimal:
        sums = [sum(Decimal(row["budget"][part]) for part in PARTS) for row in self.summary["people"]]
        return Decimal(max(sums, default=0))

    @cached_property
    def _items(self) -> dict[str | None, dict[str, list[Any]]]:
        """By person and status."""
        seen = ListItem.objects.visible_to(self.viewer).unconcealed_from(self.viewer)
        rows: Any = seen.filter(list__occasion=self.occasion).order_by("gift__title", "id").as_seen_by(self.viewer)
        today = self.viewer.belonging(self.occasion.household_id).today()
        found: dict[str | None, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for item in rows:
            if self.occasion.is_served_by(item.list.occurs_on, today=today, year=self.year):
                recipient = item.list.recipient_id
                found[str(recipient) if recipient else None][item.seen_status].append(item)
        return found

    @property
    def budget(self) -> dict[str, Any]:
        return self.summary["budget"]

    @property
    def whole(self) -> list[Piece]:
        """What all of it costs; as long as its budget, where it has one."""
        total = Decimal(self.budget["total"]) if self.budget["total"] else None
        return bar(((part, label, Decimal(self.budget[part])) for part, label in PARTS.items()), total)
