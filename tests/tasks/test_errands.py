"""What there is to do for a gift that one gives: made of one's claim in one call."""

from typing import Any

import pytest

from gifts.models import ListItem
from gifts.services.claims import claim_item, release_item
from households.models import Membership
from tasks.models import Task
from tasks.services.errands import KINDS
from tests.cast import Family, Member
from tests.envelope import NOWHERE, code_of, complaints, without_marks
from tests.gifts.counting import occasion, set_today
from tests.gifts.looking import API
from tests.tasks.doing import TASKS, read


@pytest.fixture
def item(family: Family) -> ListItem:
    """Leo's wish for his birthday, which Mia has taken upon herself."""
    birthday = occasion(family, "Birthday", "2031-05-10", honoree=family.leo.person)
    wishes = family.leo.list("Wishes", kind="wishlist", occasion=birthday)
    item = family.leo.add(wishes, "Kite")
    claim_item(viewer=family.mia.viewer, item_id=item.pk)
    return item


def errand(member: Member, item: ListItem, kind: str = "wrap", **more: Any) -> Any:
    headers = more.pop("headers", None)
    return member.api().post(f"{API}/items/{item.pk}/tasks", {"kind": kind} | more, headers=headers)


@pytest.mark.parametrize(
    ("kind", "title", "due_on"),
    [
        ("order", "Order: Kite", "2031-04-19"),
        ("buy", "Buy: Kite", "2031-05-03"),
        ("wrap", "Wrap: Kite", "2031-05-08"),
        ("deliver", "Deliver: Kite", "2031-05-10"),
    ],
)
def test_it_says_what_to_do_and_until_when(family, mia, item, kind, title, due_on):
    answer = errand(family.mia, item, kind)
    assert answer.status_code == 201
    task = answer.json()
    assert (task["title"], task["due_on"], task["item"]) == (title, due_on, str(item.pk))
    assert read(mia, task) == task
    assert [row["id"] for row in mia.get(f"{TASKS}?item={item.pk}").json()["results"]] == [task["id"]]


def test_every_kind_is_tried():
    assert set(KINDS) == {"order", "buy", "wrap", "deliver"}


@pytest.mark.parametrize(
    ("today", "due_on"), [("2031-05-07", "2031-05-08"), ("2031-05-09", "2031-05-09"), ("2031-06-01", "2031-06-01")]
)
def test_it_is_never_due_before_today(family, item, monkeypatch, today, due_on):
    set_today(monkeypatch)(today)
    assert errand(family.mia, item).json()["due_on"] == due_on


@pytest.mark.parametrize("due_on", ["2031-01-01", None])
def test_one_may_say_when(family, item, due_on):
    assert errand(family.mia, item, due_on=due_on).json()["due_on"] == due_on


def test_without_a_day_for_the_gift_there_is_none_for_the_task(family):
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"))
    claim_item(viewer=family.mia.viewer, item_id=item.pk)
    assert errand(family.mia, item).json()["due_on"] is None


def test_a_title_that_is_as_long_as_can_be_has_room(family, item):
    item.gift.title = "x" * 200
    item.gift.save()
    assert errand(family.mia, item, "deliver").json()["title"] == f"Deliver: {'x' * 200}"


def test_whoever_has_not_taken_it_is_told_to(family, item):
    assert code_of(errand(family.ada, item)) == (409, "CONFLICT_STATE")
    release_item(viewer=family.mia.viewer, item_id=item.pk)
    assert code_of(errand(family.mia, item)) == (409, "CONFLICT_STATE")
    assert Task.objects.count() == 0


BODIES: list[Any] = [{"kind": "wrap"}, {"kind": "eat"}, {}, {"kind": "wrap", "due_on": "x"}, {"bogus": 1}, ["wrap"], 7]


def test_a_recipient_hears_always_the_same(family, item):
    """Whatever they send, and whatever givers have done."""
    leo, path = family.leo.api(), f"{API}/items/{item.pk}/tasks"
    answers = [leo.post(path, body) for body in BODIES]
    release_item(viewer=family.mia.viewer, item_id=item.pk)
    answers += [leo.post(path, body) for body in BODIES]
    assert {without_marks(answer) for answer in answers} == {without_marks(answers[0])}
    assert code_of(answers[0]) == (403, "RESOURCE_FORBIDDEN")


def test_half_of_a_couple_is_its_recipient(family):
    item = family.ada.add(family.ada.list(recipient=family.grandparents, visibility="household"), openly=True)
    assert code_of(errand(family.grandma, item)) == (403, "RESOURCE_FORBIDDEN")


def test_whoever_does_not_see_it_finds_nothing_whatever_they_send(family, neighbour, item):
    hidden = family.ada.add(family.ada.list("For Leo", recipient=family.leo.person))
    for member, pk in ((neighbour, item.pk), (family.leo, hidden.pk), (family.mia, NOWHERE)):
        api = member.api()
        answers = [api.post(f"{API}/items/{pk}/tasks", body) for body in BODIES]
        assert {code_of(answer) for answer in answers} == {(404, "RESOURCE_NOT_FOUND")}


@pytest.mark.parametrize(("body", "names"), [({}, {"kind"}), ({"kind": "eat", "due_on": "x"}, {"kind", "due_on"})])
def test_a_giver_hears_what_is_wrong(family, mia, item, body, names):
    assert set(complaints(mia.post(f"{API}/items/{item.pk}/tasks", body))) == names


def test_the_same_request_again_makes_no_second_task(family, item):
    headers = {"Idempotency-Key": "wrap-1"}
    first, second = (errand(family.mia, item, headers=headers) for _ in range(2))
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Task.objects.count() == 1


def test_it_belongs_to_the_household_of_the_item(family, neighbour, item):
    """Also for somebody with two of them."""
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user)
    assert errand(family.mia, item).json()["household"] == str(family.household.pk)
