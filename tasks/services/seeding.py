"""Tasks to measure on: by the thousand, some of them for what their owners give."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from gifts.services.seeding.home import Home, Member, Taken
from gifts.services.seeding.sizes import HouseholdSize, shares
from tasks.models import Task
from tasks.services.errands import KINDS

# The measured family has as many on every host; beside it, so many for each of the people.
FAMILY_TASKS = 1_000
TASKS_EACH = 5

CHORES = [
    "Water the plants", "Bake a cake", "Call the plumber", "Take out the paper", "Write the cards", "Fetch the parcel",
    "Mend the bicycle", "Book the train", "Return the books", "Clean the windows", "Pay the piano teacher",
    "Order firewood", "Sort the photos", "Plant the crocuses", "Café with Aunt Frida", "Sew on the button",
]  # fmt: skip
DETAILS = ["", "", "", "The green one, if they have it.", "Ask Ada first.", "Before noon; they close early."]


class TaskSeeding:
    """How many tasks each household gets, and what they are."""

    def __init__(self, sizes: list[HouseholdSize], total: int | None) -> None:
        others = [size.people for size in sizes[1:]]
        total = FAMILY_TASKS + TASKS_EACH * sum(others) if total is None else total
        family = min(total // 2, FAMILY_TASKS) if others else total
        self.counts = [family, *(shares(total - family, others) if others else [])]

    def add_to(self, home: Home, number: int) -> None:
        for _ in range(self.counts[number]):
            home.batch.add(_task(home))


def _task(home: Home) -> Task:
    taken = home.choose(home.taken) if home.taken and home.chance(0.4) else None
    fields = _errand(home, taken) if taken else _chore(home)
    if home.chance(0.6):
        fields |= {"completed": True, "completed_at": _some_time_ago(home)}
    return Task(household_id=home.household.pk, priority=int(home.rng.random() * 4), **fields)


def _errand(home: Home, taken: Taken) -> dict[str, Any]:
    errand = KINDS[home.choose(list(KINDS))]
    due_on = taken.occurs_on and taken.occurs_on - timedelta(days=errand.days_before)
    title = errand.title.format(taken.title)
    return {"owner_id": taken.giver.user.pk, "item_id": taken.item_id, "title": title, "due_on": due_on}


def _chore(home: Home) -> dict[str, Any]:
    owner: Member = home.choose([*home.planners, *home.guests])
    fields = {"owner_id": owner.user.pk, "title": home.choose(CHORES), "description": home.choose(DETAILS)}
    if home.chance(0.3):
        return fields
    day = home.today + timedelta(days=int(home.rng.random() * 400) - 200)
    return fields | {"due_on": day} | _repetition(home, day)


def _repetition(home: Home, day: date) -> dict[str, Any]:
    if home.chance(0.1):
        return {"recurrence": "FREQ=WEEKLY", "series_start": day, "series_day": day}
    return {"repeat_after_days": 7} if home.chance(0.1) else {}


def _some_time_ago(home: Home) -> datetime:
    day = home.today - timedelta(days=1 + int(home.rng.random() * 200))
    return datetime.combine(day, time(18), UTC)
