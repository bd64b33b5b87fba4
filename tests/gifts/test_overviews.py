"""What an overview answers has the shape that its serializer tells the world of, to whomever it answers."""

from typing import Any

import pytest
from rest_framework.fields import Field
from rest_framework.serializers import BaseSerializer, ListSerializer, Serializer

from gifts.api.serializers import overview as serializers
from tests.cast import Family
from tests.gifts.counting import Days, occasion, put, read, take

OVERVIEWS: dict[str, type[BaseSerializer]] = {
    "dashboard": serializers.DashboardSerializer,
    "lists/{list}/summary": serializers.ListSummarySerializer,
    "occasions/{occasion}/summary": serializers.OccasionSummarySerializer,
    "people/{person}/history": serializers.HistorySerializer,
}


@pytest.fixture
def rows(family: Family, it_is: Days) -> dict[str, Any]:
    """Something in each part of each overview, also in Leo's own."""
    it_is("2031-12-01")
    christmas = occasion(family, day="2031-12-24", is_yearly=True, budget_total="100.00")
    wishes = family.leo.list("Wishes", kind="wishlist", occasion=christmas)
    take(family.ada, put(family.leo, wishes, price="10.00"), "ordered")
    take(family.ada, put(family.leo, wishes, price="10.00", currency="USD"), "gifted")
    for_theo = family.leo.list("For Theo", recipient=family.theo, occasion=christmas, visibility="household")
    take(family.leo, put(family.leo, for_theo, price="5.00"), "buying")
    put(family.leo, family.leo.list("Ideas", kind="idea", visibility="household"))
    family.leo.list("For the table", occasion=christmas, visibility="household")
    it_is("2031-12-24")
    return {"list": wishes.pk, "occasion": christmas.pk, "person": family.leo.person.pk}


def differing(field: Field, value: Any, path: str = "") -> list[str]:
    """Where an answer has other fields, or in another order."""
    if isinstance(field, ListSerializer):
        return [one for row in value or [] for one in differing(field.child, row, path)]
    if value is None or not isinstance(field, Serializer):
        return []
    if list(value) != list(field.fields):
        return [f"{path} has {list(value)}"]
    return [one for name, child in field.fields.items() for one in differing(child, value[name], f"{path}.{name}")]


@pytest.mark.parametrize("path", OVERVIEWS)
@pytest.mark.parametrize("reader", ["ada", "leo"])
def test_an_answer_has_the_fields_of_its_serializer_in_their_order(
    family: Family, rows: dict[str, Any], reader: str, path: str
):
    answer = read(getattr(family, reader), path.format(**rows))
    assert differing(OVERVIEWS[path](), answer) == []
