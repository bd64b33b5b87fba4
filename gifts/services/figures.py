"""What families count: items by status, and money planned, committed and spent. Always over what the viewer sees as a
giver; whatever is for themself is left out before anything is counted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, Sum

from gifts.models import UNDER_WAY, ItemPlan
from gifts.models.items import ListItemQuerySet
from gifts.models.money import with_money
from households.viewer import Viewer

CENT = Decimal("0.01")
# What an item can be seen as: claims that are only planned do not show in its status.
SEEN_STATUSES = [*ItemPlan.Stage.values, *(str(status) for status in UNDER_WAY)]
PARTS = ("planned", "committed", "spent")
Row = dict[str, Any]


def count(viewer: Viewer, items: ListItemQuerySet) -> list[Row]:
    """These items counted by person, currency and status: one statement, so that no claim falls between two."""
    counted = with_money(items.unconcealed_from(viewer).as_seen_by(viewer)).order_by()
    return list(
        counted.values("list__recipient", "gift__currency", "seen_status").annotate(
            items=Count("pk"),
            all_unpriced=Sum("unpriced"),
            all_claimed=Sum("is_claimed"),
            **{f"all_{part}": Sum(part) for part in PARTS},
        )
    )


def no_money() -> dict[str, Decimal]:
    return dict.fromkeys(PARTS, Decimal(0))


@dataclass
class Figures:
    """Some of these rows, added up. `money` is kept by currency: two currencies are never added."""

    items: int = 0
    by_status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEEN_STATUSES, 0))
    money: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(no_money))
    unpriced: int = 0
    claimed: int = 0

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        figures = cls()
        for row in rows:
            figures._add(row)
        return figures

    def _add(self, row: Row) -> None:
        self.items += row["items"]
        self.by_status[row["seen_status"]] += row["items"]
        self.unpriced += row["all_unpriced"]
        self.claimed += row["all_claimed"]
        money = self.money[row["gift__currency"]]
        for part in PARTS:
            # SQLite adds up binary fractions: what it says is rounded to what can be paid.
            money[part] += Decimal(row[f"all_{part}"]).quantize(CENT)

    def budget(self, currency: str) -> dict[str, Any]:
        """The money of this currency, and apart from it that of every other one that is of any account."""
        others = [{"currency": other} | self.money[other] for other in sorted(self.money) if other != currency]
        return {
            "currency": currency,
            **self.money.get(currency, no_money()),
            "unpriced": self.unpriced,
            "unconverted": [sums for sums in others if any(sums[part] for part in PARTS)],
        }


def concealed_budget(currency: str) -> dict[str, Any]:
    """The same shape for whom it is a secret."""
    return {"currency": currency, **dict.fromkeys([*PARTS, "unpriced", "unconverted"])}
