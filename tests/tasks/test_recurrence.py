"""What comes again: rules of RFC 5545 for days, and so many days after it was done."""

from datetime import date, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import assume, given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from households.models import Household
from households.viewer import Viewer
from tasks.models import Task
from tasks.recurrence import MAX_RULE_LENGTH, days_later, is_one_of_its_days, next_day, parts_of
from tasks.services.tasks import toggle_task
from tests.envelope import code_of, complaints
from tests.tasks import doing
from tests.tasks.doing import TASKS, listed, read


def days(rule: str, start: date, most: int = 8) -> list[date]:
    """The first days of a series, each found from the one before."""

    def each() -> Any:
        day: date | None = start
        while day:
            yield day
            day = next_day(rule, start=start, after=day)

    return list(islice(each(), most))


# --- Rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "DAILY",
        "FREQ=",
        "FREQ=DAILY;",
        "FREQ=DAILY;FREQ=WEEKLY",
        "INTERVAL=2",
        "RRULE:FREQ=DAILY",
        "DTSTART:20310501\nRRULE:FREQ=DAILY",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;BYMINUTE=1",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=3651",
        "FREQ=YEARLY;INTERVAL=11",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=10001",
        "FREQ=DAILY;UNTIL=20310501T000000Z",
        "FREQ=DAILY;UNTIL=20310230",
        "FREQ=DAILY;COUNT=2;UNTIL=20310501",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTH=13",
        "FREQ=MONTHLY;BYMONTH=-1",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYYEARDAY=1",
        "FREQ=MONTHLY;BYWEEKNO=1",
        "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=DAILY;WKST=1",
        "FREQ=DAILY;X-ROUGHLY=1",
        "FREQ=DAILY;BYMONTH=\u0661",
        "FREQ=DAILY;BYMONTH=" + ",".join(["1"] * MAX_RULE_LENGTH),
    ],
)
def test_a_rule_that_is_none_is_refused(rule):
    with pytest.raises(ValueError, match=r"\.$"):
        parts_of(rule)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=3", "2031-02-27", ["2031-03-02", "2031-03-05"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "2031-05-01", ["2031-05-05", "2031-05-08"]),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO", "2031-05-04", ["2031-05-05", "2031-05-18"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2031-01-31", ["2031-02-28", "2031-03-31"]),
        ("FREQ=MONTHLY", "2031-01-31", ["2031-03-31", "2031-05-31"]),
        ("FREQ=MONTHLY;BYDAY=2TU", "2031-05-13", ["2031-06-10", "2031-07-08"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2031-05-30", ["2031-06-30", "2031-07-31"]),
        ("FREQ=YEARLY", "2028-02-29", ["2032-02-29", "2036-02-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SA", "2092-02-29", []),
        ("freq=yearly;interval=2", "2031-05-01", ["2033-05-01", "2035-05-01"]),
    ],
)
def test_a_rule_names_its_days(rule, start, expected):
    first = date.fromisoformat(start)
    if expected:
        assert [day.isoformat() for day in days(rule, first, most=3)[1:]] == expected
    else:
        assert not is_one_of_its_days(rule, first)


def test_a_leap_day_on_a_monday_is_waited_for_across_a_century():
    rule = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"
    assert days(rule, date(2072, 2, 29), most=2)[1] == date(2112, 2, 29)


def test_the_count_is_that_of_the_series_and_not_of_what_is_left():
    assert len(days("FREQ=DAILY;COUNT=3", date(2031, 5, 1))) == 3
    assert days("FREQ=DAILY;UNTIL=20310503", date(2031, 5, 1))[-1] == date(2031, 5, 3)
    assert days("FREQ=DAILY;COUNT=1", date(2031, 5, 1)) == [date(2031, 5, 1)]


def test_where_the_calendar_ends_so_does_a_series():
    assert days("FREQ=DAILY", date(9999, 12, 30)) == [date(9999, 12, 30), date(9999, 12, 31)]
    assert days("FREQ=DAILY", date(1, 1, 1), most=2) == [date(1, 1, 1), date(1, 1, 2)]
    assert days_later(date(9999, 12, 30), 1) == date(9999, 12, 31)
    assert days_later(date(9999, 12, 30), 2) is None


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=YEARLY;BYSETPOS=366;BYDAY=MO",
        "FREQ=MONTHLY;BYSETPOS=31;BYDAY=MO",
        "FREQ=DAILY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=2;BYMONTH=2;INTERVAL=52",
    ],
)
def test_no_rule_takes_for_ever(rule):
    """Unchecked, each of these would look for a day until the end of the calendar."""
    assert is_one_of_its_days(rule, date(2031, 5, 1)) in {True, False}
    following = next_day(rule, start=date(2031, 5, 1), after=date(2031, 5, 1))
    assert following is None or following > date(2031, 5, 1)


some_days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
rules = st.builds(
    lambda freq, interval, more, end: ";".join(filter(None, [f"FREQ={freq}", f"INTERVAL={interval}", more, end])),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 10),
    st.sampled_from(["", "BYDAY=MO,FR", "BYMONTH=1,7", "BYDAY=SU;BYSETPOS=-1", "BYMONTHDAY=31", "BYMONTHDAY=-1"]),
    st.sampled_from(["", "COUNT=4", "UNTIL=20991231"]),
)


@given(rules, some_days)
def test_a_series_goes_on_by_days_of_its_rule_and_misses_none(rule, start):
    try:
        assume(is_one_of_its_days(rule, start))
    except ValueError:
        assume(False)
    found = days(rule, start, most=6)
    assert found == sorted(set(found))
    assert "COUNT" not in rule or len(found) <= 4
    assert "UNTIL" not in rule or all(day <= date(2099, 12, 31) for day in found[1:])
    # What follows on a day between two of them is the later one.
    for one, two in pairwise(found):
        for between in {one + timedelta(days=1), two - timedelta(days=1)} - {two}:
            if one < between < two:
                assert next_day(rule, start=start, after=between) == two


@given(st.text(max_size=40) | rules.map(lambda rule: rule[:-1]) | rules.map(lambda rule: rule + ";BYHOUR=1"))
def test_whatever_somebody_writes_is_a_rule_or_refused(text):
    try:
        parts_of(text)
    except ValueError:
        return
    is_one_of_its_days(text, date(2031, 5, 1))


# --- Tasks ---------------------------------------------------------------------------------------


def made(api: APIClient, **fields: Any) -> dict[str, Any]:
    return doing.made(api, **{"title": "Water the plants", "due_on": "2031-01-31"} | fields)


def done(api: APIClient, task: dict[str, Any]) -> dict[str, Any]:
    answer = api.patch(f"{TASKS}/{task['id']}/toggle", {"completed": True})
    assert answer.status_code == 200, answer.content
    return answer.json()


def following(api: APIClient, task: dict[str, Any]) -> dict[str, Any]:
    return api.get(f"{TASKS}/{done(api, task)['next_task']}").json()


def test_completing_makes_the_next_as_the_last(family, mia):
    item = family.mia.add(family.mia.list(recipient=family.theo))
    said = {"description": "d", "priority": 2, "item": str(item.pk), "recurrence": "FREQ=MONTHLY;BYMONTHDAY=-1"}
    task = made(mia, **said)
    after = following(mia, task)
    assert said.items() <= after.items()
    assert (after["due_on"], after["completed"], after["next_task"]) == ("2031-02-28", False, None)
    assert following(mia, after)["due_on"] == "2031-03-31"


def test_the_next_is_made_once_however_often_it_is_done(mia):
    task = made(mia, recurrence="FREQ=DAILY")
    first = done(mia, task)["next_task"]
    for _ in range(2):
        assert not mia.patch(f"{TASKS}/{task['id']}/toggle").json()["completed"]
        assert done(mia, task)["next_task"] == first
    assert Task.objects.count() == 2


def test_a_next_one_that_was_deleted_is_not_made_again(mia):
    task = made(mia, recurrence="FREQ=DAILY")
    mia.delete(f"{TASKS}/{done(mia, task)['next_task']}")
    mia.patch(f"{TASKS}/{task['id']}/toggle")
    assert done(mia, task)["next_task"] is None
    assert Task.objects.count() == 2


@pytest.mark.parametrize("way", ["patch", "put", "post"])
def test_whichever_way_it_is_completed_there_is_a_next(mia, way):
    fields = {"title": "Water", "due_on": "2031-01-31", "recurrence": "FREQ=DAILY", "completed": True}
    if way == "post":
        made(mia, **fields)
    else:
        task = made(mia, recurrence="FREQ=DAILY")
        assert getattr(mia, way)(f"{TASKS}/{task['id']}", fields).status_code == 200
    assert sorted(map(str, Task.objects.values_list("due_on", flat=True))) == ["2031-01-31", "2031-02-01"]


def test_a_series_that_was_moved_for_once_goes_on_in_its_place(mia):
    task = made(mia, recurrence="FREQ=MONTHLY;BYMONTHDAY=-1")
    mia.patch(f"{TASKS}/{task['id']}", {"due_on": "2031-02-04"})
    assert following(mia, task)["due_on"] == "2031-02-28"


def test_a_new_rule_begins_anew(mia):
    task = made(mia, recurrence="FREQ=DAILY;COUNT=2")
    mia.patch(f"{TASKS}/{task['id']}", {"recurrence": "FREQ=WEEKLY;COUNT=2", "due_on": "2031-05-01"})
    after = following(mia, task)
    assert after["due_on"] == "2031-05-08"
    assert done(mia, after)["next_task"] is None


def test_without_its_rule_nothing_follows(mia):
    task = made(mia, recurrence="FREQ=DAILY")
    mia.patch(f"{TASKS}/{task['id']}", {"recurrence": ""})
    assert done(mia, task)["next_task"] is None
    assert Task.objects.get().series_start is None


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"recurrence": "FREQ=DAILY", "due_on": None}, {"due_on"}),
        ({"recurrence": "FREQ=DAILY", "repeat_after_days": 3}, {"repeat_after_days"}),
        ({"recurrence": "FREQ=HOURLY"}, {"recurrence"}),
        ({"recurrence": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, {"recurrence"}),
        ({"recurrence": "FREQ=WEEKLY;BYDAY=MO"}, {"due_on"}),  # 31 January 2031 is a Friday
        ({"recurrence": "FREQ=DAILY;UNTIL=20310130"}, {"due_on"}),
    ],
)
def test_what_cannot_come_again_is_refused(mia, fields, names):
    answer = mia.post(TASKS, {"title": "Water", "due_on": "2031-01-31"} | fields)
    assert set(complaints(answer)) == names


def test_what_has_a_rule_keeps_a_day(mia):
    task = made(mia, recurrence="FREQ=DAILY")
    assert set(complaints(mia.patch(f"{TASKS}/{task['id']}", {"due_on": None}))) == {"due_on"}


# --- So many days after --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # 23:30 in Berlin, and an hour later; on the days when the clocks change there, too.
        ("2031-05-01T21:30:00Z", "2031-05-08"),
        ("2031-05-01T22:30:00Z", "2031-05-09"),
        ("2031-03-29T23:30:00Z", "2031-04-06"),
        ("2031-03-30T21:30:00Z", "2031-04-06"),
        ("2031-10-25T22:30:00Z", "2031-11-02"),
        ("2031-10-26T22:30:00Z", "2031-11-02"),
        ("2031-10-26T23:30:00Z", "2031-11-03"),
    ],
)
def test_days_are_counted_by_the_households_calendar(mia, monkeypatch, now, expected):
    task = made(mia, due_on="2031-01-31", repeat_after_days=7)
    monkeypatch.setattr(timezone, "now", lambda: timezone.datetime.fromisoformat(now))
    assert following_by_row(mia, task).due_on.isoformat() == expected


def following_by_row(api: APIClient, task: dict[str, Any]) -> Task:
    """Not by a second request, whose token would be of another time."""
    row = Task.objects.get(pk=task["id"])
    toggle_task(viewer=Viewer.of(row.owner), task_id=row.pk)
    return Task.objects.get(previous=row)


def test_it_is_overdue_by_the_households_midnight(family):
    """While it is Friday in Auckland, it is Thursday in Honolulu still."""
    found = {}
    for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
        Household.objects.filter(pk=family.household.pk).update(timezone=zone)
        today = family.mia.viewer.belonging().today()
        api = family.mia.api()
        late, now = (made(api, due_on=str(day)) for day in (today - timedelta(days=1), today))
        found[zone] = [late["is_overdue"], now["is_overdue"]]
        overdue = {task["id"] for task in api.get(f"{TASKS}?overdue=true").json()["results"]}
        assert late["id"] in overdue
        assert now["id"] not in overdue
        Task.objects.all().delete()
    assert set(map(tuple, found.values())) == {(True, False)}


# --- Skipping ------------------------------------------------------------------------------------


def skip(api: APIClient, task: dict[str, Any], **headers: str) -> Any:
    return api.post(f"{TASKS}/{task['id']}/skip", headers=headers)


def test_skipping_passes_over_one_day_and_the_series_goes_on(mia):
    task = made(mia, recurrence="FREQ=MONTHLY;BYMONTHDAY=-1")
    assert [skip(mia, task).json()["due_on"] for _ in range(2)] == ["2031-02-28", "2031-03-31"]
    assert following(mia, task)["due_on"] == "2031-04-30"
    assert Task.objects.count() == 2


def test_what_was_skipped_counts(mia):
    task = made(mia, recurrence="FREQ=DAILY;COUNT=3")
    assert [skip(mia, task).json()["due_on"] for _ in range(2)] == ["2031-02-01", "2031-02-02"]
    assert code_of(skip(mia, task)) == (409, "CONFLICT_STATE")
    assert done(mia, task)["next_task"] is None


def test_the_last_day_is_not_skipped_beyond_the_end(mia):
    task = made(mia, recurrence="FREQ=DAILY;UNTIL=20310201")
    assert skip(mia, task).json()["due_on"] == "2031-02-01"
    assert code_of(skip(mia, task)) == (409, "CONFLICT_STATE")
    assert mia.get(f"{TASKS}/{task['id']}").json()["due_on"] == "2031-02-01"


def test_a_skip_with_a_key_is_made_once(mia):
    task = made(mia, recurrence="FREQ=DAILY")
    answers = [skip(mia, task, **{"Idempotency-Key": "skip-1"}).json()["due_on"] for _ in range(3)]
    assert answers == ["2031-02-01"] * 3


def test_what_comes_so_many_days_after_is_put_off_by_as_many(mia):
    task = made(mia, due_on="2031-01-31", repeat_after_days=10)
    assert skip(mia, task).json()["due_on"] == "2031-02-10"


@pytest.mark.parametrize("fields", [{}, {"recurrence": "FREQ=DAILY", "completed": True}])
def test_what_does_not_come_again_or_is_done_is_not_skipped(mia, fields):
    assert code_of(skip(mia, made(mia, **fields))) == (409, "CONFLICT_STATE")


def test_what_has_been_done_once_is_not_skipped_onto_the_day_of_the_next(mia):
    task = made(mia, due_on="2031-02-03", recurrence="FREQ=WEEKLY")
    for _ in ("done", "not done after all"):
        mia.patch(f"{TASKS}/{task['id']}/toggle", {})
    assert code_of(skip(mia, task)) == (409, "CONFLICT_STATE")
    days = [read(mia, {"id": one})["due_on"] for one in listed(mia, "ordering=due_on")]
    assert days == ["2031-02-03", "2031-02-10"]
