"""Two who change what belongs together at the same moment take turns: none is refused for it, and nothing is lost."""

import time
from threading import Event
from typing import Any

import pytest
from django.db import connection

from gifts.models import ListShare
from gifts.services import lists, merging, shares
from gifts.services.claims import claim_item
from households.models import Person, Role
from tests.cast import join, make_family
from tests.concurrency import simultaneously
from tests.gifts.looking import API, titles

pytestmark = pytest.mark.django_db(transaction=True)
ATTEMPTS = range(4)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_who_shares_a_list_with_a_guest_and_who_merges_them(monkeypatch: pytest.MonkeyPatch):
    """Just when the one holds the guest and wants the list, and the other might hold the list and want the guest."""
    holds_guest, holds_list = Event(), Event()

    def shareable(*of: Any, then: Any = shares._shareable_list) -> Any:
        holds_guest.set()
        holds_list.wait(1)
        return then(*of)

    def move(*of: Any, then: Any = merging._move_place_in_household) -> Any:
        holds_list.set()
        time.sleep(0.3)
        return then(*of)

    monkeypatch.setattr(shares, "_shareable_list", shareable)
    monkeypatch.setattr(merging, "_move_place_in_household", move)
    family = make_family()
    gus = join(family.household, "Gus", Role.GUEST)
    twin = Person.objects.create(household=family.household, display_name="Gus!")
    theos = family.mia.list("For Theo", recipient=family.theo)
    ListShare.objects.create(household=family.household, list=theos, guest=gus.membership)
    claim_item(viewer=gus.viewer, item_id=family.mia.add(theos, "A kite").pk)
    sharer, merger, guest = family.mia.api(), family.mia.api(), str(gus.membership.pk)

    def merge() -> Any:
        holds_guest.wait(5)
        return merger.post(f"{API}/people/{gus.person.pk}/merge", {"into": str(twin.pk)})

    deeds = [lambda: sharer.post(f"{API}/lists/{theos.pk}/shares", {"guest": guest}), merge]
    assert [answer.status_code for answer in simultaneously(lambda: deeds.pop()(), 2)] == [200, 200]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_who_deletes_what_is_beside_a_list_and_who_puts_something_there(attempt: int):
    family = make_family()
    wishes = family.leo.list("Wishes", kind="wishlist")
    beside = family.ada.add(wishes, "A lamp").list_id
    ada, mia = family.ada.api(), family.mia.api()
    deeds = [
        lambda: mia.delete(f"{API}/lists/{beside}"),
        lambda: ada.post(f"{API}/lists/{wishes.pk}/items", {"new_gift": {"title": "A kite"}}),
    ]
    answered = {answer.status_code for answer in simultaneously(lambda: deeds.pop()(), 2)}

    # 404 when it came before the deletion, and was gone with it when it was to be shown.
    assert answered in ({204, 201}, {204, 404})
    undone = mia.post(f"{API}/lists/{beside}/restore")
    # Either it went with what was deleted, and comes back with it; or it stands on a companion of its own.
    assert undone.status_code in {200, 409}, undone.content
    assert "A kite" in titles(ada, f"lists/{wishes.pk}/items")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_surprise_is_not_put_beside_a_list_on_what_is_being_deleted(monkeypatch: pytest.MonkeyPatch):
    family = make_family()
    wishes = family.leo.list("Wishes", kind="wishlist")
    beside = family.ada.add(wishes, "A lamp").list_id
    is_deleting = Event()

    def record(*, then: Any = lists.diary.record, **entry: Any) -> Any:
        if entry["verb"] == "list.deleted":
            is_deleting.set()
            time.sleep(0.5)
        return then(**entry)

    monkeypatch.setattr(lists.diary, "record", record)
    ada, mia = family.ada.api(), family.mia.api()

    def add() -> Any:
        is_deleting.wait(5)
        return ada.post(f"{API}/lists/{wishes.pk}/items", {"new_gift": {"title": "A kite"}})

    deeds = [lambda: mia.delete(f"{API}/lists/{beside}"), add]
    assert {answer.status_code for answer in simultaneously(lambda: deeds.pop()(), 2)} == {204, 201}
    assert titles(ada, f"lists/{wishes.pk}/items") == ["A kite"]
