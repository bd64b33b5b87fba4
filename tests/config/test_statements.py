"""Statements that are compiled for stand-ins and asked with values: each request gets its own rows, and only those."""

import datetime
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Count, DecimalField, Q, QuerySet
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from config import statements
from config.statements import Draft, Places, Statements, Values, in_python
from households.models import Household, Occasion, Person, Role
from tests.cast import Family, join

pytestmark = pytest.mark.django_db


def people_of(places: Places) -> Draft:
    return in_python(Person.objects.filter(household=places["home"]).order_by("display_name").values_list("pk"))


def ids(
    kept: Statements, values: Values, build: Callable[[Places], Draft] = people_of, key: object = "test"
) -> set[UUID]:
    rows, as_python = kept.ask(key, values, build)
    return {row[0] for row in as_python(rows)}


@pytest.fixture
def homes() -> list[Household]:
    homes = [Household.objects.create(name=f"Home {number}") for number in range(3)]
    for home in homes:
        Person.objects.create(household=home, display_name="Somebody")
    return homes


def found(queryset: QuerySet) -> set[UUID]:
    return set(queryset.values_list("pk", flat=True))


def test_each_is_answered_with_their_own_values(homes):
    kept = Statements()
    for home in [*homes, *homes]:
        assert ids(kept, {"home": home.pk}) == found(Person.objects.filter(household=home))
    assert ids(kept, {"home": uuid7()}) == set()


def test_it_is_built_once_and_asked_once_each_time(homes):
    kept, built = Statements(), []

    def build(places: Places) -> Draft:
        built.append(places)
        return people_of(places)

    with CaptureQueriesContext(connection) as queries:
        for home in homes:
            ids(kept, {"home": home.pk}, build)
    assert len(queries) == len(homes)
    assert len(built) == 2  # for two sets of stand-ins, to compare them


def test_one_that_will_hardly_be_asked_again_is_not_kept(homes):
    kept = Statements()
    assert ids(kept, {"home": homes[0].pk}, key=None) == found(Person.objects.filter(household=homes[0]))
    assert not kept._kept


def test_the_oldest_make_room(homes, monkeypatch):
    monkeypatch.setattr(statements, "MOST_KEPT", 2)
    kept = Statements()
    for number in range(5):
        ids(kept, {"home": homes[0].pk}, key=number)
    assert [key for (key, _) in kept._kept] == [3, 4]


def test_what_is_refused_while_building_is_not_kept():
    kept = Statements()

    def refuse(places: Places) -> Draft:
        raise PermissionError

    with pytest.raises(PermissionError):
        kept.ask("refused", {"home": uuid7()}, refuse)
    assert not kept._kept


LOOKING = {
    "decides by one": lambda p: Q(household=p["home"]) if p["home"].int % 2 else Q(),
    "makes another value of one": lambda p: Q(household=UUID(int=p["home"].int + 7)),
    "puts one into a pattern": lambda p: Q(display_name__contains=str(p["home"])),
    "asks for the time": lambda p: Q(created_at__lt=datetime.datetime.now(datetime.UTC)),
}


@pytest.mark.parametrize("condition", LOOKING.values(), ids=LOOKING)
def test_whoever_looks_at_a_value_instead_of_passing_it_on_is_stopped(homes, condition):
    """What is kept would be good for this one request, and tell others the same."""

    def build(places: Places) -> Draft:
        return in_python(Person.objects.filter(condition(places)).values_list("pk"))

    with pytest.raises(RuntimeError, match="depends on more"):
        ids(Statements(), {"home": homes[0].pk}, build)


def test_values_of_every_type_find_their_places(homes):
    day, price = datetime.date(2026, 12, 24), "49.90"
    wanted = Occasion.objects.create(household=homes[0], name="Eve", date=day, budget_total=price)
    Occasion.objects.create(household=homes[0], name="Eve", date=day, budget_total="49.91")
    Occasion.objects.create(household=homes[0], name="Morning", date=day, budget_total=price)

    def build(places: Places) -> Draft:
        money = places.compared_with(DecimalField(max_digits=12, decimal_places=2), "price")
        rows = Occasion.objects.filter(household=places["home"], date=places["day"], name=places["name"])
        return in_python(rows.filter(budget_total=money, created_at__lt=places["now"]).values_list("pk"))

    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    values = {"home": homes[0].pk, "day": day, "name": "Eve", "price": price, "now": later}
    assert ids(Statements(), values, build) == {wanted.pk}
    assert ids(Statements(), values | {"price": "1"}, build) == set()


def test_a_percent_sign_is_one(homes):
    Person.objects.create(household=homes[0], display_name="100 % Grandma")

    def build(places: Places) -> Draft:
        rows = Person.objects.filter(household=places["home"]).extra(where=["display_name LIKE '100 %%%%'"])
        return in_python(rows.values_list("pk"))

    assert len(ids(Statements(), {"home": homes[0].pk}, build)) == 1


def test_what_is_grouped_by_may_hold_constants(homes):
    def build(places: Places) -> Draft:
        rows = Person.objects.filter(household=places["home"]).annotate(is_a=Q(display_name__contains="S"))
        return in_python(rows.values("is_a").annotate(n=Count("pk")).values_list("n"))

    assert ids(Statements(), {"home": homes[0].pk}, build) == {1}


@pytest.mark.parametrize("role", Role)
def test_a_stand_in_sees_what_the_viewer_sees_when_it_has_their_values(family: Family, role: Role):
    viewer = join(family.household, "Gus", role).viewer
    double = viewer.standing_in(viewer.values)
    for name in ("user", "household_ids", "planning_household_ids", "guest_household_ids", "person_ids", "now"):
        assert getattr(double, name) == getattr(viewer, name), name
    assert [place.today() for place in double.belongings] == [place.today() for place in viewer.belongings]
    assert double.shape == viewer.shape


@pytest.mark.parametrize("ask", ["owns", "plans", "is_any_of", "belonging", "person_in", "planning"])
def test_nothing_is_decided_by_who_a_stand_in_is(family: Family, ask: str):
    viewer = family.mia.viewer
    with pytest.raises(RuntimeError, match="nothing can be decided"):
        getattr(viewer.standing_in(viewer.values), ask)(family.household.pk)


def test_a_parameter_that_is_repeated_makes_no_statement_of_its_own(family: Family, monkeypatch: pytest.MonkeyPatch):
    kept = Statements()
    monkeypatch.setattr("config.api.views.statements", kept)
    mia = family.mia.api()
    for junk in ("1", "2", "3"):
        assert mia.get(f"/api/v1/gifts?in_catalog={junk}&in_catalog=true").status_code == 200
        assert mia.get(f"/api/v1/gifts?in_catalog=true&limit={junk}0").status_code == 200
    assert len(kept._kept) == 2  # pages of 10, and of 50
