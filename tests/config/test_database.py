"""How long something holds on to the database."""

import pytest
from django.db import DatabaseError, OperationalError, connection

from config.database import one_moment
from households.models import Household
from tests.concurrency import simultaneously


def added(name: str) -> None:
    """By somebody else, on a connection of their own."""
    simultaneously(lambda: Household.objects.create(name=name), 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_not_seen_and_waits_for_nobody():
    Household.objects.create(name="Before")
    with one_moment():
        assert [household.name for household in Household.objects.all()] == ["Before"]
        added("Meanwhile")
        assert [household.name for household in Household.objects.all()] == ["Before"]
    assert Household.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_afterwards_a_transaction_is_as_it_was():
    with pytest.raises(ZeroDivisionError), one_moment():
        assert 1 / 0
    assert not connection.in_atomic_block
    assert getattr(connection, "transaction_mode", "IMMEDIATE") == "IMMEDIATE"
    added("Still")
    assert Household.objects.get().name == "Still"


@pytest.mark.django_db(transaction=True)
def test_nothing_can_be_written_on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no transactions that only read.")
    with pytest.raises((DatabaseError, OperationalError)), one_moment():
        Household.objects.create(name="No")
