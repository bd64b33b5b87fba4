"""Fields and parameters: all of them complain at once, by name, and unknown ones too."""

import pytest

from tests.cast import Family
from tests.envelope import NOWHERE, code_of, complaints

# What can be written, with what has to be first.
WRITABLE = {
    "people": ["display_name", "relationship", "birthdate", "sizes", "photo_url", "members", "archived", "household"],
    "occasions": ["name", "kind", "date", "is_yearly", "honoree", "visibility", "budget_total", "notes"],
    "lists": ["name", "kind", "recipient", "occasion", "occurs_on", "visibility", "household"],
    "gifts": ["title", "url", "price", "currency", "source", "description"],
    "households": ["name", "currency", "timezone"],
}


def test_all_fields_complain_at_once(family: Family):
    body = {"name": "", "currency": "euro", "timezone": "Mars/Olympus", "colour": "red", "motto": []}
    found = complaints(family.mia.api().post("/api/v1/households", body))
    assert found.keys() == {"name", "currency", "timezone", "colour", "motto"}
    assert found["colour"] == ["This field is not known or cannot be written."]
    assert all(isinstance(message, str) for messages in found.values() for message in messages)


def test_a_field_that_is_only_read_is_refused_by_name(family: Family):
    found = complaints(
        family.mia.api().post("/api/v1/lists", {"name": "A", "id": NOWHERE, "owner": NOWHERE, "created_at": 1})
    )
    assert found.keys() == {"id", "owner", "created_at"}


def test_nested_fields_complain_in_their_place(family: Family):
    gift_list = family.mia.list()
    body = {"new_gift": {"price": "-1", "url": "not a url", "wings": 2}, "quantity": 0, "halo": True}
    found = complaints(family.mia.api().post(f"/api/v1/lists/{gift_list.pk}/items", body))
    assert found.keys() == {"new_gift", "quantity", "halo"}
    assert found["new_gift"].keys() == {"title", "price", "url", "wings"}


@pytest.mark.parametrize("nested", [[], "text", 1, [[]], None, True])
def test_something_else_than_a_nested_object_is_refused(family: Family, nested):
    gift_list = family.mia.list()
    assert "new_gift" in complaints(family.mia.api().post(f"/api/v1/lists/{gift_list.pk}/items", {"new_gift": nested}))


@pytest.mark.parametrize(
    "value", [[], {}, [{}], True, -1, 10**30, 0.5, "", " ", "x" * 100_000, "\u202e", NOWHERE, {"a": {"b": []}}, None]
)
def test_no_value_of_any_kind_is_more_than_a_400(family: Family, value):
    mia = family.mia.api()
    mia.raise_request_exception = False
    for path, (required, *fields) in WRITABLE.items():
        for field in (required, *fields):
            answer = mia.post(f"/api/v1/{path}", {required: "A", field: value})
            assert answer.status_code == 201 or complaints(answer).keys() == {field}, (path, field)


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "limit=5&colour=red",
        "LIMIT=5",
        "format=json",
        "page=2",
        "households=1",
        "kind=gift&Kind=gift",
        "%00=1",
        "a[]=1",
        "cursor[]=1",
        "%F0%9F%8E%81=1",
    ],
)
def test_a_parameter_that_nobody_knows_is_refused_by_name(family: Family, query):
    found = complaints(family.mia.api().get(f"/api/v1/lists?{query}"))
    assert list(found.values()) == [["This parameter is not known."]]


def test_all_parameters_complain_at_once(family: Family):
    found = complaints(family.mia.api().get("/api/v1/lists?kind=secret&recipient=me&colour=red&ordering=owner"))
    assert found.keys() == {"kind", "recipient", "colour", "ordering"}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("people", "archived=banana"),
        ("people", "archived=2"),
        ("gifts", "in_catalog=True"),
        ("gifts", "price_min=NaN"),
        ("gifts", "price_min=-Infinity"),
        ("gifts", "price_min=1e50"),
        ("gifts", "price_max=99999999999999"),
        ("gifts", "price_max=0.001"),
        ("gifts", "price_max=-1e999999"),
        ("gifts", "household=%00"),
        ("gifts", "ordering=price,title"),
        ("gifts", "ordering=--price"),
        ("gifts", "ordering=created_by__password"),
        ("gifts", "ordering=%ff"),
        ("items", "assigned_to=you"),
        ("items", "list=1"),
        ("items", "status=%F0%9F%8E%81"),
        ("items", "ordering=claimed"),
        ("items", "ordering=seen_status"),
        ("occasions", "kind=%C3%28"),
    ],
)
def test_a_value_that_no_parameter_has_is_refused(family: Family, path, query):
    mia = family.mia.api()
    mia.raise_request_exception = False
    assert complaints(mia.get(f"/api/v1/{path}?{query}")).keys() == {query.partition("=")[0]}


def test_thousands_of_parameters_are_too_many(family: Family):
    query = "&".join(f"p{number}=1" for number in range(2000))
    answer = family.mia.api().get(f"/api/v1/lists?{query}")
    assert code_of(answer) == (400, "VALIDATION_MALFORMED")
