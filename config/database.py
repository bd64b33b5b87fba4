"""How long something holds on to the database: for a picture of one moment, or no longer than for one look."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read in here was true at one moment, however long it takes. Nobody has to wait for it."""
    if connection.in_atomic_block:  # as a test's is
        yield
        return
    with _without_write_lock(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _without_write_lock() -> Iterator[None]:
    """SQLite's transactions take it at their beginning (`transaction_mode` of the settings), in case they write."""
    if connection.vendor != "sqlite":
        yield
        return
    sqlite: Any = connection
    mode, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        sqlite.transaction_mode = mode


@contextmanager
def lent_connection() -> Iterator[None]:
    """Use the database and give the connection back: for whatever waits a long time between two looks, since the pool
    is small."""
    try:
        yield
    finally:
        if not connection.in_atomic_block:  # as a test's is
            connection.close_if_unusable_or_obsolete()
