"""Whatever is hidden from somebody, their answers are the same before and after, byte for byte."""

import pytest

from tests.secrecy.before_after import (
    OPEN_VERBS,
    Play,
    for_a_couple,
    noticed,
    verbs_in_source,
)

pytestmark = pytest.mark.django_db


def test_the_recipient_notices_nothing(play: Play):
    assert noticed(play, most=1) == []
    # A new service that writes behind somebody's back needs a line in HIDDEN_CHANGES of tests/gifts/scene.py.
    assert verbs_in_source() - set(OPEN_VERBS) - play.verbs == set()


def test_neither_half_of_a_couple_notices_anything():
    assert noticed(for_a_couple(), most=1, plainly=True) == []


def test_the_open_verbs_are_still_written():
    assert set(OPEN_VERBS) <= verbs_in_source()
