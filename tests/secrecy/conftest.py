from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.secrecy.stage import Stage, set_stage


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker) -> Iterator[Stage]:
    """One world for all tests of a file, none of which leaves a trace in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield set_stage()
        transaction.set_rollback(True)
