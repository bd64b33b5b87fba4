"""Whatever is hidden from somebody, their answers are the same before and after, byte for byte."""

from collections.abc import Callable

import pytest

from tests.gifts.scene import HIDDEN_CHANGES
from tests.secrecy.before_after import (
    OPEN_VERBS,
    Play,
    for_a_couple,
    for_leo,
    noticed,
    verbs_in_source,
    verbs_of,
)

pytestmark = pytest.mark.django_db


def test_the_recipient_notices_nothing():
    assert noticed(for_leo()) == []


def test_neither_half_of_a_couple_notices_anything():
    assert noticed(for_a_couple(), most=2) == []


def test_every_verb_of_the_diary_is_noted_by_a_hidden_change_or_is_open():
    """A new service that writes behind somebody's back needs a line in HIDDEN_CHANGES of tests/gifts/scene.py."""
    written = verbs_of(HIDDEN_CHANGES, for_leo())
    assert verbs_in_source() - set(OPEN_VERBS) - written == set()
    assert set(OPEN_VERBS) <= verbs_in_source()
