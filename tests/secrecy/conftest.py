from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.secrecy.before_after import Play, for_leo
from tests.secrecy.stage import Stage, set_stage


@pytest.fixture(autouse=True)
def _streams_end_at_once(settings) -> None:
    settings.STREAM_HOLD_S = 0


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker) -> Iterator[Stage]:
    """One world for all tests of a file, none of which leaves a trace in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield set_stage()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def play(django_db_setup, django_db_blocker) -> Iterator[Play]:
    """The scene of the hidden changes, with Leo, who may not know of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield for_leo()
        transaction.set_rollback(True)
