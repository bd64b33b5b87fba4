"""Gifts: the catalog that everybody sees, and what is made on a list and stays there."""

import pytest
from rest_framework.test import APIClient

from config.errors import Refusal
from gifts.models import Gift, ListItem
from gifts.services.claims import claim_item
from tests.cast import Family, Member
from tests.gifts.looking import API


def make(api: APIClient, **fields) -> dict:
    answer = api.post(f"{API}/gifts", {"title": "A kite"} | fields)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_gift_in_the_catalog_is_seen_by_all_who_plan_and_nobody_next_door(family: Family, neighbour: Member):
    row = make(family.leo.api(), price="12.50", description="Red", url="https://example.org/kite")
    assert row["in_catalog"]
    assert row["currency"] == "EUR"
    assert row["created_by"]["name"] == "Leo"

    for member in (family.mia, family.ada, family.grandma):
        assert member.api().get(f"{API}/gifts/{row['id']}").json() == row
    assert neighbour.api().get(f"{API}/gifts/{row['id']}").status_code == 404


def test_a_gift_made_on_a_list_is_seen_where_the_list_is(family: Family):
    item = family.mia.add(family.mia.list(recipient=family.leo.person))
    row = family.ada.api().get(f"{API}/gifts/{item.gift_id}").json()
    assert not row["in_catalog"]
    assert family.leo.api().get(f"{API}/gifts/{item.gift_id}").status_code == 404


def test_who_made_a_gift_plays_no_part_in_who_sees_it(family: Family):
    gift_list = family.ada.list(recipient=family.theo)
    item = family.leo.add(gift_list)
    family.ada.api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": "private"})

    assert family.leo.api().get(f"{API}/gifts/{item.gift_id}").status_code == 404
    assert family.ada.api().get(f"{API}/gifts/{item.gift_id}").status_code == 200


def test_publishing_shows_a_gift_to_everybody_and_its_list_to_nobody_new(family: Family):
    item = family.mia.add(family.mia.list(recipient=family.leo.person))
    path = f"{API}/gifts/{item.gift_id}"
    assert family.leo.api().post(f"{path}/publish").status_code == 404
    assert family.mia.api().post(f"{path}/publish").json()["in_catalog"]
    moment = Gift.objects.get().updated_at
    assert family.mia.api().post(f"{path}/publish").status_code == 200

    assert Gift.objects.get().updated_at == moment
    assert family.leo.api().get(path).status_code == 200
    assert family.leo.api().get(f"{API}/items").json()["results"] == []


# `(maker, where): who may change and delete it`. Mia owns the household. Publishing is for the maker or an owner.
RIGHTS = {
    ("leo", "catalog"): {"leo", "mia"},
    ("mia", "catalog"): {"mia"},
    (None, "catalog"): {"leo", "mia", "ada"},
    ("leo", "list"): {"leo"},
    ("ada", "list"): {"ada"},
    (None, "list"): {"leo", "mia", "ada"},
}


@pytest.mark.parametrize(("maker", "where"), RIGHTS)
@pytest.mark.parametrize("actor", ["mia", "leo", "ada"])
def test_a_gift_is_changed_by_its_maker_and_in_the_catalog_by_an_owner(family: Family, maker, where, actor):
    item = family.mia.add(family.mia.list(recipient=family.theo))
    made_by = maker and getattr(family, maker).user
    Gift.objects.filter(pk=item.gift_id).update(in_catalog=where == "catalog", created_by=made_by)
    api, path = getattr(family, actor).api(), f"{API}/gifts/{item.gift_id}"
    allowed = actor in RIGHTS[maker, where]
    may_publish = allowed and actor in {maker, "mia"}

    assert api.patch(path, {"title": "Another"}).status_code == (200 if allowed else 403)
    assert api.post(f"{path}/publish").status_code == (200 if may_publish else 403)
    assert api.delete(path).status_code == (204 if allowed else 403)


def test_deleting_a_gift_never_fails_because_of_what_one_cannot_see(family: Family):
    """Leo made it; somebody hides it on a list for him, and somebody else has claimed it there."""
    row = make(family.leo.api())
    hidden = family.mia.list(recipient=family.leo.person)
    put = family.mia.api().post(f"{API}/lists/{hidden.pk}/items", {"gift": row["id"]}).json()
    claim_item(viewer=family.ada.viewer, item_id=put["id"])
    before = ListItem.objects.filter(pk=put["id"]).values()[0]

    assert family.leo.api().delete(f"{API}/gifts/{row['id']}").status_code == 204
    assert ListItem.objects.filter(pk=put["id"]).values()[0] == before
    seen = family.ada.api().get(f"{API}/items/{put['id']}").json()
    assert (seen["gift"]["title"], seen["my_claim"]["quantity"]) == ("A kite", 1)
    for member in (family.leo, family.mia):
        assert member.api().get(f"{API}/gifts/{row['id']}").status_code == 404


BROKEN = [
    ({"title": ""}, {"title"}),
    ({"title": "x" * 201}, {"title"}),
    ({"price": "-0.01"}, {"price"}),
    ({"price": "1.234"}, {"price"}),
    ({"price": "10000000000"}, {"price"}),
    ({"price": "NaN"}, {"price"}),
    ({"price": "Infinity"}, {"price"}),
    ({"price": "cheap"}, {"price"}),
    ({"currency": "eur"}, {"currency"}),
    ({"currency": ""}, {"currency"}),
    ({"currency": None}, {"currency"}),
    ({"url": "javascript:alert(1)"}, {"url"}),
    ({"image_url": "kite.png"}, {"image_url"}),
    ({"in_catalog": False}, {"in_catalog"}),
    ({"created_by": None}, {"created_by"}),
    ({"title": None, "price": [], "url": 5, "bogus": 1}, {"title", "price", "url", "bogus"}),
]


@pytest.mark.parametrize(("fields", "wrong"), BROKEN)
def test_broken_input_is_refused_with_every_field_named(family: Family, fields: dict, wrong: set[str]):
    api, row = family.mia.api(), make(family.mia.api())
    made = api.post(f"{API}/gifts", {"title": "A drum"} | fields)
    changed = api.patch(f"{API}/gifts/{row['id']}", fields)

    for answer in (made, changed):
        assert answer.status_code == 400
        assert set(answer.json()["error"]["details"]) == wrong
    assert Gift.objects.count() == 1


def test_null_clears_a_price(family: Family):
    row = make(family.mia.api(), price="3")
    assert row["price"] == "3.00"
    assert family.mia.api().patch(f"{API}/gifts/{row['id']}", {"price": None}).json()["price"] is None


@pytest.fixture
def shop(family: Family) -> APIClient:
    """Seven gifts, two of them of the same price and two without one."""
    prices = {"A": "1.00", "B": "19.99", "C": "2.50", "D": "2.50", "E": None, "F": None, "G": "100.00"}
    api = family.mia.api()
    for title, price in prices.items():
        make(api, title=title, price=price)
    return api


def found(api: APIClient, query: str) -> str:
    return "".join(row["title"] for row in api.get(f"{API}/gifts?{query}").json()["results"])


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("ordering=title", "ABCDEFG"),
        ("price_min=2.50&ordering=title", "BCDG"),
        ("price_max=2.50&ordering=title", "ACD"),
        ("price_min=2.5&price_max=19.99&ordering=title", "BCD"),
        ("price_min=2.51&price_max=19.98&ordering=title", ""),
        ("price_min=0&ordering=title", "ABCDG"),
        ("price_max=9999999999.99&ordering=title", "ABCDG"),
        ("price_max=-1", ""),
        ("in_catalog=true&ordering=title", "ABCDEFG"),
        ("in_catalog=false", ""),
    ],
)
def test_gifts_are_found_by_their_price(shop: APIClient, query: str, titles: str):
    assert found(shop, query) == titles


UNKNOWABLE = ["cheap", "NaN", "Infinity", "99999999999999999999", "1e400", "2.499"]


@pytest.mark.parametrize("query", [*(f"price_min={price}" for price in UNKNOWABLE), "price=1", "in_catalog=maybe"])
def test_a_filter_that_cannot_be_is_refused(shop: APIClient, query: str):
    answer = shop.get(f"{API}/gifts?{query}")
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {query.split("=")[0]}


def walk(api: APIClient, path: str, direction: str) -> list[str]:
    """The titles on each page from this one on, following `next` or `previous`."""
    answer = api.get(path).json()
    page = "".join(row["title"] for row in answer["results"])
    return [page, *(walk(api, answer[direction], direction) if answer[direction] else [])]


@pytest.mark.parametrize(
    ("ordering", "order"),
    [("price", "ACDBGEF"), ("-price", "GBDCAFE"), ("title", "ABCDEFG"), ("-title", "GFEDCBA"), (None, "GFEDCBA")],
)
@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
def test_pages_follow_each_other_there_and_back_empty_prices_last(shop: APIClient, ordering, order, limit: int):
    query = f"limit={limit}" + (f"&ordering={ordering}" if ordering else "")
    forward = walk(shop, f"{API}/gifts?{query}", "next")
    assert forward == [order[start : start + limit] for start in range(0, 7, limit)]

    last = f"{API}/gifts?{query}"
    while following := shop.get(last).json()["next"]:
        last = following
    assert list(reversed(walk(shop, last, "previous"))) == forward


def test_a_row_that_appears_in_between_moves_no_other(shop: APIClient):
    first = shop.get(f"{API}/gifts?limit=3&ordering=price").json()
    make(shop, title="Z", price="0.50")
    second = shop.get(first["next"]).json()
    assert "".join(row["title"] for row in first["results"] + second["results"]) == "ACDBGE"


def test_a_gift_made_inline_needs_a_place_to_stand(family: Family, neighbour: Member):
    hidden = family.mia.list(recipient=family.leo.person)
    with pytest.raises(Refusal):
        neighbour.add(hidden)
    assert not Gift.objects.exists()
