"""However large a household is, its files take the same memory."""

import tracemalloc
from collections.abc import Iterable
from io import BytesIO
from uuid import UUID

import pytest

from gifts.services.seeding.seeding import Seeding
from gifts.services.seeding.sizes import HouseholdSize
from households.models import Household, Membership, Role
from households.viewer import Viewer
from tasks.api import export
from tasks.services.household_files import reading, writing
from tasks.services.household_files.importing import import_household
from tasks.services.household_files.writing import JSONLines, export_household
from tests.tasks.files import remove

MB = 1024 * 1024


@pytest.fixture
def households(db) -> list[UUID]:
    """Each has more rows than are read at once; the second has five times as many."""
    found = []
    for items in (200, 1_000):
        seeding = Seeding([HouseholdSize(8, items)], seed="hearth", password="a-warm-fire-in-winter")
        list(seeding.run())
        found.append(seeding.family_id)
    return found


def peak_of(doing: Iterable) -> float:
    """In megabytes, beside what was there before."""
    tracemalloc.start()
    try:
        for _ in doing:
            pass
        return tracemalloc.get_traced_memory()[1] / MB
    finally:
        tracemalloc.stop()


class Nowhere(BytesIO):
    def write(self, content) -> int:
        return len(content)


def lines_of(household_id: UUID) -> bytes:
    file = BytesIO()
    sink = JSONLines(file, household_id)
    list(export_household(household_id=household_id, sinks=[sink]))
    sink.end()
    return file.getvalue()


def exporting(household_id: UUID) -> Iterable:
    return export_household(household_id=household_id, sinks=[JSONLines(Nowhere(), household_id)])


def taking_along(household_id: UUID) -> Iterable:
    owner = Membership.objects.filter(household=household_id, role=Role.OWNER).first()
    viewer = Viewer.of(owner.user)
    return export.export_of(lambda: viewer)


def reading_back(household_id: UUID) -> Iterable:
    lines = BytesIO(lines_of(household_id))
    remove(Household.objects.get(pk=household_id))
    return (import_household(lines=lines, may_link=False, is_rehearsal=False) for _ in range(1))


@pytest.mark.parametrize("doing", [exporting, reading_back, taking_along])
def test_a_large_one_takes_no_more_memory(households, monkeypatch, doing):
    for module in (writing, reading, export):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 20)
    peak_of(doing(households[1]))  # what is kept for later, like statements
    small, large = (peak_of(doing(household)) for household in households)
    assert large < small + 0.5
