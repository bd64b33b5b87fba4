"""Nobody buys twice: whoever wants the last one at the same moment, exactly one of them gets it."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from config.errors import Refusal
from gifts.models import Claim, ItemPlan, ListItem
from gifts.services.claims import claim_item, move_item, release_item
from gifts.services.items import update_item
from households.models import Activity
from tests.cast import Family, join
from tests.concurrency import simultaneously
from tests.gifts.looking import API

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50


def taken(item: ListItem) -> int:
    return sum(Claim.objects.alive().filter(item=item).values_list("quantity", flat=True))


def outcome(change: Callable[[], object]) -> str:
    try:
        change()
    except Refusal as refusal:
        return refusal.code.name
    return "done"


def test_of_fifty_who_claim_the_last_one_over_http_one_wins(family: Family):
    """Through the whole HTTP stack: authentication, view and service, each on a connection of its own."""
    givers = [join(family.household, f"Cousin {number}") for number in range(MANY)]
    item = family.mia.add(family.mia.list(recipient=family.theo))
    clients = [giver.api() for giver in givers]

    def claim() -> tuple[int, str]:
        answer = clients.pop().post(f"{API}/items/{item.pk}/claim", {})
        return answer.status_code, answer.json().get("error", {}).get("code", "")

    assert Counter(simultaneously(claim, MANY)) == {(200, ""): 1, (409, "CONFLICT_CLAIM_UNAVAILABLE"): MANY - 1}
    assert taken(item) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_fifty_who_want_seven_seven_get_one(family: Family, attempt: int):
    """Through the service. Each round starts with claims that were released, so that both ways of taking race."""
    viewers = [join(family.household, f"Cousin {number}").viewer for number in range(MANY)]
    item = family.mia.add(family.mia.list(recipient=family.theo), quantity=7)
    for viewer in viewers[:attempt]:
        claim_item(viewer=viewer, item_id=item.pk)
        release_item(viewer=viewer, item_id=item.pk)

    won = simultaneously(lambda: outcome(lambda: claim_item(viewer=viewers.pop(), item_id=item.pk)), MANY)

    assert Counter(won) == {"done": 7, "CONFLICT_CLAIM_UNAVAILABLE": MANY - 7}
    assert taken(item) == 7
    entries = Activity.objects.filter(household=family.household).order_by("seq").values_list("seq", flat=True)
    assert list(entries) == list(range(1, len(entries) + 1))


def test_one_giver_on_two_devices_has_one_claim(family: Family):
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"), quantity=5)
    viewer = family.mia.viewer

    simultaneously(lambda: claim_item(viewer=viewer, item_id=item.pk, quantity=2), 10)

    assert Claim.objects.get().quantity == 2


def test_of_those_who_move_it_at_once_one_takes_all_that_remains(family: Family):
    viewers = [join(family.household, f"Cousin {number}").viewer for number in range(10)]
    item = family.mia.add(family.mia.list(recipient=family.theo), quantity=3)

    moved = simultaneously(
        lambda: outcome(lambda: move_item(viewer=viewers.pop(), item_id=item.pk, status="ordered")), 10
    )

    assert Counter(moved) == {"done": 1, "CONFLICT_CLAIM_UNAVAILABLE": 9}
    assert taken(item) == 3


@pytest.mark.parametrize("attempt", range(5))
def test_what_is_claimed_and_dropped_at_once_is_one_of_the_two(family: Family, attempt: int):
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"))
    ada, mia = family.ada.viewer, family.mia.viewer
    changes = [
        lambda: claim_item(viewer=ada, item_id=item.pk),
        lambda: move_item(viewer=mia, item_id=item.pk, status="dropped"),
    ]

    both = simultaneously(lambda: outcome(changes.pop()), 2)

    assert sorted(both) == ["CONFLICT_INVALID_TRANSITION", "done"]
    assert (ItemPlan.objects.get(item=item).stage == "dropped") is (taken(item) == 0)


def test_who_had_to_wait_for_the_item_decides_by_what_is_true_then(family: Family):
    """Ada's claim waits while Mia drops the item: what it read of the plan before the wait is out of date."""
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"))
    ada = family.ada.viewer

    def claim() -> str:
        try:
            return outcome(lambda: claim_item(viewer=ada, item_id=item.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            ListItem.objects.locked(item.pk)
            waiting = thread.submit(claim)
            time.sleep(0.5)
            move_item(viewer=family.mia.viewer, item_id=item.pk, status="dropped")
        assert waiting.result() == "CONFLICT_INVALID_TRANSITION"
    assert taken(item) == 0


@pytest.mark.parametrize("attempt", range(5))
def test_a_wish_that_shrinks_while_it_is_claimed_is_never_claimed_beyond_what_it_was(family: Family, attempt: int):
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"), quantity=2)
    ada, grandma, leo = family.ada.viewer, family.grandma.viewer, family.leo.viewer
    changes = [
        lambda: claim_item(viewer=ada, item_id=item.pk),
        lambda: claim_item(viewer=grandma, item_id=item.pk),
        lambda: update_item(viewer=leo, item_id=item.pk, changes={"quantity": 1}),
    ]

    results = simultaneously(lambda: outcome(changes.pop()), 3)

    assert results.count("done") >= 2
    assert taken(item) == 2 - results.count("CONFLICT_CLAIM_UNAVAILABLE")
    assert ListItem.objects.get(pk=item.pk).quantity == 1


def test_a_crowd_that_claims_releases_and_moves_never_takes_too_many(family: Family):
    viewers = [join(family.household, f"Cousin {number}").viewer for number in range(8)]
    item = family.mia.add(family.mia.list(recipient=family.theo), quantity=3)
    steps = [
        lambda viewer: claim_item(viewer=viewer, item_id=item.pk, quantity=2),
        lambda viewer: move_item(viewer=viewer, item_id=item.pk, status="wrapped"),
        lambda viewer: release_item(viewer=viewer, item_id=item.pk),
        lambda viewer: claim_item(viewer=viewer, item_id=item.pk, quantity=1),
    ]

    def act() -> int:
        viewer = viewers.pop()
        for step in steps:
            outcome(lambda step=step: step(viewer))
        return taken(item)

    assert max(simultaneously(act, 8)) <= 3
    assert taken(item) == 3


def test_a_claim_that_two_owners_hand_on_at_once_goes_to_one(family: Family):
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"))
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    others = [family.grandma.person, family.theo]
    clients: list[APIClient] = [family.mia.api(), family.mia.api()]

    answers = simultaneously(
        lambda: clients.pop().patch(f"{API}/claims/{made.pk}", {"giver": str(others.pop().pk)}).status_code, 2
    )

    assert sorted(answers) == [200, 404]
    assert taken(item) == 1
