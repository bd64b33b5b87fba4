"""What things cost, as columns of a statement.

A gift's price and a planned price are for one piece; a claim's actual price is what was paid for all that it takes.
All of them are in the gift's currency.
"""

from typing import Any

from django.db.models import Case, DecimalField, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from gifts.models.items import Claim, ItemPlan, ListItemQuerySet
from households.viewer import Viewer

Money = DecimalField(max_digits=24, decimal_places=2)
NOTHING = Value(0, output_field=Money)


def with_money(items: ListItemQuerySet, viewer: Viewer) -> QuerySet:
    """Items as they are counted, with what is `planned`, `committed` and `spent` on each: no piece is in two of them.

    Where nobody knows a price it counts 0, and the item is `unpriced`. For a withdrawn wish nothing is planned any
    more, but what its givers have taken is bound.
    """
    given, unpaid = Q(status=Claim.Status.GIFTED), Q(actual_price__isnull=True)
    counted = items.as_counted_by(
        viewer,
        paid=Sum("actual_price", filter=~given),
        pieces_unpaid=Sum("quantity", filter=unpaid & ~given),
        given_paid=Sum("actual_price", filter=given),
        given_pieces_unpaid=Sum("quantity", filter=unpaid & given),
    )
    is_planned = Q(remaining__gt=0) & ~Q(plan__stage=ItemPlan.Stage.DROPPED)
    is_unpaid = Q(pieces_unpaid__gt=0) | Q(given_pieces_unpaid__gt=0)
    return counted.annotate(
        piece_price=Coalesce("plan__planned_price", "gift__price", output_field=Money),
        planned=Case(When(is_planned, then=_cost_of(F("remaining"))), default=NOTHING, output_field=Money),
        # What `cost_of_claim` says of each, added up.
        committed=_or_nothing(F("paid")) + _cost_of(F("pieces_unpaid")),
        spent=_or_nothing(F("given_paid")) + _cost_of(F("given_pieces_unpaid")),
        unpriced=_one_if((is_planned | is_unpaid) & Q(piece_price__isnull=True)),
        is_claimed=_one_if(Q(claimed__gt=0, withdrawn=False)),
    )


def cost_of_claim() -> Coalesce:
    """What was paid for a claim; until then, what its pieces are expected to cost. NULL where nobody knows."""
    piece_price = Coalesce("item__plan__planned_price", "item__gift__price", output_field=Money)
    return Coalesce(F("actual_price"), piece_price * F("quantity"), output_field=Money)


def _cost_of(pieces: F) -> Coalesce:
    return _or_nothing(F("piece_price") * pieces)


def _or_nothing(amount: Any) -> Coalesce:
    return Coalesce(amount, NOTHING, output_field=Money)


def _one_if(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
