"""What a list counts: for those who give, in figures one can check by hand; for whom it is for, nothing."""

from typing import Any

import pytest

from gifts.models import Gift, ListItem, ListShare
from gifts.services.items import delete_item
from gifts.services.lists import delete_list
from households.models import Role
from tests.cast import Family, Member, join
from tests.gifts.counting import amounts, put, read, status_of, take

TEN = {"price": "10.00"}
NONE = "0.00"
# `what is wished for, [(giver, status, quantity, paid)], (planned, committed, spent), unpriced`
EXAMPLES: dict[str, tuple[dict[str, Any], list[tuple], tuple[str, str, str], int]] = {
    "nobody takes it": (TEN | {"quantity": 3}, [], ("30.00", NONE, NONE), 0),
    "half of it is taken": (TEN | {"quantity": 4}, [("mia", "planned", 2, None)], ("20.00", "20.00", NONE), 0),
    "a price is paid for the whole claim": (
        TEN | {"quantity": 3},
        [("mia", "ordered", 2, "15.55")],
        ("10.00", "15.55", NONE),
        0,
    ),
    "it is given, and paid": (TEN | {"quantity": 3}, [("mia", "gifted", 3, "27.50")], (NONE, NONE, "27.50"), 0),
    "it is given, for who knows what": (
        TEN | {"quantity": 3},
        [("mia", "gifted", 2, None)],
        ("10.00", NONE, "20.00"),
        0,
    ),
    "two are at it": (
        TEN | {"quantity": 3},
        [("mia", "gifted", 1, "12.00"), ("ada", "wrapped", 1, None)],
        ("10.00", "10.00", "12.00"),
        0,
    ),
    "another price is planned": (
        TEN | {"quantity": 2, "planned_price": "8.50"},
        [("ada", "buying", 1, None)],
        ("8.50", "8.50", NONE),
        0,
    ),
    "only the plan has a price": ({"planned_price": "7.00", "quantity": 2}, [], ("14.00", NONE, NONE), 0),
    "nobody knows a price": ({"quantity": 3}, [("ada", "planned", 1, None)], (NONE, NONE, NONE), 1),
    "a giver knows what it was": ({"quantity": 2}, [("ada", "ordered", 2, "9.99")], (NONE, "9.99", NONE), 0),
    "a giver knows of a part": ({"quantity": 3}, [("ada", "ordered", 2, "9.99")], (NONE, "9.99", NONE), 1),
    "one giver of two knows": (
        {"quantity": 2},
        [("ada", "ordered", 1, "9.99"), ("mia", "gifted", 1, None)],
        (NONE, "9.99", NONE),
        1,
    ),
    "it costs nothing": ({"price": "0.00"}, [("ada", "planned", 1, None)], (NONE, NONE, NONE), 0),
    "it is dear": ({"price": "999999999.99", "quantity": 3}, [], ("2999999999.97", NONE, NONE), 0),
}


@pytest.mark.parametrize(("wish", "claims", "expected", "unpriced"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_each_piece_counts_once(family: Family, wish, claims, expected, unpriced: int):
    wishes = family.leo.list("Wishes", kind="wishlist")
    item = put(family.grandma, wishes, **wish)
    for giver, status, quantity, paid in claims:
        take(getattr(family, giver), item, status, quantity, paid)

    summary = read(family.grandma, f"lists/{wishes.pk}/summary")

    assert (amounts(summary["budget"]), summary["budget"]["unpriced"]) == (expected, unpriced)
    assert summary["items"] == sum(summary["by_status"].values()) == 1


def test_what_is_dropped_is_not_planned(family: Family):
    things = family.mia.list("For Leo", recipient=family.leo.person)
    item = put(family.mia, things, price="10.00")
    put(family.mia, things)
    family.mia.api().post(f"/api/v1/items/{item.pk}/status", {"status": "dropped"})

    summary = read(family.ada, f"lists/{things.pk}/summary")

    assert amounts(summary["budget"]) == (NONE, NONE, NONE)
    assert summary["budget"]["unpriced"] == 1
    assert (summary["by_status"]["dropped"], summary["by_status"]["idea"]) == (1, 1)


def test_what_is_claimed_beyond_the_wish_is_bound_all_the_same(family: Family):
    wishes = family.leo.list("Wishes", kind="wishlist")
    item = put(family.leo, wishes, price="10.00", quantity=3)
    take(family.mia, item, quantity=2)
    take(family.ada, item, quantity=1)
    ListItem.objects.filter(pk=item.pk).update(quantity=1)

    assert amounts(read(family.mia, f"lists/{wishes.pk}/summary")["budget"]) == (NONE, "30.00", NONE)


@pytest.mark.parametrize(
    ("status", "expected"), [("ordered", (NONE, "20.00", NONE)), ("gifted", (NONE, NONE, "20.00"))]
)
def test_what_is_taken_of_a_withdrawn_wish_is_bound_and_nothing_of_it_planned(family: Family, status: str, expected):
    wishes = family.leo.list("Wishes", kind="wishlist")
    item = put(family.leo, wishes, price="10.00", quantity=3)
    take(family.mia, item, status, quantity=2)
    delete_item(viewer=family.leo.viewer, item_id=item.pk)

    summary = read(family.mia, f"lists/{wishes.pk}/summary")

    assert amounts(summary["budget"]) == expected
    assert summary["items"] == len(read(family.mia, f"lists/{wishes.pk}/items")["results"]) == 1


def test_a_claim_that_was_let_go_costs_nothing(family: Family):
    wishes = family.leo.list("Wishes", kind="wishlist")
    item = put(family.leo, wishes, price="10.00")
    take(family.mia, item, "ordered", paid="99.00")
    family.mia.api().post(f"/api/v1/items/{item.pk}/release")

    assert amounts(read(family.mia, f"lists/{wishes.pk}/summary")["budget"]) == ("10.00", NONE, NONE)


def test_other_currencies_stand_apart(family: Family):
    things = family.mia.list("For Leo", recipient=family.leo.person)
    put(family.mia, things, price="10.00")
    take(family.mia, put(family.mia, things, price="20.00", currency="USD", quantity=2), "ordered", paid="19.00")
    take(family.mia, put(family.mia, things, price="5.00", currency="CHF"), "gifted")
    put(family.mia, things, currency="GBP")

    budget = read(family.mia, f"lists/{things.pk}/summary")["budget"]

    assert budget == {
        "currency": "EUR",
        "planned": "10.00",
        "committed": NONE,
        "spent": NONE,
        "unpriced": 1,
        "unconverted": [
            {"currency": "CHF", "planned": NONE, "committed": NONE, "spent": "5.00"},
            {"currency": "USD", "planned": "20.00", "committed": "19.00", "spent": NONE},
        ],
    }


def test_many_small_sums_add_up_to_the_cent(family: Family):
    things = family.mia.list("For Leo", recipient=family.leo.person)
    for number in range(10):
        put(family.mia, things, f"Sweet {number}", price="0.10", quantity=3)
    assert amounts(read(family.mia, f"lists/{things.pk}/summary")["budget"]) == ("3.00", NONE, NONE)


def test_an_empty_list_counts_nothing(family: Family):
    things = family.mia.list("For Leo", recipient=family.leo.person)
    summary = read(family.mia, f"lists/{things.pk}/summary")

    assert summary["list"] == {
        "id": str(things.pk),
        "name": "For Leo",
        "kind": "gift",
        "recipient": {"id": str(family.leo.person.pk), "display_name": "Leo"},
    }
    assert summary["items"] == 0
    assert list(summary["by_status"]) == [
        "idea",
        "shortlisted",
        "buying",
        "ordered",
        "delivered",
        "wrapped",
        "gifted",
        "dropped",
    ]
    assert set(summary["by_status"].values()) == {0}
    assert summary["budget"]["unconverted"] == []


def test_a_status_counts_what_filtering_by_it_finds(family: Family):
    wishes = family.leo.list("Wishes", kind="wishlist")
    take(family.mia, put(family.leo, wishes, "half", quantity=2), "ordered")
    take(family.mia, put(family.leo, wishes, "whole"), "ordered")
    take(family.ada, put(family.leo, wishes, "promised"))
    put(family.ada, wishes, "beside")

    summary = read(family.mia, f"lists/{wishes.pk}/summary")

    for status, number in summary["by_status"].items():
        found = read(family.mia, f"items?list={wishes.pk}&status={status}")["results"]
        assert len(found) == number, status
    assert (summary["by_status"]["idea"], summary["by_status"]["ordered"]) == (3, 1)


def test_givers_count_what_is_hidden_beside_a_list_with_it(family: Family):
    wishes = family.leo.list("Wishes", kind="wishlist")
    put(family.leo, wishes, price="10.00")
    beside = put(family.mia, wishes, price="5.00")

    assert amounts(read(family.ada, f"lists/{wishes.pk}/summary")["budget"])[0] == "15.00"
    assert amounts(read(family.ada, f"lists/{beside.list_id}/summary")["budget"])[0] == "5.00"
    assert status_of(family.leo, f"lists/{beside.list_id}/summary") == 404


def test_its_recipient_learns_how_many_wishes_they_see_and_nothing_else(family: Family):
    wishes = family.leo.list("Wishes", kind="wishlist")
    for title in ("Socks", "Shoes"):
        put(family.leo, wishes, title, price="10.00")
    before = family.leo.api().get(f"/api/v1/lists/{wishes.pk}/summary")
    take(family.mia, put(family.mia, wishes, price="5.00"), "gifted")
    take(family.mia, ListItem.objects.get(gift__title="Socks"), "ordered")

    after = family.leo.api().get(f"/api/v1/lists/{wishes.pk}/summary")

    assert before.content == after.content
    summary = after.json()
    concealed = ("planned", "committed", "spent", "unpriced", "unconverted")
    assert (summary["items"], summary["by_status"]) == (2, None)
    assert summary["budget"] == {"currency": "EUR", **dict.fromkeys(concealed)}
    assert summary.keys() == read(family.mia, f"lists/{wishes.pk}/summary").keys()


def test_half_of_a_couple_is_its_recipient(family: Family):
    ours = family.grandma.list("Ours", recipient=family.grandparents)
    take(family.ada, put(family.grandma, ours, price="10.00"), "ordered")

    assert read(family.grandma, f"lists/{ours.pk}/summary")["by_status"] is None
    assert amounts(read(family.ada, f"lists/{ours.pk}/summary")["budget"]) == (NONE, "10.00", NONE)


def test_ones_own_private_list_for_oneself_is_concealed_as_well(family: Family):
    mine = family.leo.list("Mine", recipient=family.leo.person, visibility="private")
    put(family.leo, mine, price="10.00")
    summary = read(family.leo, f"lists/{mine.pk}/summary")
    assert (summary["items"], summary["by_status"], summary["budget"]["planned"]) == (1, None, None)


def test_who_does_not_see_a_list_is_told_there_is_none(family: Family, neighbour: Member):
    hidden = family.mia.list("For Leo", recipient=family.leo.person)
    private = family.mia.list("Mine alone", visibility="private")
    gus = join(family.household, "Gus", Role.GUEST)
    for who, gift_list in ((family.leo, hidden), (neighbour, hidden), (gus, hidden), (family.ada, private)):
        assert status_of(who, f"lists/{gift_list.pk}/summary") == 404
    assert status_of(family.mia, f"lists/{private.pk}/summary") == 200
    delete_list(viewer=family.mia.viewer, list_id=private.pk)
    assert status_of(family.mia, f"lists/{private.pk}/summary") == 404


def test_a_guest_sums_up_what_is_shared_with_them(family: Family):
    gus = join(family.household, "Gus", Role.GUEST)
    shared = family.mia.list("For Leo", recipient=family.leo.person)
    ListShare.objects.create(household=family.household, list=shared, guest=gus.membership)
    put(family.mia, shared, price="10.00")
    put(family.mia, family.mia.list("For Theo", recipient=family.theo), price="99.00")

    assert amounts(read(gus, f"lists/{shared.pk}/summary")["budget"])[0] == "10.00"


def test_a_parameter_that_is_not_known_is_refused(family: Family):
    things = family.mia.list("For Leo", recipient=family.leo.person)
    answer = family.mia.api().get(f"/api/v1/lists/{things.pk}/summary?bogus=1")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["bogus"])


def test_a_gift_that_was_taken_out_of_the_catalog_still_costs_what_it_costs(family: Family):
    things = family.mia.list("For Leo", recipient=family.leo.person)
    item = put(family.mia, things, price="10.00")
    Gift.objects.get(pk=item.gift_id).entomb()
    assert amounts(read(family.ada, f"lists/{things.pk}/summary")["budget"])[0] == "10.00"
