"""One's own tasks in the admin; and no word of a gift that has become one's own surprise."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from gifts.models import ListItem
from gifts.services.claims import claim_item
from households.models import Membership, Role
from tasks.models import NEUTRAL_TITLE, Task
from tests.admin_pages import saved, signed_in, text_of
from tests.cast import Family, found
from tests.envelope import NOWHERE
from tests.factories import TaskFactory, UserFactory


@pytest.fixture
def browser(family: Family) -> Browser:
    return signed_in(family.mia.user)


@pytest.fixture
def task(family: Family) -> Task:
    return TaskFactory(owner=family.mia.user, household=family.household, title="Fetch the cake")


@pytest.fixture
def lost(family: Family) -> Task:
    """Mia meant to wrap something for her grandparents, and then she became one of whom it is for."""
    item: ListItem = family.ada.add(family.ada.list("Psst", recipient=family.grandparents), "A telescope")
    claim_item(viewer=family.mia.viewer, item_id=item.pk, quantity=1)
    halves = [str(pk) for pk in (family.grandma.person.pk, family.grandpa.pk, family.mia.person.pk)]
    told = {"owner": family.mia.user, "household": family.household, "item": item}
    task = TaskFactory(title="Wrap the telescope", description="In blue paper", **told)
    answer = family.ada.api().patch(f"/api/v1/people/{family.grandparents.pk}", {"members": halves})
    assert answer.status_code == 200
    return task


def url(name: str, *args: object) -> str:
    return reverse(f"admin:tasks_task_{name}", args=args)


def form_of(task: Task, **changes: object) -> dict[str, object]:
    task.refresh_from_db()
    shown = {"title": task.title, "description": task.description, "priority": 0, "due_on": task.due_on or ""}
    return shown | {"recurrence": task.recurrence} | changes


def test_a_task_is_made_changed_done_deleted_and_taken_back(browser, family):
    form = {"title": "Water the plants", "due_on": "2026-12-01", "priority": 1, "recurrence": "FREQ=WEEKLY"}
    assert "Water the plants is there now." in saved(browser, url("add"), **form)
    task = Task.objects.get(owner=family.mia.user)
    assert "Feed the cat: saved." in saved(browser, url("change", task.pk), task, **form_of(task, title="Feed the cat"))
    assert "Feed the cat: done." in saved(browser, url("done", task.pk))
    following = Task.objects.get(previous=task)
    assert (following.title, str(following.due_on)) == ("Feed the cat", "2026-12-08")
    assert "Feed the cat was deleted." in saved(browser, url("delete", task.pk), post="yes")
    assert "Feed the cat" in text_of(browser, url("deleted"))
    assert "Feed the cat is back." in saved(browser, url("restore", task.pk))


def test_what_the_service_refuses_stands_in_the_form(browser):
    page = saved(browser, url("add"), title="Water the plants", priority=0, recurrence="FREQ=DAILY")
    assert "A rule needs a day to begin on." in page
    assert not Task.objects.exists()


def test_a_rule_of_ones_own_stays_as_it_is(browser, task):
    Task.objects.filter(pk=task.pk).update(
        due_on="2026-12-03", recurrence="FREQ=WEEKLY;BYDAY=TH", series_start="2026-12-03", series_day="2026-12-03"
    )
    assert 'value="FREQ=WEEKLY;BYDAY=TH" selected' in text_of(browser, url("change", task.pk))
    saved(browser, url("change", task.pk), task, **form_of(task, title="Fetch two cakes"))
    task.refresh_from_db()
    assert (task.title, task.recurrence) == ("Fetch two cakes", "FREQ=WEEKLY;BYDAY=TH")


def test_a_stale_form_changes_nothing(browser, task):
    form = form_of(task, title="Too late", seen=task.updated_at.isoformat())
    Task.objects.get(pk=task.pk).save()
    saved(browser, url("change", task.pk), **form)
    task.refresh_from_db()
    assert task.title == "Fetch the cake"


def join_as_owner(family: Family) -> User:
    """Another owner of the same household."""
    Membership.objects.filter(user=family.leo.user).update(role=Role.OWNER)
    return family.leo.user


@pytest.mark.parametrize(
    "stranger",
    [
        join_as_owner,
        lambda family: found("The Winters", "Noa").user,
        lambda family: UserFactory(is_staff=True, is_superuser=True),
    ],
    ids=["an owner of the same household", "one of another", "a superuser"],
)
def test_nobody_sees_what_somebody_else_means_to_do(family, task, stranger):
    other = signed_in(stranger(family))
    assert "Fetch the cake" not in text_of(other, url("changelist"))
    for name in ("change", "delete", "history"):
        answer = other.get(url(name, task.pk)).status_code
        assert answer == other.get(url(name, NOWHERE)).status_code
        assert answer in {403, 404}
    assert other.post(url("done", task.pk)).status_code == 404


def test_a_lost_secret_is_on_no_page(browser, lost):
    pages = [text_of(browser, url("changelist")), text_of(browser, url("changelist"), q="telescope")]
    pages += [text_of(browser, url(name, lost.pk)) for name in ("change", "delete", "history")]
    pages += [saved(browser, url("done", lost.pk)), saved(browser, url("delete", lost.pk), post="yes")]
    pages += [text_of(browser, url("deleted")), saved(browser, url("restore", lost.pk))]
    assert NEUTRAL_TITLE in pages[0]
    assert NEUTRAL_TITLE not in pages[1]
    assert not [page for page in pages if "Wrap the" in page or "blue paper" in page]


def test_a_form_that_is_sent_back_as_it_was_keeps_what_was_lost(browser, lost):
    form = form_of(lost, title=NEUTRAL_TITLE, description="", priority=2)
    saved(browser, url("change", lost.pk), lost, **form)
    lost.refresh_from_db()
    assert (lost.priority, lost.title, lost.description) == (2, "Wrap the telescope", "In blue paper")


def test_the_list_asks_no_more_for_more_tasks(browser, family, django_assert_max_num_queries):
    for _ in range(30):
        TaskFactory(owner=family.mia.user, household=family.household)
    with django_assert_max_num_queries(12):
        text_of(browser, url("changelist"))
