"""Whatever one sends to whichever operation: no failure, the envelope, and nothing done by half."""

import pytest

from tests.hostile.corpus import ASPECTS, some
from tests.hostile.operations import every_operation, set_scene
from tests.hostile.shots import fire_all

# Of each kind; `make torture` fires all of them.
MOST = 250


@pytest.mark.django_db
@pytest.mark.parametrize("aspect", ASPECTS)
def test_nothing_hostile_does_more_than_be_refused(aspect, settings):
    settings.STREAM_HOLD_S = 0
    shots = [shot for operation in every_operation(set_scene()) for shot in ASPECTS[aspect](operation)]
    tally = fire_all(some(shots, MOST))
    assert tally.shots > 100
    assert "\n".join(tally.wrong) == ""
