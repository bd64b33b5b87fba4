"""A connection for each thread, and SQL whose two dialects differ in a few words."""

import os
import sqlite3
from functools import cache
from pathlib import Path
from threading import local
from typing import Any

import psycopg

ADDRESS = os.environ.get("DATABASE_URL", "")
IS_SQLITE = not ADDRESS
PATH = Path(os.environ["HEARTH_DATA_DIR"]) / "hearth.sqlite3"
kept = local()


def fetch(sql: str, values: dict[str, Any], *, plan_once: bool = True) -> list[tuple]:
    """Rows of JSON and ids. Values that are lists are spelled out in the statement, and so is the limit.

    PostgreSQL plans a statement once, unless the best plan depends on how large a family is.
    """
    connection = getattr(kept, "connection", None)
    if connection is None:
        connection = kept.connection = _connect()
    lists = {name: many for name, many in values.items() if isinstance(many, list)}
    lengths = tuple((name, len(many)) for name, many in lists.items())
    single = {f"{name}_{place}": one for name, many in lists.items() for place, one in enumerate(many)}
    statement = spelled(sql, lengths, values.get("limit", 0))
    if IS_SQLITE:
        return connection.execute(statement, values | single).fetchall()
    return connection.execute(statement, values | single, prepare=plan_once).fetchall()


@cache
def spelled(sql: str, lengths: tuple[tuple[str, int], ...], limit: int) -> str:
    for name, length in lengths:
        sql = sql.replace(f"@{name}", ", ".join(value(f"{name}_{place}") for place in range(length)) or "NULL")
    return sql.replace("@limit", str(limit))


def _connect() -> Any:
    if IS_SQLITE:
        connection = sqlite3.connect(PATH, timeout=20, isolation_level=None, cached_statements=256)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection
    return psycopg.connect(ADDRESS, autocommit=True, options="-c jit=off")


# --- Words of the two dialects --------------------------------------------------------------------


def value(name: str) -> str:
    return f":{name}" if IS_SQLITE else f"%({name})s"


def in_list(column: str, name: str) -> str:
    """For as many values as there are, see `spelled`: a plan is better for two of them than for any array."""
    return f"{column} IN (@{name})"


def id_value(one: Any) -> Any:
    return one.hex if IS_SQLITE else one


def uuid(column: str) -> str:
    """As JSON says it; SQLite keeps 32 digits."""
    if not IS_SQLITE:
        return column
    pieces = [f"substr({column},{start},{length})" for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    return "||'-'||".join(pieces)


def moment(column: str) -> str:
    if IS_SQLITE:
        return f"replace({column},' ','T')||'Z'"
    return f"replace(to_char({column} AT TIME ZONE 'UTC','YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),'.000000Z','Z')"


def money(column: str) -> str:
    return f"CASE WHEN {column} IS NOT NULL THEN printf('%.2f',{column}) END" if IS_SQLITE else f"{column}::text"


def truth(condition: str) -> str:
    """A condition as a JSON value."""
    return f"json(CASE WHEN {condition} THEN 'true' ELSE 'false' END)" if IS_SQLITE else f"({condition})"


def document(column: str) -> str:
    """A column that holds JSON."""
    return f"json({column})" if IS_SQLITE else column


def shape(**fields: str) -> str:
    """A JSON object."""
    pairs = ", ".join(f"'{name}', {expression}" for name, expression in fields.items())
    return f"json_object({pairs})" if IS_SQLITE else f"json_build_object({pairs})"


def gathered(expression: str, rows: str) -> str:
    """A JSON array of this expression, one for each of these rows (`FROM ... ORDER BY ...`)."""
    if IS_SQLITE:
        return f"json((SELECT json_group_array(json(row)) FROM (SELECT {expression} AS row {rows})))"
    return f"(SELECT coalesce(json_agg(row), '[]') FROM (SELECT {expression} AS row {rows}) AS rows)"


def literal(text: str) -> str:
    """JSON as it stands here."""
    return f"json('{text}')" if IS_SQLITE else f"'{text}'::json"


def only_if(condition: str, expression: str) -> str:
    """A JSON value, or null."""
    chosen = f"CASE WHEN {condition} THEN {expression} END"
    return f"json({chosen})" if IS_SQLITE else chosen


def text(expression: str) -> str:
    return expression if IS_SQLITE else f"({expression})::text"
