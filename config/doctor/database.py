"""What can be asked of the database itself."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from config.commands import require_database, unapplied
from config.doctor.findings import Finding, State, unhurried

CLOCKS_MAY_DIFFER_S = 2
RESTORE = "Stop Hearth and restore the newest backup: `manage.py restore --replace`."


def reachable() -> Finding:
    began = time.monotonic()
    try:
        require_database()
    except CommandError as error:
        return Finding("database", State.WRONG, str(error).rstrip("."), "See whether it runs where DATABASE_URL says.")
    version = ".".join(map(str, connection.get_database_version()))
    return Finding(
        "database",
        State.OK,
        f"{connection.display_name} {version} answers in {(time.monotonic() - began) * 1000:,.0f} ms",
    )


def unreadable(error: DatabaseError) -> Finding:
    """A look that came to a place where the database itself could not go on."""
    reason = str(error).strip().splitlines()[0].rstrip(".")
    return Finding("damage", State.WRONG, f"the database cannot be read: {reason}", RESTORE)


def migrations() -> Iterator[Finding]:
    missing = unapplied()
    loader = MigrationLoader(connection)
    unknown = sorted(f"{app}.{name}" for app, name in set(loader.applied_migrations) - set(loader.disk_migrations))
    if missing:
        says = "migrations are not applied"
        yield Finding("migrations", State.WRONG, says, "Run `manage.py migrate`.", len(missing), missing[:3])
    if unknown:
        says = "migrations of a newer Hearth are applied"
        yield Finding("migrations", State.WRONG, says, "Run the Hearth that made them.", len(unknown), unknown[:3])
    if not missing and not unknown:
        yield Finding("migrations", State.OK, "all applied")


def state() -> Iterator[Finding]:
    """Its files or its settings, and its clock."""
    with unhurried():
        yield from _of_sqlite() if connection.vendor == "sqlite" else _of_postgres()


def _of_sqlite() -> Iterator[Finding]:
    damage = [row[0] for row in _ask("PRAGMA quick_check(5)") if row[0] != "ok"]
    if damage:
        yield Finding("damage", State.WRONG, "places in the file are damaged", RESTORE, len(damage))
    dangling = _ask("PRAGMA foreign_key_check")
    if dangling:
        advice = "Somebody has written to the file past Hearth; restore the newest backup without such rows."
        ids = [f"{table} row {row}" for table, row, *_ in dangling[:5]]
        yield Finding("dangling", State.WRONG, "rows refer to others that are gone", advice, len(dangling), ids)
    mode = _ask("PRAGMA journal_mode")[0][0]
    if mode != "wal":
        yield Finding(
            "journal", State.WRONG, f"the journal mode is {mode}, not wal", "The file's disk must know locks."
        )


def _of_postgres() -> Iterator[Finding]:
    began = datetime.now(UTC)
    ((clock, jit, allowed),) = _ask(
        "SELECT clock_timestamp(), current_setting('jit'), "
        "current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    )
    apart = abs((clock - began).total_seconds())
    if apart > CLOCKS_MAY_DIFFER_S + (datetime.now(UTC) - began).total_seconds():
        advice = "Let both machines keep time by NTP."
        yield Finding("clock", State.WRONG, f"this machine's and the database's are {apart:,.0f} s apart", advice)
    yield from _limits(jit, allowed)


def _limits(jit: str, allowed: int) -> Iterator[Finding]:
    ((limit,),) = _ask("SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout'")
    if int(limit) == 0:
        advice = "Put it on the role: ALTER ROLE ... SET statement_timeout = '15s'."
        yield Finding("statement_timeout", State.NOTE, "no statement is ever given up", advice)
    if jit == "on":
        advice = "Put it on the role: ALTER ROLE ... SET jit = off."
        yield Finding("jit", State.NOTE, "it is on, which takes longer than our statements run", advice)
    wanted = settings.WEB_CONCURRENCY * settings.DATABASE_POOL_MAX
    if wanted > allowed:
        advice = "Lower WEB_CONCURRENCY or DATABASE_POOL_MAX, or raise max_connections."
        yield Finding("connections", State.WRONG, f"Hearth may open {wanted}, the server allows {allowed}", advice)


def _ask(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
