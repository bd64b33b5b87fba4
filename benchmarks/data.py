"""The host of a run: one family of ordinary size, and beside it others, until there are so many items."""

import sys

from benchmarks.families import make_family
from benchmarks.loading import analyze
from benchmarks.scene import Scene, scene_in
from households.models import Household

FAMILY = 5_000


def prepare(items: int) -> Scene:
    """Our family in the middle: half of the others are older, half are newer."""
    size = min(FAMILY, items)
    others = items // size - 1
    _make(others // 2, size)
    family = make_family(size)
    _make(others - others // 2, size)
    analyze()
    return scene_in(Household.objects.get(pk=family.household_id))


def _make(families: int, size: int) -> None:
    for number in range(families):
        make_family(size)
        sys.stderr.write(f"\r  {number + 1} of {families} families")
    sys.stderr.write("\n")
