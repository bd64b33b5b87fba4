"""Items: a gift on a list, added in one transaction, ordered, changed and taken away."""

from uuid import UUID

import pytest
from rest_framework.test import APIClient

from config.errors import Refusal
from gifts.models import Gift, GiftList, ItemPlan, ListItem
from gifts.services import items
from gifts.services.claims import claim_item
from households.models import Activity
from tests.cast import Family
from tests.concurrency import simultaneously
from tests.gifts.looking import API, NEVER, titles


@pytest.fixture
def ideas(family: Family) -> GiftList:
    return family.mia.list("Ideas", kind="idea")


@pytest.fixture
def kite(family: Family) -> Gift:
    """A gift in the catalog."""
    return Gift.objects.create(household=family.household, title="A kite", currency="EUR", in_catalog=True)


def put(api: APIClient, gift_list: GiftList, **body):
    return api.post(f"{API}/lists/{gift_list.pk}/items", body)


def test_a_new_gift_comes_into_being_on_the_list_and_stays_out_of_the_catalog(family: Family, ideas: GiftList):
    gift = {"title": "A drum", "price": "49.90", "url": "https://example.org/drum", "source": "the shop"}
    answer = put(family.mia.api(), ideas, new_gift=gift, quantity=2, priority=3, note="red", planned_price="45")

    assert answer.status_code == 201
    row = answer.json()
    assert {key: row["gift"][key] for key in gift} == gift
    assert row["gift"]["currency"] == "EUR"
    assert (row["quantity"], row["priority"], row["note"], row["position"]) == (2, 3, "red", 1)
    assert (row["planned_price"], row["stage"], row["status"], row["remaining"]) == ("45.00", "idea", "idea", 2)
    assert row["added_by"]["name"] == "Mia"
    assert not Gift.objects.get(title="A drum").in_catalog


def test_a_gift_that_exists_is_put_on_the_list_as_it_is(family: Family, ideas: GiftList, kite: Gift):
    row = put(family.leo.api(), ideas, gift=str(kite.pk), giver_note="for windy days").json()
    assert row["gift"]["id"] == str(kite.pk)
    assert row["giver_note"] == "for windy days"
    assert Gift.objects.count() == 1


BROKEN = [
    ({}, {"gift"}),
    ({"gift": str(NEVER)}, {"gift"}),
    ({"gift": "a kite"}, {"gift"}),
    ({"gift": None}, {"gift"}),
    ({"new_gift": {}}, {"new_gift"}),
    ({"new_gift": {"title": ""}}, {"new_gift"}),
    ({"new_gift": None}, {"new_gift"}),
    ({"new_gift": "A drum"}, {"new_gift"}),
    ({"new_gift": {"title": "A drum", "price": "-1"}}, {"new_gift"}),
    ({"new_gift": {"title": "A drum", "price": "12.345"}}, {"new_gift"}),
    ({"new_gift": {"title": "A drum", "currency": "euros"}}, {"new_gift"}),
    ({"new_gift": {"title": "A drum", "in_catalog": True}}, {"new_gift"}),
    ({"new_gift": {"title": "A drum"}, "quantity": 0}, {"quantity"}),
    ({"new_gift": {"title": "A drum"}, "quantity": 1000}, {"quantity"}),
    ({"new_gift": {"title": "A drum"}, "quantity": "two"}, {"quantity"}),
    ({"new_gift": {"title": "A drum"}, "priority": 4}, {"priority"}),
    ({"new_gift": {"title": "A drum"}, "priority": -1}, {"priority"}),
    ({"new_gift": {"title": "A drum"}, "note": "x" * 2001}, {"note"}),
    ({"new_gift": {"title": "A drum"}, "stage": "idea"}, {"stage"}),
    (
        {"new_gift": {"title": ""}, "quantity": 0, "priority": 9, "openly": "?", "planned_price": -1, "status": "x"},
        {"new_gift", "quantity", "priority", "openly", "planned_price", "status"},
    ),
]


@pytest.mark.parametrize(("body", "wrong"), BROKEN)
def test_broken_input_makes_neither_item_nor_gift(family: Family, ideas: GiftList, body: dict, wrong: set[str]):
    answer = put(family.mia.api(), ideas, **body)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == wrong
    assert not Gift.objects.exists()
    assert not ListItem.objects.exists()


def test_a_gift_and_a_new_gift_at_once_are_one_too_many(family: Family, ideas: GiftList, kite: Gift):
    answer = put(family.mia.api(), ideas, gift=str(kite.pk), new_gift={"title": "A drum"})
    assert set(answer.json()["error"]["details"]) == {"gift"}


def test_a_failure_on_the_way_leaves_nothing_behind(family: Family, monkeypatch):
    """The gift, its companion list, the item and its plan are one transaction with the diary's entry."""
    wishlist = family.leo.list("Wishes", kind="wishlist")
    entries = Activity.objects.count()

    def full(**kwargs) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(items.diary, "record", full)
    with pytest.raises(OSError, match="full"):
        family.mia.add(wishlist, "A drum")

    assert not Gift.objects.exists()
    assert not ListItem.objects.exists()
    assert not ItemPlan.objects.exists()
    assert not GiftList.objects.filter(companion_of=wishlist).exists()
    assert Activity.objects.count() == entries


def test_the_same_gift_stands_on_a_list_once(family: Family, ideas: GiftList, kite: Gift):
    assert put(family.mia.api(), ideas, gift=str(kite.pk)).status_code == 201
    for member in (family.mia, family.leo):
        answer = put(member.api(), ideas, gift=str(kite.pk), quantity=5)
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "CONFLICT_DUPLICATE"
    assert ideas.items.get().quantity == 1


def test_a_gift_that_was_taken_off_comes_back_as_the_same_item(family: Family, ideas: GiftList, kite: Gift):
    mia = family.mia.api()
    first = put(mia, ideas, gift=str(kite.pk), quantity=3, note="old").json()
    put(mia, ideas, new_gift={"title": "A drum"})
    mia.delete(f"{API}/items/{first['id']}")
    second = put(family.leo.api(), ideas, gift=str(kite.pk), note="new").json()

    assert second["id"] == first["id"]
    assert (second["note"], second["quantity"], second["position"]) == ("new", 1, 2)
    assert second["added_by"]["name"] == "Leo"


def test_what_was_claimed_is_still_claimed_when_its_wish_comes_back(family: Family, kite: Gift):
    wishlist = family.leo.list("Wishes", kind="wishlist")
    leo = family.leo.api()
    wish = put(leo, wishlist, gift=str(kite.pk), quantity=2).json()
    claim_item(viewer=family.mia.viewer, item_id=UUID(wish["id"]), quantity=2)
    leo.delete(f"{API}/items/{wish['id']}")
    again = put(leo, wishlist, gift=str(kite.pk))

    assert again.status_code == 201
    assert again.json()["claims"] is None
    row = family.mia.api().get(f"{API}/items/{wish['id']}").json()
    assert (row["over_claimed"], row["my_claim"]["quantity"]) == (True, 2)


def places(api: APIClient, gift_list: GiftList) -> list[tuple[str, int]]:
    rows = api.get(f"{API}/lists/{gift_list.pk}/items").json()["results"]
    return [(row["gift"]["title"], row["position"]) for row in rows]


def test_places_are_counted_without_gaps(family: Family, ideas: GiftList):
    added = [family.mia.add(ideas, title) for title in "ABCD"]
    mia = family.mia.api()
    mia.delete(f"{API}/items/{added[1].pk}")

    assert places(mia, ideas) == [("A", 1), ("C", 2), ("D", 3)]
    assert mia.get(f"{API}/items/{added[3].pk}").json()["position"] == 3


@pytest.mark.parametrize(
    ("moved", "place", "order"),
    [("C", 1, "CABD"), ("A", 3, "BCAD"), ("A", 4, "BCDA"), ("A", 99, "BCDA"), ("B", 2, "ABCD"), ("D", 2, "ADBC")],
)
def test_an_item_moves_to_the_place_that_was_asked_for(family: Family, ideas: GiftList, moved, place, order):
    added = {title: family.mia.add(ideas, title) for title in "ABXCD"}
    mia = family.mia.api()
    mia.delete(f"{API}/items/{added['X'].pk}")
    moments = dict(ListItem.objects.exclude(gift__title=moved).values_list("pk", "updated_at"))

    answer = mia.patch(f"{API}/items/{added[moved].pk}", {"position": place})
    assert answer.json()["position"] == min(place, 4)
    assert places(mia, ideas) == list(zip(order, range(1, 5), strict=True))
    assert dict(ListItem.objects.exclude(gift__title=moved).values_list("pk", "updated_at")) == moments


@pytest.mark.parametrize("place", [0, -1, "first", None, 10_001, 1.5])
def test_a_place_that_cannot_be_is_refused(family: Family, ideas: GiftList, place: object):
    item = family.mia.add(ideas)
    answer = family.mia.api().patch(f"{API}/items/{item.pk}", {"position": place})
    assert set(answer.json()["error"]["details"]) == {"position"}


def test_the_diary_names_all_that_changed(family: Family, ideas: GiftList):
    item = family.mia.add(ideas)
    family.mia.api().patch(f"{API}/items/{item.pk}", {"position": 1, "note": "x", "planned_price": "3"})

    entries = Activity.objects.filter(subject_type__in=["listitem", "itemplan"]).order_by("-seq")[:2]
    assert [entry.payload["fields"] for entry in entries] == [["planned_price"], ["note", "position"]]


# `who: (may change the wish, may change the plan)`, for a wish that Ada added openly to Leo's list.
RIGHTS = {
    "leo": (200, 403),
    "ada": (200, 200),
    "mia": (403, 200),
    "grandma": (403, 200),
}


@pytest.mark.parametrize("actor", RIGHTS)
def test_a_wish_is_changed_by_its_recipient_or_who_added_it_and_the_plan_by_givers(family: Family, actor: str):
    item = family.ada.add(family.leo.list("Wishes", kind="wishlist"), openly=True)
    api, path = getattr(family, actor).api(), f"{API}/items/{item.pk}"
    wish, plan = RIGHTS[actor]

    for body in ({"quantity": 2}, {"note": "x"}, {"priority": 1}, {"position": 1}):
        assert api.patch(path, body).status_code == wish, body
    for body in ({"stage": "shortlisted"}, {"planned_price": "3"}, {"giver_note": "x"}):
        assert api.patch(path, body).status_code == plan, body
    assert api.patch(path, {"note": "both", "giver_note": "both"}).status_code == max(wish, plan)
    assert api.delete(path).status_code == (204 if wish == 200 else wish)


def test_half_a_change_is_no_change(family: Family):
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"), quantity=2)
    answer = family.mia.api().patch(f"{API}/items/{item.pk}", {"giver_note": "x", "planned_price": "1", "note": "x"})
    assert answer.status_code == 403
    assert ItemPlan.objects.get(item=item).giver_note == ""

    claim_item(viewer=family.mia.viewer, item_id=item.pk)
    answer = family.mia.api().patch(f"{API}/items/{item.pk}", {"giver_note": "x", "stage": "dropped"})
    assert answer.json()["error"]["code"] == "CONFLICT_INVALID_TRANSITION"
    assert ItemPlan.objects.get(item=item).giver_note == ""


def test_what_nobody_in_particular_added_is_changed_by_anybody_who_plans(family: Family, ideas: GiftList):
    item = family.mia.add(ideas)
    ListItem.objects.update(added_by=None)
    assert family.ada.api().patch(f"{API}/items/{item.pk}", {"note": "x"}).json()["note"] == "x"


def test_null_clears_a_planned_price_and_leaves_the_rest(family: Family, ideas: GiftList):
    item = family.mia.add(ideas, planned_price="3.00", giver_note="x")
    row = family.mia.api().patch(f"{API}/items/{item.pk}", {"planned_price": None}).json()
    assert (row["planned_price"], row["giver_note"]) == (None, "x")


@pytest.mark.parametrize("field", ["list", "gift", "household", "added_by", "status", "remaining", "claims", "openly"])
def test_what_an_item_is_cannot_be_patched(family: Family, ideas: GiftList, field: str):
    item = family.mia.add(ideas)
    answer = family.mia.api().patch(f"{API}/items/{item.pk}", {field: None, "quantity": 0})
    assert set(answer.json()["error"]["details"]) == {field, "quantity"}


def test_a_deleted_item_is_gone_for_its_readers_and_a_tombstone_underneath(family: Family, ideas: GiftList):
    item = family.mia.add(ideas)
    mia = family.mia.api()
    assert mia.delete(f"{API}/items/{item.pk}").status_code == 204
    for method in ("get", "delete"):
        assert getattr(mia, method)(f"{API}/items/{item.pk}").status_code == 404
    assert mia.post(f"{API}/items/{item.pk}/claim", {}).status_code == 404
    assert ListItem.objects.get(pk=item.pk).deleted_at


def test_an_items_list_says_what_it_is_for(family: Family):
    item = family.mia.add(family.mia.list(recipient=family.theo, occurs_on="2031-05-01"))
    row = family.ada.api().get(f"{API}/items/{item.pk}").json()
    assert (row["recipient"], row["occasion"], row["occurs_on"]) == (str(family.theo.pk), None, "2031-05-01")


def test_items_are_ordered_by_what_everybody_sees(family: Family, ideas: GiftList):
    for title, price, priority in (("B", "2", 1), ("A", None, 3), ("C", "1", 2)):
        put(family.mia.api(), ideas, new_gift={"title": title, "price": price}, priority=priority)
    mia, path = family.mia.api(), f"lists/{ideas.pk}/items"

    assert titles(mia, path) == ["B", "A", "C"]
    assert titles(mia, f"{path}?ordering=title") == ["A", "B", "C"]
    assert titles(mia, f"{path}?ordering=price") == ["C", "B", "A"]
    assert titles(mia, f"{path}?ordering=-price") == ["B", "C", "A"]
    assert titles(mia, f"{path}?ordering=-priority") == ["A", "C", "B"]
    for wrong in ("position", "planned_price", "status", "gift__title", "title,price"):
        assert mia.get(f"{API}/{path}?ordering={wrong}").status_code == 400, wrong


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("beside", [True, False])
def test_the_same_gift_added_at_the_same_moment_stands_there_once(family: Family, beside: bool):
    """Beside a list there are two ways in, by the list and by its companion; both take turns."""
    wishlist = family.leo.list("Wishes", kind="wishlist")
    ideas = family.mia.list("Ideas", kind="idea")
    kite = Gift.objects.create(household=family.household, title="A kite", currency="EUR", in_catalog=True)
    ways = [wishlist.pk, family.mia.add(wishlist).list_id] * 4 if beside else [ideas.pk] * 8
    viewer = family.mia.viewer

    def add() -> str:
        try:
            items.add_item(viewer=viewer, list_id=ways.pop(), gift_id=kite.pk)
        except Refusal as refusal:
            return refusal.code.name
        return "added"

    assert sorted(simultaneously(add, 8)) == ["CONFLICT_DUPLICATE"] * 7 + ["added"]


@pytest.mark.django_db(transaction=True)
def test_a_list_that_many_order_at_once_keeps_its_places(family: Family):
    ideas = family.mia.list("Ideas", kind="idea")
    added = [family.mia.add(ideas, title) for title in "ABCDEFGH"]
    left = list(added)
    viewer = family.mia.viewer

    def to_the_top() -> None:
        items.update_item(viewer=viewer, item_id=left.pop().pk, changes={"position": 1, "note": "moved"})

    simultaneously(to_the_top, 8)

    assert sorted(ListItem.objects.values_list("position", flat=True)) == list(range(1, 9))
    assert set(ListItem.objects.values_list("note", flat=True)) == {"moved"}


def test_a_lists_owner_does_not_edit_the_wishes_of_its_recipient(family: Family):
    gift_list = family.ada.list(recipient=family.leo.person, visibility="household")
    wish = family.leo.add(gift_list, "A drum")
    ada = family.ada.api()

    assert ada.patch(f"{API}/items/{wish.pk}", {"note": "small"}).status_code == 403
    assert ada.delete(f"{API}/items/{wish.pk}").status_code == 403


def test_what_nobody_in_particular_added_is_for_all_givers_to_edit_but_not_in_the_recipients_sight(family: Family):
    for visibility, status in (("household", 403), ("hidden_from_recipient", 200)):
        gift_list = family.mia.list(recipient=family.leo.person, visibility=visibility)
        item = family.mia.add(gift_list, "A drum", openly=True)
        ListItem.objects.filter(pk=item.pk).update(added_by=None)
        assert family.ada.api().patch(f"{API}/items/{item.pk}", {"note": "small"}).status_code == status
