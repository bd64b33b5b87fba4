"""Who may not know is never told: in no body, header, cursor, error or log line of theirs."""

import pytest

from tests.secrecy.canaries import told, unsung, without_canary
from tests.secrecy.doors import undescribed
from tests.secrecy.stage import Stage, listening
from tests.secrecy.world import VIEWERS

pytestmark = pytest.mark.django_db


def test_the_schema_describes_every_route():
    assert undescribed() == set()


def test_every_field_that_can_be_hidden_holds_a_canary(stage: Stage):
    """A new field that is empty in tests/secrecy/world.py has none: fill it there."""
    assert without_canary(stage.cage) == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_canary_is_told_to_those_who_may_know_and_to_nobody_else(stage: Stage, viewer: str):
    watcher, everything = stage.watchers[viewer], viewer == "recipient"
    questions = stage.questions(viewer, most=2 if everything else 1, every_choice=everything)
    with listening(watcher):
        # Those who give and see nearly everything ask without filters here; all ask for everything in `make torture`.
        plain = [*questions.plain(), "/api/v1/activity?limit=100"]
        urls = plain if viewer in {"giver", "owner"} else questions.all()
        looks = [look for url in urls for look in watcher.pages(url)]

    assert told(stage.cage, viewer, looks) == []
    assert unsung(stage.cage, viewer, looks) == []
