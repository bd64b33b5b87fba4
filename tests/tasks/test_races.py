"""Two fingers on one task, or two devices: it is done once, and what follows on it is made once."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from config.errors import Refusal
from households.viewer import Viewer
from tasks.models import Task
from tasks.services.tasks import delete_task, skip_task, toggle_task, update_task
from tests.cast import Family
from tests.concurrency import simultaneously
from tests.factories import TaskFactory
from tests.races import changes_with_one_etag, devices_of, posts_with_one_key
from tests.tasks.doing import TASKS

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2031, 5, 1)
DAILY = {"recurrence": "FREQ=DAILY", "due_on": DAY, "series_start": DAY, "series_day": DAY}


def outcome(change: Callable[[], object]) -> str:
    try:
        change()
    except Refusal as refusal:
        return refusal.code.name
    return "done"


@pytest.mark.parametrize("way", ["/toggle", ""], ids=["toggle", "change"])
def test_of_twenty_who_complete_it_at_once_one_says_when(family: Family, way: str):
    """Over HTTP, each on a connection of its own: all are told the same."""
    task = TaskFactory(owner=family.mia.user, **DAILY)
    clients = devices_of(family.mia, 20)

    def complete() -> bytes:
        answer = clients.pop().patch(f"{TASKS}/{task.pk}{way}", {"completed": True})
        assert answer.status_code == 200
        return answer.content

    assert len(set(simultaneously(complete, 20))) == 1
    assert Task.objects.filter(previous=task).count() == 1
    assert Task.objects.count() == 2


COMPLETE: dict[str, Callable[[Viewer, Task], Task]] = {
    "toggle": lambda viewer, task: toggle_task(viewer=viewer, task_id=task.pk, completed=True),
    "change": lambda viewer, task: update_task(viewer=viewer, task_id=task.pk, changes={"completed": True}),
}


@pytest.mark.parametrize("complete", COMPLETE.values(), ids=COMPLETE.keys())
def test_who_had_to_wait_finds_it_done_since_then(family: Family, complete: Callable[[Viewer, Task], Task]):
    """The second finger comes while the first is under way: what it would have read before the wait is out of date."""
    task = TaskFactory(owner=family.mia.user, **DAILY)
    viewer = family.mia.viewer

    def second() -> Task:
        try:
            return complete(viewer, task)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            Task.objects.locked(task.pk)
            waiting = thread.submit(second)
            time.sleep(0.5)
            first = complete(viewer, task)
        assert waiting.result().completed_at == first.completed_at
    assert Task.objects.get(pk=task.pk).completed_at == first.completed_at
    assert Task.objects.filter(previous=task).count() == 1


def test_two_fingers_with_one_key_are_one_toggle(family: Family):
    task = TaskFactory(owner=family.mia.user)
    clients = devices_of(family.mia, 10)

    def toggle() -> bytes:
        answer = clients.pop().patch(f"{TASKS}/{task.pk}/toggle", headers={"Idempotency-Key": "one-touch"})
        assert answer.status_code == 200
        return answer.content

    assert len(set(simultaneously(toggle, 10))) == 1
    assert Task.objects.get().completed


def test_an_even_number_of_toggles_leaves_it_as_it_was(family: Family):
    task = TaskFactory(owner=family.mia.user, **DAILY)
    viewer = family.mia.viewer
    simultaneously(lambda: toggle_task(viewer=viewer, task_id=task.pk), 10)
    assert not Task.objects.get(pk=task.pk).completed
    assert Task.objects.count() == 2


def test_of_those_who_read_the_same_one_may_change_it(family: Family):
    task = TaskFactory(owner=family.mia.user)
    path = f"{TASKS}/{task.pk}/toggle"
    clients = devices_of(family.mia, 10)
    etag = clients[0].get(f"{TASKS}/{task.pk}")["ETag"]
    answers = simultaneously(lambda: clients.pop().patch(path, headers={"If-Match": etag}).status_code, 10)
    assert Counter(answers) == {200: 1, 412: 9}
    for method in ("PATCH", "PUT"):
        body = {"title": f"By {method}"}
        found = changes_with_one_etag(family.mia, f"{TASKS}/{task.pk}", body, method=method, times=10)
        assert found == {200: 1, 412: 9}


def test_of_fifty_posts_with_one_key_one_makes_a_task(family: Family):
    made, answers = posts_with_one_key(family.mia, TASKS, {"title": "Cake"}, effects=Task.objects.count, times=20)
    assert made == 1
    assert len(answers) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_what_is_skipped_and_done_at_once_loses_no_day(family: Family, attempt: int):
    """Either it stands for the second day and is done, or is done on the first and cannot be skipped any more."""
    task = TaskFactory(owner=family.mia.user, **DAILY)
    viewer = family.mia.viewer
    changes = [
        lambda: skip_task(viewer=viewer, task_id=task.pk),
        lambda: toggle_task(viewer=viewer, task_id=task.pk, completed=True),
    ]
    both = simultaneously(lambda: outcome(changes.pop()), 2)
    task.refresh_from_db()
    assert task.completed
    was_skipped = "CONFLICT_STATE" not in both
    after = Task.objects.get(previous=task)
    assert [row.due_on.day for row in (task, after)] == ([2, 3] if was_skipped else [1, 2])


@pytest.mark.parametrize("attempt", range(3))
def test_what_is_deleted_and_done_at_once_is_whole(family: Family, attempt: int):
    task = TaskFactory(owner=family.mia.user, **DAILY)
    viewer = family.mia.viewer
    changes = [
        lambda: delete_task(viewer=viewer, task_id=task.pk),
        lambda: update_task(viewer=viewer, task_id=task.pk, changes={"completed": True}),
    ]
    both = simultaneously(lambda: outcome(changes.pop()), 2)
    task.refresh_from_db()
    assert task.deleted_at
    assert task.completed is ("RESOURCE_NOT_FOUND" not in both)
    assert Task.objects.filter(previous=task).exists() is task.completed
