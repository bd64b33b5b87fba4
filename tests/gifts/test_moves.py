"""How an item moves, and what its status is when several take a part of it."""

import datetime

import pytest
from rest_framework.test import APIClient

from gifts.models import Claim, ItemPlan, ListItem
from gifts.moves import CLAIM_STATUSES, STATUSES, allowed_moves
from households.models import Household
from tests.cast import Family
from tests.gifts.looking import API, NEVER

CLAIMING = [str(status) for status in CLAIM_STATUSES]
ANYWHERE = ["idea", "shortlisted", *CLAIMING]


@pytest.fixture
def item(family: Family) -> ListItem:
    """Two of something for Theo."""
    return family.mia.add(family.mia.list(recipient=family.theo), "Skates", quantity=2)


def move(api: APIClient, item: ListItem, status: str, **fields):
    return api.post(f"{API}/items/{item.pk}/status", {"status": status} | fields)


def code_of(answer) -> str:
    return answer.json()["error"]["code"]


# `stage, own claim?, claims in all, remaining: where one may move`
ALLOWED = [
    ("idea", False, 0, 2, [*ANYWHERE, "dropped"]),
    ("shortlisted", False, 0, 1, [*ANYWHERE, "dropped"]),
    ("idea", True, 1, 1, ANYWHERE),
    ("idea", True, 1, 0, ANYWHERE),
    ("idea", True, 2, 0, ANYWHERE),
    ("idea", False, 1, 1, ANYWHERE),
    ("shortlisted", False, 1, 0, ["idea", "shortlisted"]),
    ("dropped", False, 0, 2, ["idea"]),
]


@pytest.mark.parametrize(("stage", "own", "claimed", "remaining", "allowed"), ALLOWED)
def test_the_table_of_moves(stage: str, own: bool, claimed: int, remaining: int, allowed: list[str]):
    assert allowed_moves(stage=stage, has_claim=own, claimed=claimed, remaining=remaining) == allowed


def standing(api: APIClient, item: ListItem) -> dict:
    return api.get(f"{API}/items/{item.pk}").json()


SITUATIONS = {
    "untouched": [],
    "shortlisted": [("mia", "shortlisted", {})],
    "dropped": [("mia", "dropped", {})],
    "one is mine": [("mia", "planned", {"quantity": 1})],
    "all is mine": [("mia", "wrapped", {})],
    "given by me": [("mia", "gifted", {})],
    "one is another's": [("ada", "ordered", {"quantity": 1})],
    "all is another's": [("ada", "gifted", {})],
    "shared": [("ada", "ordered", {"quantity": 1}), ("mia", "buying", {})],
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("status", STATUSES)
def test_what_is_said_to_be_allowed_is_exactly_what_works(family: Family, item: ListItem, situation, status):
    for name, step, fields in SITUATIONS[situation]:
        assert move(getattr(family, name).api(), item, step, **fields).status_code == 200
    mia = family.mia.api()
    before = standing(mia, item)
    answer = move(mia, item, status)

    assert (answer.status_code == 200) is (status in before["allowed_transitions"])
    if answer.status_code == 200:
        assert answer.json() == standing(mia, item)
        moved = answer.json()["my_claim"]
        assert (moved and moved["status"]) == (status if status in CLAIMING else None)
    elif code_of(answer) == "CONFLICT_INVALID_TRANSITION":
        assert answer.json()["error"]["details"] == {"allowed": before["allowed_transitions"]}
    else:
        assert code_of(answer) == "CONFLICT_CLAIM_UNAVAILABLE"
        assert answer.json()["error"]["details"] == {"remaining": before["remaining"]}
        assert (status in CLAIMING, before["remaining"]) == (True, 0)
    if answer.status_code != 200:
        assert standing(mia, item) == before


@pytest.mark.parametrize("start", CLAIMING)
@pytest.mark.parametrize("end", CLAIMING)
def test_ones_claim_moves_forward_and_back_as_far_as_one_likes(family: Family, item: ListItem, start: str, end: str):
    mia = family.mia.api()
    move(mia, item, start)
    row = move(mia, item, end).json()

    assert row["my_claim"]["status"] == end
    assert row["my_claim"]["quantity"] == 2
    assert bool(row["my_claim"]["gifted_on"]) is (end == "gifted")


def test_a_move_takes_all_that_remains_unless_told_otherwise(family: Family, item: ListItem):
    assert move(family.ada.api(), item, "buying", quantity=1).json()["my_claim"]["quantity"] == 1
    assert move(family.mia.api(), item, "ordered").json()["my_claim"]["quantity"] == 1
    assert move(family.mia.api(), item, "wrapped").json()["my_claim"]["quantity"] == 1

    answer = move(family.mia.api(), item, "wrapped", quantity=2)
    assert code_of(answer) == "CONFLICT_CLAIM_UNAVAILABLE"
    assert answer.json()["error"]["details"] == {"remaining": 0}


@pytest.mark.parametrize("stage", ["idea", "shortlisted"])
def test_back_at_an_idea_one_has_let_go_and_others_have_not(family: Family, item: ListItem, stage: str):
    move(family.ada.api(), item, "ordered", quantity=1)
    move(family.mia.api(), item, "wrapped")
    row = move(family.mia.api(), item, stage).json()

    assert (row["my_claim"], row["remaining"], row["stage"]) == (None, 1, stage)
    assert [claim["giver"]["display_name"] for claim in row["claims"]] == ["Ada"]
    assert Claim.objects.filter(deleted_at__isnull=False).count() == 1


def test_dropped_is_for_what_nobody_has_claimed_and_leads_to_an_idea(family: Family, item: ListItem):
    ada, mia = family.ada.api(), family.mia.api()
    move(ada, item, "planned", quantity=1)
    assert move(mia, item, "dropped").json()["error"]["details"] == {"allowed": ANYWHERE}
    assert mia.patch(f"{API}/items/{item.pk}", {"stage": "dropped"}).status_code == 409

    ada.post(f"{API}/items/{item.pk}/release")
    assert move(mia, item, "dropped").json()["status"] == "dropped"
    answer = ada.post(f"{API}/items/{item.pk}/claim", {})
    assert (code_of(answer), answer.json()["error"]["details"]) == (
        "CONFLICT_INVALID_TRANSITION",
        {"allowed": ["idea"]},
    )
    for status in (*CLAIMING, "shortlisted", "dropped"):
        assert code_of(move(ada, item, status)) == "CONFLICT_INVALID_TRANSITION", status
    assert move(ada, item, "idea").json()["status"] == "idea"


def test_the_same_stage_can_be_patched(family: Family, item: ListItem):
    row = family.ada.api().patch(f"{API}/items/{item.pk}", {"stage": "shortlisted", "giver_note": "x"}).json()
    assert (row["stage"], row["status"], row["giver_note"]) == ("shortlisted", "shortlisted", "x")


# `what Mia's and Ada's shares of two have come to: the item's status`
SHARES = [
    (None, None, "shortlisted"),
    (("planned", 2), None, "shortlisted"),
    (("ordered", 1), None, "shortlisted"),
    (("ordered", 1), ("planned", 1), "shortlisted"),
    (("ordered", 2), None, "ordered"),
    (("buying", 1), ("gifted", 1), "buying"),
    (("wrapped", 1), ("delivered", 1), "delivered"),
    (("gifted", 1), ("wrapped", 1), "wrapped"),
    (("gifted", 1), ("gifted", 1), "gifted"),
]


@pytest.mark.parametrize(("mias", "adas", "status"), SHARES)
def test_an_items_status_is_its_stage_until_all_of_it_is_under_way(family: Family, item, mias, adas, status):
    move(family.mia.api(), item, "shortlisted")
    for member, share in ((family.mia, mias), (family.ada, adas)):
        if share:
            assert move(member.api(), item, share[0], quantity=share[1]).status_code == 200

    row = standing(family.leo.api(), item)
    assert row["status"] == status
    assert row["stage"] == "shortlisted"
    assert row["remaining"] == 2 - sum(share[1] for share in (mias, adas) if share)
    found = family.leo.api().get(f"{API}/items?status={status}").json()["results"]
    assert [row["id"] for row in found] == [str(item.pk)]


def test_a_wish_that_shrinks_is_over_claimed_and_fully_under_way(family: Family):
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"), quantity=3)
    move(family.mia.api(), item, "wrapped", quantity=2)
    move(family.ada.api(), item, "planned", quantity=1)
    assert standing(family.mia.api(), item)["status"] == "idea"

    family.leo.api().patch(f"{API}/items/{item.pk}", {"quantity": 1})
    row = standing(family.mia.api(), item)
    assert (row["status"], row["over_claimed"], row["remaining"]) == ("wrapped", True, 0)
    assert row["allowed_transitions"] == ANYWHERE
    assert move(family.mia.api(), item, "gifted").json()["my_claim"]["quantity"] == 2
    assert move(family.mia.api(), item, "gifted", quantity=3).status_code == 409
    assert code_of(move(family.grandma.api(), item, "buying")) == "CONFLICT_CLAIM_UNAVAILABLE"

    row = move(family.mia.api(), item, "gifted", quantity=1).json()
    assert (row["over_claimed"], row["my_claim"]["quantity"]) == (True, 1)
    family.ada.api().post(f"{API}/items/{item.pk}/release")
    assert standing(family.mia.api(), item)["over_claimed"] is False


def test_gifted_is_stamped_with_the_households_own_day(family: Family, item: ListItem, monkeypatch):
    """At 23:30 in Greenwich on Christmas Eve it is Christmas Day in Kiritimati and still Christmas Eve in New York."""
    mia = family.mia.api()
    moment = datetime.datetime(2031, 12, 24, 23, 30, tzinfo=datetime.UTC)
    days = {"Pacific/Kiritimati": "2031-12-25", "America/New_York": "2031-12-24"}
    for timezone, day in days.items():
        Household.objects.update(timezone=timezone)
        with monkeypatch.context() as clock:
            clock.setattr("households.viewer.timezone.now", lambda: moment)
            row = family.mia.viewer.belonging().today()
        assert row.isoformat() == day

    today = family.mia.viewer.belonging().today().isoformat()
    assert move(mia, item, "gifted").json()["my_claim"]["gifted_on"] == today
    assert move(mia, item, "wrapped").json()["my_claim"]["gifted_on"] is None


def test_gifted_again_keeps_the_day_it_was_given(family: Family, item: ListItem):
    mia = family.mia.api()
    move(mia, item, "gifted")
    Claim.objects.update(gifted_on="2030-12-24")
    assert move(mia, item, "gifted").json()["my_claim"]["gifted_on"] == "2030-12-24"


BROKEN = [
    ({}, {"status"}),
    ({"status": "lost"}, {"status"}),
    ({"status": None}, {"status"}),
    ({"status": ["ordered"]}, {"status"}),
    ({"status": "ordered", "quantity": 0}, {"quantity"}),
    ({"status": "ordered", "quantity": 1000}, {"quantity"}),
    ({"status": "ordered", "quantity": None}, {"quantity"}),
    ({"status": "lost", "quantity": "x", "giver": "me"}, {"status", "quantity", "giver"}),
]


@pytest.mark.parametrize(("body", "wrong"), BROKEN)
def test_broken_input_moves_nothing(family: Family, item: ListItem, body: dict, wrong: set[str]):
    answer = family.mia.api().post(f"{API}/items/{item.pk}/status", body)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == wrong
    assert not Claim.objects.exists()


def test_what_never_was_cannot_be_moved(family: Family):
    for body in ({"status": "ordered"}, {}):
        assert family.mia.api().post(f"{API}/items/{NEVER}/status", body).status_code == 404


def test_a_move_writes_nothing_but_what_moves(family: Family, item: ListItem):
    before = ListItem.objects.values().get(pk=item.pk), ItemPlan.objects.values().get(item=item)
    move(family.mia.api(), item, "ordered")
    assert (ListItem.objects.values().get(pk=item.pk), ItemPlan.objects.values().get(item=item)) == before
