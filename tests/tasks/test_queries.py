"""A page of tasks asks the database the same few questions, however many there are and whatever they are about."""

import pytest

from gifts.services.claims import claim_item
from tests.cast import Family
from tests.factories import TaskFactory
from tests.gifts.test_queries import STATEMENTS, read


def fill(family: Family, rows: int) -> None:
    """So many more, about items on lists of their own that are seen, and that are not; each with what follows on it."""
    for number in range(rows):
        for recipient in (family.theo, family.mia.person):
            item = family.ada.add(family.ada.list("A list", recipient=recipient), f"Thing {number}")
            claim_item(viewer=family.leo.viewer, item_id=item.pk)
            task = TaskFactory(owner=family.mia.user, item=item, done=True, repeat_after_days=7)
            TaskFactory(owner=family.mia.user, item=item, previous=task)


@pytest.mark.parametrize("query", ["", "ordering=-due_on&completed=false", "search=task", "overdue=true"])
def test_a_page_costs_the_same_for_3_rows_and_for_23(family: Family, mia, query):
    for rows in (3, 20):
        fill(family, rows)
        assert read(mia, f"users/me/tasks?limit=100&{query}")[1] == STATEMENTS


def test_a_task_costs_as_little(family: Family, mia):
    fill(family, 1)
    for task in read(mia, "users/me/tasks")[0]["results"]:
        assert read(mia, f"users/me/tasks/{task['id']}")[1] == STATEMENTS
