"""Every answer of 400 and above is in the envelope, whoever gives it."""

import pytest

from tests.hostile.operations import set_scene
from tests.hostile.refusals import refuse_all


@pytest.mark.django_db
def test_whoever_refuses_does_so_in_the_envelope(settings):
    settings.STREAM_HOLD_S = 0
    tally = refuse_all(set_scene(), every=20)
    assert "\n".join(tally.wrong) == ""
    assert tally.refused > 300
