"""What one of Hearth's own statements costs the database: caught from a request, then explained."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client

from benchmarks.statements import is_counted


@dataclass(frozen=True)
class Caught:
    sql: str
    params: Any


def statements_of(path: str, token: str) -> list[Caught]:
    """The statements of this read, in order, with their values."""
    caught: list[Caught] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        caught.append(Caught(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = Client(SERVER_NAME="127.0.0.1").get(path, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code} for {path}: {answer.content[:300]!r}")
    return [each for each in caught if is_counted(each.sql)]


def shared_buffers(statements: list[Caught]) -> int | None:
    """The pages of 8 kB that they touch, all together; None on SQLite, which does not say."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        return sum(_buffers(cursor, each) for each in statements if re.match(r"\s*(SELECT|WITH)\b", each.sql, re.I))


def _buffers(cursor: CursorWrapper, statement: Caught) -> int:
    """The second time: the first one also reads the catalog."""
    for _ in range(2):
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}", statement.params)
        told = cursor.fetchone()[0]
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
