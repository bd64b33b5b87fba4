"""What schemathesis makes of the schema: no failure, and every answer as the schema says."""

import os

import pytest

from tests.hostile.generated import try_out
from tests.hostile.operations import every_operation, set_scene
from tests.routes import OPERATIONS
from tests.secrecy.doors import UNDESCRIBED

# `make torture` makes 100,000.
CASES = int(os.environ.get("GENERATED_CASES", "5000"))
TRIED = [place for _, place in OPERATIONS if place not in UNDESCRIBED]
# The same ones each time, so that a change fails for what it does.
SEED = 20311224


def area_of(place: str) -> str:
    return place.split("/")[3]


AREAS = sorted({area_of(place) for place in TRIED})


@pytest.mark.django_db
@pytest.mark.parametrize("area", AREAS)
def test_every_answer_is_as_the_schema_says(area, settings):
    settings.STREAM_HOLD_S = 0
    operations = [one for one in every_operation(set_scene()) if area_of(one.place) == area]
    outcome = try_out(operations, each=-(-CASES // len(TRIED)), random=SEED)
    assert "\n".join(outcome.wrong) == ""
    assert outcome.cases >= len(operations)
