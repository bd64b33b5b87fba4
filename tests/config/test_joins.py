"""What is joined in a way of its own says the same as a plain query would."""

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from config.joins import among, beside
from gifts.models import Claim, ListItem
from tests.cast import Family
from tests.gifts.counting import put, take


def test_totals_stand_beside_each_row_and_are_null_where_there_are_none(family: Family):
    things = family.mia.list("For Theo", recipient=family.theo)
    nothing, one, two = (put(family.mia, things, title, quantity=9) for title in ("A", "B", "C"))
    take(family.ada, one, quantity=2)
    take(family.ada, two, quantity=3)
    take(family.leo, two, quantity=4)

    totals = Claim.objects.values("item").annotate(taken=Sum("quantity"), by=Count("pk"))
    items = beside(ListItem.objects.filter(list=things), "claims", totals)

    assert set(items.values_list("pk", "taken", "by")) == {(nothing.pk, None, None), (one.pk, 2, 1), (two.pk, 7, 2)}
    assert list(items.filter(taken__gt=2)) == [two]
    counted = items.order_by().values("by").annotate(items=Count("pk"), pieces=Sum(Coalesce("taken", 0)))
    assert sorted(counted.values_list("pieces", "items")) == [(0, 1), (2, 1), (7, 1)]
    assert ListItem.objects.filter(pk__in=items.filter(by=1).values("pk")).get() == one


def test_rows_are_found_among_ids(family: Family):
    things = family.mia.list("For Theo", recipient=family.theo)
    items = [put(family.mia, things, title) for title in ("A", "B", "C")]
    ids = ListItem.objects.filter(gift__title__in=["A", "C", "D"]).values("pk")
    assert set(among(ListItem.objects.filter(list=things), ids)) == {items[0], items[2]}
    assert not among(ListItem.objects.all(), ids.none()).exists()
