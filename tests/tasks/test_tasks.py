"""What somebody means to do: made, read, changed and deleted by nobody but them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from households.models import Activity, Membership, Role
from households.services.undo import UNDO_LIFETIME
from tasks.models import Task
from tests.cast import join
from tests.envelope import NOWHERE, code_of, complaints
from tests.factories import TaskFactory
from tests.tasks.doing import TASKS, made


def test_a_task_needs_a_title_only(family, mia):
    task = made(mia)
    assert task.pop("id")
    assert task.pop("created_at") == task.pop("updated_at")
    assert task == {
        "household": str(family.household.pk),
        "owner": str(family.mia.user.pk),
        "title": "Fetch the cake",
        "description": "",
        "completed": False,
        "completed_at": None,
        "due_on": None,
        "is_overdue": False,
        "priority": 0,
        "item": None,
        "recurrence": "",
        "repeat_after_days": None,
        "next_task": None,
    }


def test_all_that_it_may_say_is_said_again(family, mia):
    item = family.mia.add(family.mia.list(recipient=family.theo))
    said = {"description": "With candles", "due_on": "2031-05-01", "priority": 3, "item": str(item.pk)}
    task = made(mia, **said)
    assert said.items() <= task.items()
    assert mia.get(f"{TASKS}/{task['id']}").json() == task


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "x" * 256},
        {"title": None},
        {"priority": 4},
        {"due_on": "tomorrow"},
        {"completed": "perhaps"},
        {"completed_at": "2031-05-01T00:00:00Z"},
        {"owner": NOWHERE},
        {"household": NOWHERE},
        {"item": NOWHERE},
        {"repeat_after_days": 0},
        {"repeat_after_days": 3651},
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(mia, wrong):
    assert set(complaints(mia.post(TASKS, {"title": "Fetch the cake"} | wrong))) == set(wrong)
    assert Task.objects.count() == 0


def test_all_that_is_wrong_is_said_at_once(mia):
    answer = mia.post(TASKS, {"priority": 9, "due_on": "x", "colour": "red"})
    assert set(complaints(answer)) == {"title", "priority", "due_on", "colour"}


def test_with_two_households_one_says_which(family, neighbour, mia):
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user)
    assert set(complaints(mia.post(TASKS, {"title": "Weed"}))) == {"household"}
    task = made(mia, household=str(neighbour.person.household_id))
    assert task["household"] == str(neighbour.person.household_id)


def test_an_item_of_another_household_is_none(family, neighbour, mia):
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user)
    item = neighbour.add(neighbour.list("Eve's", kind="idea", visibility="household"))
    fields = {"title": "Weed", "household": str(family.household.pk), "item": str(item.pk)}
    assert complaints(mia.post(TASKS, fields)) == {"item": ["There is no such row."]}


# --- Whose they are ------------------------------------------------------------------------------


def test_by_ones_own_id_one_finds_the_same(family, mia):
    task = made(mia)
    own = f"/api/v1/users/{family.mia.user.pk}/tasks"
    assert mia.get(own).json() == mia.get(TASKS).json()
    assert mia.get(f"{own}/{task['id']}").json() == task


@pytest.mark.parametrize("somebody", ["another", "nobody"])
def test_the_tasks_of_others_are_not_there(family, mia, somebody):
    whose = family.leo.user.pk if somebody == "another" else uuid4()
    assert code_of(mia.get(f"/api/v1/users/{whose}/tasks")) == (404, "RESOURCE_NOT_FOUND")
    assert code_of(mia.post(f"/api/v1/users/{whose}/tasks", {})) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_a_malformed_id_is_called_that(mia, method):
    assert code_of(getattr(mia, method)("/api/v1/users/mine/tasks")) == (400, "VALIDATION_FAILED")


def test_whoever_is_not_signed_in_learns_nothing_of_ids(api):
    for whose in ("me", "mine", NOWHERE):
        assert code_of(api.get(f"/api/v1/users/{whose}/tasks")) == (401, "AUTH_REQUIRED")


def test_nobody_else_sees_a_task_the_owner_of_the_household_neither(family, neighbour):
    task = TaskFactory(owner=family.leo.user)
    for member in (family.mia, family.ada, neighbour):
        api = member.api()
        assert api.get(TASKS).json()["results"] == []
        for method in ("get", "put", "patch", "delete"):
            answer = getattr(api, method)(f"{TASKS}/{task.pk}", {"title": "Mine now"} if method != "get" else None)
            assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")
    assert family.leo.api().get(f"{TASKS}/{task.pk}").status_code == 200


def test_a_guest_has_tasks_too(family):
    gus = join(family.household, "Gus", Role.GUEST)
    assert made(gus.api())["household"] == str(family.household.pk)


def test_with_the_household_one_leaves_its_tasks(family, neighbour, mia):
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user)
    left = made(mia, household=str(neighbour.person.household_id))
    kept = made(mia, household=str(family.household.pk))
    Membership.objects.filter(household=neighbour.person.household, user=family.mia.user).update(is_active=False)
    assert [task["id"] for task in mia.get(TASKS).json()["results"]] == [kept["id"]]
    assert mia.get(f"{TASKS}/{left['id']}").status_code == 404
    assert mia.post(f"{TASKS}/{left['id']}/restore").status_code == 404


def test_the_diary_does_not_hear_of_tasks(family, mia):
    before = Activity.objects.count()
    path = f"{TASKS}/{made(mia, repeat_after_days=3)['id']}"
    mia.patch(path, {"priority": 2})
    mia.patch(f"{path}/toggle")
    mia.delete(path)
    mia.post(f"{path}/restore")
    assert Activity.objects.count() == before


# --- Changing ------------------------------------------------------------------------------------


def test_put_makes_it_anew(mia):
    task = made(mia, description="With candles", due_on="2031-05-01", priority=3, repeat_after_days=7)
    answer = mia.put(f"{TASKS}/{task['id']}", {"title": "Bake the cake"})
    fresh = {"description": "", "due_on": None, "priority": 0, "repeat_after_days": None}
    assert answer.status_code == 200
    assert answer.json() == task | fresh | {"title": "Bake the cake", "updated_at": answer.json()["updated_at"]}


def test_put_needs_what_is_required(mia):
    task = made(mia)
    assert set(complaints(mia.put(f"{TASKS}/{task['id']}", {"priority": 1}))) == {"title"}


def test_put_does_not_move_it_to_another_household(family, mia):
    task = made(mia)
    fields = {"title": "Bake", "household": str(family.household.pk)}
    assert set(complaints(mia.put(f"{TASKS}/{task['id']}", fields))) == {"household"}


def test_patch_changes_what_it_names(mia):
    task = made(mia, due_on="2031-05-01", priority=1)
    changed = mia.patch(f"{TASKS}/{task['id']}", {"due_on": None, "priority": 2}).json()
    assert changed == task | {"due_on": None, "priority": 2, "updated_at": changed["updated_at"]}


def test_what_changes_nothing_leaves_the_row_as_it_was(mia):
    task = made(mia, priority=1)
    answer = mia.patch(f"{TASKS}/{task['id']}", {"priority": 1})
    assert answer.json() == task


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_stale_write_is_refused(mia, method):
    path = f"{TASKS}/{made(mia)['id']}"
    stale = mia.get(path)["ETag"]
    mia.patch(path, {"title": "Bake the cake"})
    body = None if method == "delete" else {"title": "Buy the cake"}
    answer = getattr(mia, method)(path, body, headers={"If-Match": stale})
    assert code_of(answer) == (412, "CONFLICT_STALE")
    fresh = mia.get(path)["ETag"]
    assert getattr(mia, method)(path, body, headers={"If-Match": fresh}).status_code < 300


def test_the_same_request_again_makes_no_second_task(mia):
    headers = {"Idempotency-Key": "cake-1"}
    first, second = (mia.post(TASKS, {"title": "Fetch the cake"}, headers=headers) for _ in range(2))
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Task.objects.count() == 1
    assert code_of(mia.post(TASKS, {"title": "Another"}, headers=headers)) == (422, "VALIDATION_IDEMPOTENCY")


def test_a_deletion_can_be_undone(mia):
    task = made(mia)
    path = f"{TASKS}/{task['id']}"
    assert mia.delete(path).status_code == 204
    assert mia.get(path).status_code == 404
    assert mia.get(TASKS).json()["results"] == []
    for _ in range(2):
        restored = mia.post(f"{path}/restore")
        assert restored.json() == task | {"updated_at": restored.json()["updated_at"]}


def test_too_late_there_is_nothing_to_undo(mia):
    path = f"{TASKS}/{made(mia)['id']}"
    mia.delete(path)
    Task.objects.update(deleted_at=timezone.now() - UNDO_LIFETIME - timedelta(minutes=1))
    assert mia.post(f"{path}/restore").status_code == 404


# --- Done ----------------------------------------------------------------------------------------


def test_a_toggle_says_when_it_was_done(mia):
    path = f"{TASKS}/{made(mia)['id']}"
    before = timezone.now().isoformat()
    done = mia.patch(f"{path}/toggle").json()
    assert done["completed"]
    assert before < done["completed_at"].replace("Z", "+00:00") < timezone.now().isoformat()
    undone = mia.patch(f"{path}/toggle").json()
    assert (undone["completed"], undone["completed_at"]) == (False, None)


def test_a_toggle_with_a_key_is_made_once(mia):
    path = f"{TASKS}/{made(mia)['id']}"
    answers = [mia.patch(f"{path}/toggle", headers={"Idempotency-Key": "done-1"}) for _ in range(3)]
    assert {answer.json()["completed"] for answer in answers} == {True}
    assert len({answer.json()["completed_at"] for answer in answers}) == 1


def test_a_toggle_that_says_which_is_done_once(mia):
    path = f"{TASKS}/{made(mia)['id']}"
    answers = [mia.patch(f"{path}/toggle", {"completed": True}).json() for _ in range(3)]
    assert answers[0]["completed"]
    assert answers[1:] == answers[:1] * 2


def test_a_stale_toggle_is_refused(mia):
    path = f"{TASKS}/{made(mia)['id']}"
    headers = {"If-Match": mia.get(path)["ETag"]}
    assert mia.patch(f"{path}/toggle", headers=headers).json()["completed"]
    assert code_of(mia.patch(f"{path}/toggle", headers=headers)) == (412, "CONFLICT_STALE")


def test_what_is_done_is_done_since_then(mia):
    task = made(mia, completed=True)
    assert task["completed_at"]
    changed = mia.put(f"{TASKS}/{task['id']}", {"title": "Fetch it", "completed": True}).json()
    assert changed["completed_at"] == task["completed_at"]
