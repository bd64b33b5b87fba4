"""Whoever tries to find out by writing is answered as if there were nothing."""

import pytest

from tests.gifts.scene import HIDDEN_CHANGES
from tests.secrecy.before_after import Play
from tests.secrecy.probing import reacts, told_apart
from tests.secrecy.stage import Stage

pytestmark = pytest.mark.django_db


# All kinds for everybody: `make torture`.
HIDDEN_FROM = {"recipient": ["surprise", "behind", "party", "private"], "half": ["couple"], "guest": ["home"]}


@pytest.mark.parametrize("viewer", [*HIDDEN_FROM, "other"])
def test_an_id_of_what_is_hidden_is_answered_like_one_that_never_was(stage: Stage, viewer: str):
    sets = stage.world.row_sets()
    hidden = [stage.world.rows_of(kind) for kind in HIDDEN_FROM.get(viewer, ["home"])]
    known = sets["nextdoor"] if viewer == "other" else sets["home"]
    assert told_apart(stage.watchers[viewer], known, hidden, thoroughly=viewer == "recipient") == []


def test_a_write_to_what_one_sees_does_not_tell_what_is_hidden_behind_it(play: Play):
    assert reacts(play, HIDDEN_CHANGES) == []
