"""What things cost, as columns of a statement.

A gift's price and a planned price are for one piece; a claim's actual price is what was paid for all that it takes.
All of them are in the gift's currency.
"""

from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from gifts.models.items import Claim, ItemPlan, ListItemQuerySet

Money = DecimalField(max_digits=24, decimal_places=2)
NOTHING = Value(0, output_field=Money)


def with_money(items: ListItemQuerySet) -> QuerySet:
    """Items as they are seen, with what is `planned`, `committed` and `spent` on each: no piece is in two of them.

    Where nobody knows a price it counts 0, and the item is `unpriced`. For a withdrawn wish nothing is planned any
    more, but what its givers have taken is bound.
    """
    # As in `as_seen_by`, the items have come through their own door.
    claims = Claim.objects.alive().filter(item=OuterRef("pk")).annotate(cost=cost_of_claim())
    given = Q(status=Claim.Status.GIFTED)
    unknown = Exists(claims.filter(cost__isnull=True))
    is_planned = Q(seen_remaining__gt=0) & ~Q(plan__stage=ItemPlan.Stage.DROPPED)
    return items.annotate(
        piece_price=Coalesce("plan__planned_price", "gift__price", output_field=Money),
        planned=Case(
            When(is_planned, then=Coalesce(F("piece_price") * F("seen_remaining"), NOTHING, output_field=Money)),
            default=NOTHING,
            output_field=Money,
        ),
        committed=_sum(claims.exclude(given)),
        spent=_sum(claims.filter(given)),
        unpriced=_one_if(is_planned & Q(piece_price__isnull=True) | Q(unknown)),
        is_claimed=_one_if(Q(claimed__gt=0, withdrawn=False)),
    )


def cost_of_claim() -> Coalesce:
    """What was paid for a claim; until then, what its pieces are expected to cost. NULL where nobody knows."""
    piece_price = Coalesce("item__plan__planned_price", "item__gift__price", output_field=Money)
    return Coalesce(F("actual_price"), piece_price * F("quantity"), output_field=Money)


def _sum(claims: QuerySet) -> Coalesce:
    total = claims.order_by().values("item").annotate(total=Sum("cost")).values("total")
    return Coalesce(Subquery(total), NOTHING, output_field=Money)


def _one_if(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
