"""What changes a task. None of it is written into the household's diary: tasks are their owner's alone."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from config.errors import Code, Refusal, invalid
from config.kept_rows import kept_rows, locked_row, row_behind
from gifts.models import ListItem
from households.models import Household
from households.services import undo
from households.viewer import Viewer
from tasks.models import NEUTRAL_TITLE, Task
from tasks.recurrence import days_later, is_one_of_its_days, next_day

Changes = dict[str, Any]

# What a task is where nothing is said of it.
DEFAULTS: Changes = {
    "description": "",
    "completed": False,
    "due_on": None,
    "priority": 0,
    "item": None,
    "recurrence": "",
    "repeat_after_days": None,
}
# How those read that may be a secret, while they are one.
CONCEALED: Changes = {"title": NEUTRAL_TITLE, "description": "", "item": None}

OF_THE_SERIES = (
    "household_id",
    "owner_id",
    "title",
    "description",
    "priority",
    "item_id",
    "recurrence",
    "repeat_after_days",
    "series_start",
)


@transaction.atomic
def create_task(*, viewer: Viewer, household: Household | None = None, **fields: Any) -> Task:
    """A task of one's own, about an item whose givers' side one may know or about nothing in particular."""
    place = viewer.belonging(household.pk if household else None)
    task = Task(household_id=place.household_id, owner=viewer.user)
    _assign(task, fields)
    task.save()
    if task.completed:
        _make_next(viewer, task)
    return task


@transaction.atomic
def update_task(*, viewer: Viewer, task_id: UUID, changes: Changes) -> Task:
    """Change what is named. To complete it makes the next one of its series, once."""
    task = locked_row(Task, viewer, task_id)
    _change(viewer, task, _as_meant(viewer, task, changes))
    return task


def replace_task(*, viewer: Viewer, task_id: UUID, **fields: Any) -> Task:
    """The whole task anew: what is not named is as in a new one."""
    return update_task(viewer=viewer, task_id=task_id, changes=DEFAULTS | fields)


@transaction.atomic
def toggle_task(*, viewer: Viewer, task_id: UUID, completed: bool | None = None) -> Task:
    """Done, or not done after all: the other of the two, unless it is said which."""
    task = locked_row(Task, viewer, task_id)
    _change(viewer, task, {"completed": not task.completed if completed is None else completed})
    return task


@transaction.atomic
def skip_task(*, viewer: Viewer, task_id: UUID) -> Task:
    """Pass over this time: the task stands for the next one. CONFLICT_STATE when it is done, when there
    is none, and when that has been made already."""
    task = locked_row(Task, viewer, task_id)
    if task.completed:
        raise Refusal(Code.CONFLICT_STATE, "This is done already.")
    if _has_next(task):
        # It was done before. On the same day there would be two.
        raise Refusal(Code.CONFLICT_STATE, "The next one is there already: complete this one, or delete it.")
    today = viewer.belonging(task.household_id).today()
    day = _next_day(task, counted_from=max(today, task.due_on or today))
    if day is None:
        raise Refusal(Code.CONFLICT_STATE, "It does not come again: complete it, or delete it.")
    fields = task.assign({"due_on": day, "series_day": day if task.recurrence else None})
    task.save(update_fields=[*fields, "updated_at"])
    return task


@transaction.atomic
def delete_task(*, viewer: Viewer, task_id: UUID) -> None:
    """Leave a tombstone. What repeats ends with it."""
    locked_row(Task, viewer, task_id).entomb(by=viewer.user)


@transaction.atomic
def restore_task(*, viewer: Viewer, pk: UUID) -> Task:
    """Undo a deletion."""
    task = locked_row(Task, viewer, pk, door="of")
    undo.take_back(viewer=viewer, row=task)
    return task


def _change(viewer: Viewer, task: Task, changes: Changes) -> None:
    fields = _assign(task, changes)
    if fields:
        task.save(update_fields=[*fields, "search_text", "updated_at"])
    if "completed" in fields and task.completed:
        _make_next(viewer, task)


def _as_meant(viewer: Viewer, task: Task, changes: Changes) -> Changes:
    """What a change is to a task that its owner reads concealed.

    What they write there replaces all that they do not see, or a link that is dropped would leave the old words behind
    for them to read. What they write as it reads, as a form does that is sent back, is no change.
    """
    told = CONCEALED.keys() & changes.keys()
    if not told or task.item_id is None or _is_open(viewer, task.item_id):
        return changes
    others = {name: value for name, value in changes.items() if name not in told}
    written = CONCEALED | {name: changes[name] for name in told}
    return others if written == CONCEALED else others | written


def _is_open(viewer: Viewer, item_id: UUID) -> bool:
    return bool(kept_rows(row_behind, viewer, ListItem, "open_to_giver", row=item_id))


def _assign(task: Task, changes: Changes) -> list[str]:
    """Set what changes and what follows from it; returns the names."""
    values = {name: value for name, value in changes.items() if name not in {"item", "completed"}}
    if "item" in changes:
        values["item_id"] = _item_id(task, changes["item"])
    if "completed" in changes and changes["completed"] != task.completed:
        done = changes["completed"]
        values |= {"completed": done, "completed_at": timezone.now() if done else None}
    fields = task.assign(values)
    _refuse_contradictions(task)
    if "recurrence" in fields:
        fields += task.assign(_series_of(task))
    return fields


def _item_id(task: Task, item: ListItem | None) -> UUID | None:
    if item and item.household_id != task.household_id:
        raise invalid(item="There is no such row.")
    return item.pk if item else None


def _refuse_contradictions(task: Task) -> None:
    if task.recurrence and task.repeat_after_days:
        raise invalid(repeat_after_days="Choose a rule, or so many days after it was done; not both.")
    if task.recurrence and task.due_on is None:
        raise invalid(due_on="A rule needs a day to begin on.")


def _series_of(task: Task) -> Changes:
    """Its anchor, so that the 31st of every month stays the 31st after a month without one."""
    if not task.recurrence or task.due_on is None:
        return {"series_start": None, "series_day": None}
    if not is_one_of_its_days(task.recurrence, task.due_on):
        raise invalid(due_on="This is none of the days of the rule. Begin on one of them.")
    return {"series_start": task.due_on, "series_day": task.due_on}


def _make_next(viewer: Viewer, task: Task) -> None:
    """The next of a series, if it is not there: the row of this one is locked."""
    day = _next_day(task, counted_from=viewer.belonging(task.household_id).today())
    if day is None or _has_next(task):
        return
    same = {name: getattr(task, name) for name in OF_THE_SERIES}
    Task.objects.create(previous=task, due_on=day, series_day=day if task.recurrence else None, **same)


def _has_next(task: Task) -> bool:
    return Task.objects.filter(previous=task).exists()


def _next_day(task: Task, *, counted_from: date) -> date | None:
    if task.repeat_after_days:
        return days_later(counted_from, task.repeat_after_days)
    if task.series_start and task.series_day:
        return next_day(task.recurrence, start=task.series_start, after=task.series_day)
    return None
