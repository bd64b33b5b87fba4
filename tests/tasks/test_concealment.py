"""A task is as secret as the item that it is about: what its owner must not know of it any more, they read nowhere."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from gifts.models import ListItem, ListShare
from gifts.services.claims import claim_item, release_item
from households.models import Membership, Role
from tasks.models import NEUTRAL_TITLE, Task
from tests.cast import Family, Member, join
from tests.envelope import complaints
from tests.gifts.looking import API
from tests.tasks.doing import TASKS, listed, made, read

Loss = Callable[[Family, ListItem], None]
CONCEALED = {"title": NEUTRAL_TITLE, "description": "", "item": None}
TOLD = {"title": "Wrap the telescope", "description": "In blue paper"}


def patched(member: Member, path: str, **body: object) -> None:
    answer = member.api().patch(f"{API}/{path}", body)
    assert answer.status_code == 200, answer.content


def make_private(family: Family, item: ListItem) -> None:
    patched(family.ada, f"lists/{item.list_id}", visibility="private")


def delete_item(family: Family, item: ListItem) -> None:
    assert family.ada.api().delete(f"{API}/items/{item.pk}").status_code == 204


def delete_list(family: Family, item: ListItem) -> None:
    assert family.ada.api().delete(f"{API}/lists/{item.list_id}").status_code == 204


def become_a_couple(family: Family, item: ListItem) -> None:
    """The list is for the grandparents, and Mia becomes one of them."""
    halves = [str(pk) for pk in (family.grandma.person.pk, family.grandpa.pk, family.mia.person.pk)]
    patched(family.ada, f"people/{family.grandparents.pk}", members=halves)


def become_a_guest(family: Family, item: ListItem) -> None:
    Membership.objects.filter(user=family.mia.user).update(role=Role.GUEST)


LOSSES: dict[str, Loss] = {
    "its list is made private": make_private,
    "it is deleted": delete_item,
    "its list is deleted": delete_list,
    "one becomes its recipient": become_a_couple,
    "one plans no longer": become_a_guest,
}
lost = pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES.keys())


@pytest.fixture
def item(family: Family) -> ListItem:
    """On a list of Ada's for the grandparents, hidden from them."""
    return family.ada.add(family.ada.list("Surprises", recipient=family.grandparents), "Telescope")


def about(mia: APIClient, item: ListItem, **fields: object) -> dict:
    return made(mia, **TOLD | {"item": str(item.pk), "due_on": "2031-05-01"} | fields)


# --- Lost ----------------------------------------------------------------------------------------


@lost
def test_with_the_item_goes_what_a_task_says_of_it(family, mia, item, lose: Loss):
    task = about(mia, item)
    lose(family, item)
    assert read(mia, task) == task | CONCEALED
    assert mia.get(TASKS).json()["results"] == [task | CONCEALED]
    assert b"elescope" not in mia.get(TASKS).content


@lost
def test_no_search_or_filter_finds_it_by_what_it_said(family, mia, item, lose: Loss):
    task = about(mia, item)
    for query in ("search=telescope", "search=wrap paper", f"item={item.pk}"):
        assert listed(mia, query) == [task["id"]]
    lose(family, item)
    for query in ("search=telescope", "search=wrap paper", f"item={item.pk}", "search=e"):
        assert listed(mia, query) == []
    # What is left of it is found as before.
    for query in ("due_after=2031-05-01", "priority=0", "completed=false", "overdue=false"):
        assert listed(mia, query) == [task["id"]]


@lost
def test_its_place_and_its_times_tell_nothing(family, mia, item, lose: Loss):
    about(mia, item, due_on="2031-05-02")
    made(mia, title="A", due_on="2031-05-01")
    made(mia, title="Z", due_on="2031-05-03")
    queries = ["", "ordering=due_on", "ordering=-due_on", "limit=1&ordering=due_on"]
    before = {query: listed(mia, query) for query in queries}
    updated = list(Task.objects.order_by("pk").values_list("updated_at", flat=True))
    lose(family, item)
    assert {query: listed(mia, query) for query in queries} == before
    assert list(Task.objects.order_by("pk").values_list("updated_at", flat=True)) == updated


def test_what_is_lost_stays_the_same_whatever_happens_to_it(family, mia, item):
    """Its ETag, too: hidden changes touch no row of whoever lost it."""
    task = about(mia, item)
    become_a_couple(family, item)
    before = mia.get(f"{TASKS}/{task['id']}")
    ada = family.ada.api()
    patched(family.ada, f"gifts/{item.gift_id}", title="Microscope")
    for path, body in (("claim", {"quantity": 1}), ("status", {"status": "wrapped"}), ("release", None)):
        assert ada.post(f"{API}/items/{item.pk}/{path}", body).status_code == 200
    delete_item(family, item)
    after = mia.get(f"{TASKS}/{task['id']}")
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])
    assert mia.get(f"{TASKS}/{task['id']}", headers={"If-None-Match": before["ETag"]}).status_code == 304


def test_all_that_is_lost_looks_alike(family, mia, item):
    """Also of different items, for different reasons."""
    other = family.ada.add(family.ada.list("For Theo", recipient=family.theo), "Chess set")
    tasks = [about(mia, item), about(mia, other, title="Order the chess set", description="")]
    become_a_couple(family, item)
    make_private(family, other)
    one, two = (read(mia, task) for task in tasks)
    marks = {"id", "created_at", "updated_at"}
    assert {name: one[name] for name in one.keys() - marks} == {name: two[name] for name in two.keys() - marks}


def test_a_guest_loses_it_with_the_share(family, item):
    gus = join(family.household, "Gus", Role.GUEST)
    share = ListShare.objects.create(household=family.household, list=item.list, guest=gus.membership)
    task = about(gus.api(), item)
    assert read(gus.api(), task) == task
    share.delete()
    assert read(gus.api(), task) == task | CONCEALED


def test_what_has_become_ones_own_wish_is_seen_as_one_and_its_task_not(family, mia):
    """She sees the item as everybody does, but not as a giver: what givers do with it, she did herself once."""
    open_list = family.ada.list("Wishes", recipient=family.grandparents, visibility="household")
    wish = family.ada.add(open_list, "Telescope", openly=True)
    task = about(mia, wish)
    become_a_couple(family, wish)
    assert mia.get(f"{API}/items/{wish.pk}").status_code == 200
    assert read(mia, task) == task | CONCEALED
    assert listed(mia, f"item={wish.pk}") == []


def test_what_comes_back_is_told_again(family, mia, item):
    task = about(mia, item)
    delete_item(family, item)
    assert read(mia, task)["item"] is None
    assert family.ada.api().post(f"{API}/items/{item.pk}/restore").status_code == 200
    assert read(mia, task) == task


def test_a_claim_that_is_released_takes_nothing_away(family, mia, item):
    """She gives nothing of it any more, but she sees it as a giver still."""
    claim_item(viewer=family.mia.viewer, item_id=item.pk)
    task = about(mia, item)
    release_item(viewer=family.mia.viewer, item_id=item.pk)
    assert read(mia, task) == task


def test_of_a_wish_that_was_taken_back_givers_keep_their_tasks_while_they_hold_on_to_it(family, mia):
    wish = family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Telescope")
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    task = about(mia, wish)
    assert family.leo.api().delete(f"{API}/items/{wish.pk}").status_code == 204
    assert read(mia, task) == task
    release_item(viewer=family.mia.viewer, item_id=wish.pk)
    assert read(mia, task) == task | CONCEALED


@lost
def test_nothing_can_be_said_about_it_any_more(family, mia, item, lose: Loss):
    task = about(mia, item)
    lose(family, item)
    for answer in (
        mia.post(TASKS, {"title": "Look", "item": str(item.pk)}),
        mia.patch(f"{TASKS}/{task['id']}", {"item": str(item.pk)}),
        mia.put(f"{TASKS}/{task['id']}", {"title": "Look", "item": str(item.pk)}),
    ):
        assert complaints(answer) == {"item": ["There is no such row."]}


def test_nothing_can_be_said_about_ones_own_wish(family):
    wish = family.leo.add(family.leo.list("Wishes", kind="wishlist"))
    answer = family.leo.api().post(TASKS, {"title": "Look", "item": str(wish.pk)})
    assert complaints(answer) == {"item": ["There is no such row."]}


# --- To change what one does not read ------------------------------------------------------------


def test_its_other_fields_are_still_ones_own(family, mia, item):
    task = about(mia, item)
    make_private(family, item)
    changed = mia.patch(f"{TASKS}/{task['id']}", {"priority": 3, "due_on": None}).json()
    assert changed == task | CONCEALED | {"priority": 3, "due_on": None, "updated_at": changed["updated_at"]}
    assert Task.objects.get().title == TOLD["title"]


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_form_that_is_sent_back_as_it_reads_forgets_nothing(family, mia, item, method):
    task = about(mia, item)
    delete_item(family, item)
    form = {name: value for name, value in read(mia, task).items() if name in WRITABLE}
    assert getattr(mia, method)(f"{TASKS}/{task['id']}", form | {"priority": 2}).status_code == 200
    assert family.ada.api().post(f"{API}/items/{item.pk}/restore").status_code == 200
    assert read(mia, task).items() >= (TOLD | {"item": str(item.pk), "priority": 2}).items()


WRITABLE = ("title", "description", "completed", "due_on", "priority", "item", "recurrence", "repeat_after_days")


@pytest.mark.parametrize("words", [{"title": "Buy string"}, {"description": "Ask Ada"}, {"title": "W", "item": None}])
def test_what_is_written_over_it_replaces_all_that_was_hidden(family, mia, item, words):
    task = about(mia, item)
    delete_item(family, item)
    changed = mia.patch(f"{TASKS}/{task['id']}", words).json()
    assert changed.items() >= (CONCEALED | words).items()
    assert family.ada.api().post(f"{API}/items/{item.pk}/restore").status_code == 200
    assert read(mia, task) == changed
    assert listed(mia, "search=telescope") == []


@pytest.mark.parametrize("lose", [make_private, become_a_couple], ids=["private", "recipient"])
def test_what_follows_on_it_is_as_secret(family, mia, item, lose: Loss):
    task = about(mia, item, repeat_after_days=7)
    lose(family, item)
    done = mia.patch(f"{TASKS}/{task['id']}/toggle").json()
    after = mia.get(f"{TASKS}/{done['next_task']}").json()
    assert done.items() >= CONCEALED.items()
    assert after.items() >= CONCEALED.items()
    assert Task.objects.get(pk=after["id"]).title == TOLD["title"]


@pytest.mark.parametrize("how", ["post", "toggle", "skip", "restore"])
def test_a_request_that_is_repeated_is_answered_as_it_reads_now(family, mia, item, how):
    headers = {"Idempotency-Key": "one-key"}
    fields = TOLD | {"item": str(item.pk), "repeat_after_days": 7}

    def send(path: str) -> APIClient:
        if how == "post":
            return mia.post(TASKS, fields, headers=headers)
        return getattr(mia, "patch" if how == "toggle" else "post")(f"{path}/{how}", headers=headers)

    path = f"{TASKS}/{made(mia, **fields)['id']}"
    assert send(path).json()["title"] == TOLD["title"]
    make_private(family, item)
    again = send(path)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json().items() >= CONCEALED.items()


def test_the_diary_and_the_dashboard_say_nothing_of_tasks(family, mia, item):
    looks = {path: family.ada.api().get(f"{API}/{path}").content for path in ("activity", "dashboard")}
    task = about(mia, item)
    mia.patch(f"{TASKS}/{task['id']}/toggle")
    mia.delete(f"{TASKS}/{task['id']}")
    assert {path: family.ada.api().get(f"{API}/{path}").content for path in looks} == looks
