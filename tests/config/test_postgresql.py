"""Connections that PostgreSQL has ended: whoever asks next does not learn of it."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection

from config.postgresql.base import is_open
from tests.server import Server, empty_database, running_server

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connections to lose"),
]
ASKING = 16
END_ALL = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'hearth' AND datname = %s
"""


@pytest.fixture
def place(db):
    with empty_database() as variables:
        yield variables


def answers(server: Server) -> list[int]:
    """Of as many as ask at once as the pools of both processes have connections."""
    with ThreadPoolExecutor(ASKING) as pool:
        return list(pool.map(server.status, ["/api/v1/health/db"] * ASKING))


def test_a_connection_that_was_ended_is_replaced_before_it_is_lent(place, tmp_path):
    with running_server(tmp_path, **place) as server, psycopg.connect(place["DATABASE_URL"], autocommit=True) as admin:
        for _ in range(5):
            assert answers(server) == [200] * ASKING
            ended = admin.execute(END_ALL, [admin.info.dbname]).fetchall()
            assert len(ended) > 1
        assert answers(server) == [200] * ASKING
    assert "Traceback" not in server.log.read_text()


@pytest.fixture
def connections(place):
    """One that may be lent, and one to look at it from outside."""
    with psycopg.connect(place["DATABASE_URL"]) as lent, psycopg.connect(place["DATABASE_URL"]) as admin:
        lent.autocommit = admin.autocommit = True
        yield lent, admin


def test_an_open_connection_is_asked_nothing(connections):
    lent, admin = connections
    lent.execute("SELECT 'its last question'")
    assert is_open(lent)
    told = admin.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [lent.info.backend_pid]).fetchone()
    assert told == ("SELECT 'its last question'",)


def test_an_ended_connection_is_not_open(connections):
    lent, admin = connections
    admin.execute("SELECT pg_terminate_backend(%s, 1000)", [lent.info.backend_pid])
    assert not is_open(lent)


def test_a_connection_that_was_only_told_something_is_open(connections):
    lent, admin = connections
    lent.execute("LISTEN anything")
    admin.execute("NOTIFY anything")
    assert is_open(lent)
