"""Pages by keyset: every row once, in order, whatever happens between two of them."""

import datetime
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from config.api.pagination import KeysetPagination
from config.statements import Places
from households.models import Household, Person
from tests.cast import Family
from tests.envelope import code_of, complaints

PEOPLE = "/api/v1/people"


def page(queryset: QuerySet, url: str) -> tuple[list[Any], str | None, str | None]:
    asked = KeysetPagination().page(Request(APIRequestFactory().get(url)))
    rows, order = asked.cut(queryset, Places(asked.values))
    found = {str(row.pk): row for row in rows}
    body = asked.answer([{"id": pk, "_value": getattr(row, order.field)} for pk, row in found.items()], order)
    return [found[row["id"]] for row in body["results"]], body["next"], body["previous"]


def forwards(queryset: QuerySet, url: str | None) -> Iterator[list[Any]]:
    while url:
        rows, url, _ = page(queryset, url)
        yield rows


def backwards(queryset: QuerySet, url: str | None) -> Iterator[list[Any]]:
    while url:
        rows, _, url = page(queryset, url)
        yield rows


def expected(people: list[Person], ordering: str) -> list[Person]:
    """By (is null, value, id), in plain Python."""
    name, down = ordering.removeprefix("-"), ordering.startswith("-")
    full = sorted((p for p in people if getattr(p, name) is not None), key=lambda p: (getattr(p, name), p.id))
    empty = sorted((p for p in people if getattr(p, name) is None), key=lambda p: p.id)
    return [*reversed(full), *reversed(empty)] if down else [*full, *empty]


birthdates = st.none() | st.sampled_from([datetime.date(2020, 2, day) for day in (1, 28, 29)])
names = st.sampled_from(["", "a", "A", "é", "zz", "ß"])
orderings = st.sampled_from(["id", "-id", "birthdate", "-birthdate"])


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(names, birthdates), max_size=12), limit=st.integers(1, 5), ordering=orderings)
def test_pages_forward_and_back_hold_every_row_once(rows, limit, ordering):
    home = Household.objects.create(name="A home")
    people = [Person.objects.create(household=home, display_name=name, birthdate=born) for name, born in rows]
    queryset = Person.objects.filter(household=home).order_by(ordering)
    pages = list(forwards(queryset, f"{PEOPLE}?limit={limit}"))
    assert [person for rows in pages for person in rows] == expected(people, ordering)
    assert all(len(rows) == limit for rows in pages[:-1])

    last = f"{PEOPLE}?limit={limit}"
    while following := page(queryset, last)[1]:
        last = following
    back = list(backwards(queryset, last))
    assert [person for rows in reversed(back) for person in rows] == expected(people, ordering)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(birthdates, min_size=4, max_size=8),
    meanwhile=st.lists(birthdates, max_size=3),
    gone=st.sets(st.integers(0, 7)),
    ordering=orderings,
)
def test_rows_that_stay_are_met_once_whatever_comes_and_goes(before, meanwhile, gone, ordering):
    home = Household.objects.create(name="A home")

    def born(day: datetime.date | None) -> Person:
        return Person.objects.create(household=home, display_name="A", birthdate=day)

    people = [born(day) for day in before]
    queryset = Person.objects.filter(household=home).order_by(ordering)
    first, following, _ = page(queryset, f"{PEOPLE}?limit=2")
    for day in meanwhile:
        born(day)
    leaving = [people[index].pk for index in gone if index < len(people)]
    Person.objects.filter(pk__in=leaving).delete()

    met = [person.pk for rows in forwards(queryset, following) for person in rows]
    assert len(set(met)) == len(met)
    assert not {person.pk for person in first} & set(met)
    staying = {person.pk for person in people} - set(leaving)
    assert staying <= set(met) | {person.pk for person in first}


@pytest.fixture
def titles(family: Family) -> list[str]:
    """A catalog with prices that are missing, equal, and far apart."""
    prices = [None, "5.00", "5.00", "0.00", None, "9999999999.99", "10.10", "5.01", None]
    for number, price in enumerate(prices):
        body = {"title": f"Gift {number % 4}", "price": price}
        assert family.mia.api().post("/api/v1/gifts", body).status_code == 201
    gift_list = family.leo.list("Wishes", kind="wishlist")
    for number in range(5):
        family.leo.add(gift_list, f"Wish {number % 2}", priority=number % 3)
    for number in range(5):
        family.mia.api().post("/api/v1/users/me/tasks", {"title": "Do", "due_on": [None, "2031-05-01"][number % 2]})
    return [f"/api/v1/lists/{gift_list.pk}/items", "/api/v1/items", "/api/v1/gifts"]


def walk(api: APIClient, url: str | None, link: str = "next") -> list[str]:
    found = []
    while url:
        answer = api.get(url)
        assert answer.status_code == 200, answer.json()
        found += [row["id"] for row in answer.json()["results"]]
        url = answer.json()[link]
    return found


@pytest.mark.parametrize("direction", ["", "-"])
def test_every_ordering_of_every_list_pages_to_the_same_rows(family: Family, titles, direction):
    mia = family.mia.api()
    schema = mia.get("/api/v1/schema").json()
    checked = 0
    for path, operations in schema["paths"].items():
        parameters = {p["name"]: p["schema"] for p in operations.get("get", {}).get("parameters", [])}
        if "cursor" not in parameters:
            continue
        url = path.format(household_id=family.household.pk, list_id=titles[0].split("/")[-2], user_id="me")
        fields = {value.removeprefix("-") for value in parameters.get("ordering", {}).get("items", {}).get("enum", [])}
        for query in ["", *(f"&ordering={direction}{field}" for field in sorted(fields))]:
            whole = walk(mia, f"{url}?limit=100{query}")
            assert walk(mia, f"{url}?limit=2{query}") == whole, (url, query)
            assert len(set(whole)) == len(whole)
            checked += 1
    assert checked >= 15


def test_the_newest_rows_come_first(family: Family, titles):
    found = walk(family.mia.api(), "/api/v1/gifts")
    assert found == sorted(found, reverse=True)


def test_empty_values_come_last_in_either_direction(family: Family, titles):
    for direction in ("", "-"):
        rows = family.mia.api().get(f"/api/v1/gifts?ordering={direction}price").json()["results"]
        prices = [row["price"] for row in rows]
        known = [float(price) for price in prices if price is not None]
        assert prices[-len(prices) + len(known) :] == [None] * (len(prices) - len(known))
        assert known == sorted(known, reverse=bool(direction))


def test_a_page_back_from_what_came_first_meanwhile_leads_there(family: Family, titles):
    mia = family.mia.api()
    second = mia.get(mia.get("/api/v1/gifts?limit=3").json()["next"]).json()
    newest = mia.post("/api/v1/gifts", {"title": "The newest"}).json()["id"]
    first = mia.get(second["previous"]).json()
    assert newest in [row["id"] for row in mia.get(first["previous"]).json()["results"]]


def test_links_are_whole_and_keep_the_other_parameters(family: Family, titles):
    link = family.mia.api().get("/api/v1/gifts?ordering=-price&limit=2&price_max=20&in_catalog=true").json()["next"]
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("http", "testserver", "/api/v1/gifts")
    kept = parse_qs(parts.query)
    assert kept.pop("cursor")
    assert kept == {"ordering": ["-price"], "limit": ["2"], "price_max": ["20"], "in_catalog": ["true"]}


def test_one_page_has_no_links(family: Family):
    body = family.mia.api().get("/api/v1/people").json()
    assert (body["next"], body["previous"]) == (None, None)
    assert family.mia.api().get("/api/v1/gifts").json() == {"results": [], "next": None, "previous": None}


def test_the_limit_may_change_on_the_way(family: Family, titles):
    mia = family.mia.api()
    first = mia.get("/api/v1/gifts?limit=2").json()
    rest = walk(mia, first["next"].replace("limit=2", "limit=100"))
    assert [row["id"] for row in first["results"]] + rest == walk(mia, "/api/v1/gifts")


def test_a_cursor_with_other_filters_shows_what_they_show(family: Family, titles):
    mia = family.mia.api()
    following = mia.get("/api/v1/gifts?limit=2&ordering=price").json()["next"]
    rows = mia.get(f"{following}&price_max=5.01").json()["results"]
    assert all(float(row["price"]) <= 5.01 for row in rows)


def test_a_cursor_shows_nobody_more_than_they_may_see(family: Family, titles, neighbour):
    following = family.mia.api().get("/api/v1/gifts?limit=2").json()["next"]
    assert neighbour.api().get(following).json()["results"] == []


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "", "ten", "٣", "1e1", "9" * 5000, " 5", "%00"])
def test_a_limit_is_a_number_from_1_to_100(family: Family, limit):
    assert complaints(family.mia.api().get(f"{PEOPLE}?limit={limit}")).keys() == {"limit"}


def test_the_limits_are_kept(family: Family):
    for number in range(60):
        Person.objects.create(household=family.household, display_name=f"Person {number}")
    mia = family.mia.api()
    assert [len(mia.get(f"{PEOPLE}{query}").json()["results"]) for query in ("", "?limit=1", "?limit=100")] == [
        50,
        1,
        67,
    ]


def forged(value: Any) -> str:
    return urlsafe_b64encode(str(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        ":",
        "::",
        "a:b:c",
        ".a:b:c",
        forged("p=00000000-0000-7000-8000-000000000000"),
        forged({"id": 1}),
        "%00",
        "%ff",
        "🎁",
        "a" * 5000,
        "../../etc/passwd",
        "' OR 1=1 --",
        pytest.param(signing.dumps({"field": "id"}, salt="other"), id="of another kind"),
    ],
)
def test_a_forged_cursor_is_refused(family: Family, cursor):
    for query in ("", "&ordering=birthdate"):
        assert code_of(family.mia.api().get(f"{PEOPLE}?cursor={cursor}{query}")) == (400, "VALIDATION_CURSOR")


def test_a_cursor_is_refused_with_any_letter_changed(family: Family):
    mia = family.mia.api()
    url = mia.get(f"{PEOPLE}?limit=1").json()["next"]
    cursor = parse_qs(urlsplit(url).query)["cursor"][0]
    for place in range(0, len(cursor), 7):
        other = "A" if cursor[place] != "A" else "B"
        tampered = cursor[:place] + other + cursor[place + 1 :]
        assert code_of(mia.get(PEOPLE, {"cursor": tampered})) == (400, "VALIDATION_CURSOR")


def test_a_cursor_belongs_to_its_ordering_and_route(family: Family):
    mia = family.mia.api()
    cursor = parse_qs(urlsplit(mia.get(f"{PEOPLE}?limit=1").json()["next"]).query)["cursor"][0]
    for other in (
        f"{PEOPLE}?ordering=birthdate",
        f"{PEOPLE}?ordering=-display_name",
        "/api/v1/items?",
        "/api/v1/gifts?",
    ):
        assert code_of(mia.get(f"{other}&cursor={cursor}")) == (400, "VALIDATION_CURSOR")


@pytest.mark.parametrize("limit", [1, 2, 9, 10, 11, 49, 50, 51, 99, 100])
def test_a_page_holds_as_many_as_asked_for_though_more_are_read(family: Family, limit: int):
    for number in range(101):
        Person.objects.create(household=family.household, display_name=f"Person {number}")
    mia = family.mia.api()
    first = mia.get(f"{PEOPLE}?limit={limit}").json()
    assert len(first["results"]) == limit
    second = mia.get(first["next"]).json()
    back = mia.get(second["previous"]).json()
    assert back["results"] == first["results"]
    assert not {row["id"] for row in second["results"]} & {row["id"] for row in first["results"]}
