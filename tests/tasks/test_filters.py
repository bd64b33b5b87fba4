"""Which tasks, in which order, page by page."""

from datetime import date, timedelta

import pytest
from rest_framework.test import APIClient

from config.statements import statements
from households.models import Household, Membership
from tasks.models import Task
from tests.cast import Family
from tests.envelope import NOWHERE, code_of, complaints
from tests.factories import TaskFactory
from tests.tasks.doing import TASKS, listed

DAYS = [date(2031, 5, 2), None, date(2031, 5, 1), date(2031, 5, 2), None, date(2020, 1, 1)]


@pytest.fixture
def tasks(family: Family) -> list[Task]:
    """Mia's, with equal days and without; each second one is done."""
    rows = zip(range(len(DAYS)), DAYS, strict=True)
    return [TaskFactory(owner=family.mia.user, due_on=day, priority=n % 4, done=n % 2 == 1) for n, day in rows]


def places(api: APIClient, tasks: list[Task], query: str) -> list[int]:
    """Which of the tasks are on the page, by their number."""
    numbers = {str(task.pk): number for number, task in enumerate(tasks)}
    return [numbers[pk] for pk in listed(api, query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [5, 4, 3, 2, 1, 0]),
        ("completed=true", [5, 3, 1]),
        ("completed=false", [4, 2, 0]),
        ("due_before=2031-05-01", [5, 2]),
        ("due_after=2031-05-02", [3, 0]),
        ("due_after=2031-05-01&due_before=2031-05-01", [2]),
        ("due_after=2031-05-02&due_before=2031-05-01", []),
        ("priority=1", [5, 1]),
        ("priority=3", [3]),
        ("overdue=true", []),
        ("overdue=false", [5, 4, 3, 2, 1, 0]),
        (f"item={NOWHERE}", []),
        ("completed=true&priority=1&due_before=2030-01-01", [5]),
        ("ordering=due_on", [5, 2, 0, 3, 1, 4]),
        ("ordering=-due_on", [3, 0, 2, 5, 4, 1]),
        ("ordering=due_on&completed=false", [2, 0, 4]),
    ],
)
def test_each_filter_chooses_and_each_order_sorts(mia, tasks, query, expected):
    assert places(mia, tasks, query) == expected
    assert places(mia, tasks, f"{query}&household={tasks[0].household_id}") == expected


def test_what_is_done_is_not_overdue(mia, family, tasks):
    late = TaskFactory(owner=family.mia.user, due_on=date(2020, 1, 1))
    assert listed(mia, "overdue=true") == [str(late.pk)]
    assert str(late.pk) not in listed(mia, "overdue=false")


@pytest.mark.parametrize(
    ("words", "is_found"),
    [("cake", True), ("CAKE cre", True), ("brulee", True), ("cake bread", False), ("  ", True), ("100%", True)],
)
def test_search_looks_for_every_word_in_title_and_description(mia, family, words, is_found):
    task = TaskFactory(owner=family.mia.user, title="Fetch the Cake", description="Crème brûlée, 100% sugar")
    assert listed(mia, f"search={words.replace('%', '%25')}") == ([str(task.pk)] if is_found else [])


def test_search_knows_what_was_changed(mia, family):
    task = TaskFactory(owner=family.mia.user, title="Fetch the cake")
    mia.patch(f"{TASKS}/{task.pk}", {"title": "Bake bread"})
    assert listed(mia, "search=cake") == []
    assert listed(mia, "search=bread") == [str(task.pk)]


@pytest.mark.parametrize(
    "wrong",
    [
        "completed=perhaps",
        "overdue=1",
        "due_before=tomorrow",
        "due_after=2031-02-30",
        "due_after=01.05.2031",
        "priority=4",
        "priority=high",
        "item=telescope",
        "household=home",
        "ordering=title",
        "ordering=due_on,-due_on",
        "search=a b c d e f g h i",
        "limit=0",
        "owner=me",
        "title=cake",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_its_name(mia, tasks, wrong):
    assert set(complaints(mia.get(f"{TASKS}?{wrong}"))) == {wrong.split("=")[0]}


# --- Pages ---------------------------------------------------------------------------------------


def walked(api: APIClient, url: str | None, link: str = "next") -> list[str]:
    found = []
    while url:
        page = api.get(url).json()
        rows = [row["id"] for row in page["results"]]
        found += rows if link == "next" else rows[::-1]
        url = page[link]
    return found


@pytest.mark.parametrize("query", ["", "ordering=due_on", "ordering=-due_on", "ordering=due_on&completed=false"])
def test_pages_hold_every_task_once_there_and_back(mia, tasks, query):
    whole = listed(mia, query)
    url = f"{TASKS}?limit=1&{query}"
    assert walked(mia, url) == whole
    last = url
    while following := mia.get(last).json()["next"]:
        last = following
    assert walked(mia, last, "previous") == whole[::-1]


def test_what_is_added_meanwhile_moves_no_page(mia, family, tasks):
    whole = listed(mia, "ordering=due_on")
    first = mia.get(f"{TASKS}?ordering=due_on&limit=3").json()
    TaskFactory(owner=family.mia.user, due_on=date(2019, 1, 1))
    assert walked(mia, first["next"]) == whole[3:]


def test_a_forged_cursor_is_refused(mia, tasks):
    following = mia.get(f"{TASKS}?limit=1").json()["next"]
    sorted_now = mia.get(f"{TASKS}?limit=1&ordering=due_on").json()["next"]
    for url in (
        f"{TASKS}?cursor=forged",
        following.replace("cursor=", "cursor=x"),
        f"{following}&ordering=due_on",
        sorted_now.replace("ordering=due_on", "ordering=-due_on"),
    ):
        assert code_of(mia.get(url)) == (400, "VALIDATION_CURSOR")


def test_a_cursor_leads_nobody_to_the_tasks_of_others(family, mia, tasks):
    following = mia.get(f"{TASKS}?limit=1").json()["next"]
    assert family.leo.api().get(following).json()["results"] == []
    theirs = following.replace("/me/", f"/{family.mia.user.pk}/")
    assert code_of(family.leo.api().get(theirs)) == (404, "RESOURCE_NOT_FOUND")


# --- Two households ------------------------------------------------------------------------------


def test_somebody_in_two_households_reads_both_and_each(family, neighbour, mia):
    there = neighbour.person.household
    here = TaskFactory(owner=family.mia.user)
    Membership.objects.create(household=there, user=family.mia.user)
    beside = TaskFactory(owner=family.mia.user, household=there)
    assert listed(mia) == [str(beside.pk), str(here.pk)]
    assert listed(mia, f"household={there.pk}") == [str(beside.pk)]
    assert listed(mia, f"household={family.household.pk}") == [str(here.pk)]
    assert listed(mia, f"household={NOWHERE}") == []
    assert listed(neighbour.api()) == []


def test_each_household_has_a_day_of_its_own(family, neighbour, mia):
    """While it is Friday in Kiritimati, it is Thursday in Niue still: always."""
    there = neighbour.person.household
    Membership.objects.create(household=there, user=family.mia.user)
    zones = {family.household: "Pacific/Kiritimati", there: "Pacific/Niue"}
    for household, zone in zones.items():
        Household.objects.filter(pk=household.pk).update(timezone=zone)
    places = family.mia.viewer.belongings
    ahead, behind = (next(p.today() for p in places if p.household_id == home.pk) for home in zones)
    assert ahead == behind + timedelta(days=1)
    late, today = (TaskFactory(owner=family.mia.user, household=home, due_on=behind) for home in zones)
    assert listed(mia, "overdue=true") == [str(late.pk)]
    assert [mia.get(f"{TASKS}/{task.pk}").json()["is_overdue"] for task in (late, today)] == [True, False]


def test_for_each_day_the_same_statement_is_asked_and_each_finds_its_own(mia, tasks):
    assert places(mia, tasks, "due_after=2031-05-02") == [3, 0]
    kept = set(statements._kept)
    assert places(mia, tasks, "due_after=2031-05-01") == [3, 2, 0]
    assert places(mia, tasks, "due_after=0001-01-01") == [5, 3, 2, 0]
    assert set(statements._kept) == kept
