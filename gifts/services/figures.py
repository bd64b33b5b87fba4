"""What families count: items by status, and money planned, committed and spent. Always over what the viewer sees as a
giver; whatever is for themself is left out before anything is counted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, QuerySet, Sum

from gifts.models import UNDER_WAY, ItemPlan
from gifts.models.items import ListItemQuerySet
from gifts.models.money import with_money
from households.viewer import Viewer

Stage = ItemPlan.Stage
NOTHING = Decimal("0.00")
# What an item can be seen as, on its way from an idea: claims that are only planned do not show in its status.
SEEN_STATUSES = [str(status) for status in (Stage.IDEA, Stage.SHORTLISTED, *UNDER_WAY, Stage.DROPPED)]
PARTS = ("planned", "committed", "spent")
# Items that `counted` finds alike, as they are read.
Row = dict[str, Any]


def counted(viewer: Viewer, items: ListItemQuerySet) -> QuerySet:
    """These items by person, day, currency and status."""
    by = ("list__recipient", "list__recipient__display_name", "list__occurs_on", "gift__currency", "status")
    return (
        with_money(items, viewer)
        .order_by()
        .values(*by)
        .annotate(
            items=Count("pk"),
            all_unpriced=Sum("unpriced"),
            all_claimed=Sum("is_claimed"),
            **{f"all_{part}": Sum(part) for part in PARTS},
        )
    )


def no_money() -> dict[str, Decimal]:
    return dict.fromkeys(PARTS, NOTHING)


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
        self.by_status[row["status"]] += row["items"]
        self.unpriced += row["unpriced"]
        self.claimed += row["claimed"]
        money = self.money[row["currency"]]
        for part in PARTS:
            money[part] += Decimal(row[part])

    def budget(self, currency: str) -> dict[str, Any]:
        """The money of this currency, and apart from it that of every other one that is of any account."""
        others = [(other, self.money[other]) for other in sorted(self.money) if other != currency]
        return {
            "currency": currency,
            **_written(self.money.get(currency, no_money())),
            "unpriced": self.unpriced,
            "unconverted": [{"currency": other} | _written(sums) for other, sums in others if any(sums.values())],
        }

    def left_of(self, total: Decimal, currency: str) -> Decimal:
        """What is neither spent nor bound by a claim. Plans bind nobody."""
        sums = self.money.get(currency, no_money())
        return total - sums["committed"] - sums["spent"]


def _written(sums: dict[str, Decimal]) -> dict[str, str]:
    return {part: str(amount) for part, amount in sums.items()}


def concealed_budget(currency: str) -> dict[str, Any]:
    """The same shape for whom it is a secret."""
    return {"currency": currency, **dict.fromkeys([*PARTS, "unpriced", "unconverted"])}
