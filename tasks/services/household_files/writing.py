"""From the database to files, some rows at a time: a household of any size takes the same memory."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Protocol
from uuid import UUID

import orjson
from django.db.models import QuerySet

from config.database import one_moment
from tasks.services.household_files.tables import FORMAT, TABLES, VERSION, Table, fields_of, name_of, rows_of

ROWS_AT_ONCE = 1_000

Rows = list[tuple[Any, ...]]


class Sink(Protocol):
    """Where the rows go: their columns as `fields_of` has them."""

    def begin(self, table: Table) -> None: ...

    def write(self, table: Table, rows: Rows) -> None: ...


def export_household(*, household_id: UUID, sinks: Iterable[Sink]) -> Iterator[tuple[str, int]]:
    """Everything of one household, as it is at one moment. Says each time of which table so many rows are written."""
    sinks = list(sinks)
    with one_moment():
        for table in TABLES:
            for sink in sinks:
                sink.begin(table)
            for rows in _pages(table, rows_of(table, household_id)):
                for sink in sinks:
                    sink.write(table, rows)
                yield name_of(table), len(rows)


class JSONLines:
    """One line says what the file is, one line each row, and the last one how many there are."""

    def __init__(self, file: BinaryIO, household_id: UUID) -> None:
        self._file = file
        self._counts: Counter[str] = Counter()
        self._say({"format": FORMAT, "version": VERSION, "household": household_id})

    def begin(self, table: Table) -> None:
        self._counts[name_of(table)] = 0

    def write(self, table: Table, rows: Rows) -> None:
        name = name_of(table)
        columns = [field.name for field in fields_of(table)]
        self._counts[name] += len(rows)
        for row in rows:
            self._say({"table": name, "row": dict(zip(columns, row, strict=True))})

    def end(self) -> None:
        """Without this line, a file is known to be only a part of one."""
        self._say({"end": self._counts})

    def _say(self, line: dict[str, Any]) -> None:
        self._file.write(as_json(line) + b"\n")


def as_json(value: Any) -> bytes:
    """Money as text, because a number would go through a binary fraction; moments in UTC."""
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def _pages(table: Table, rows: QuerySet[Any]) -> Iterator[Rows]:
    columns = [field.attname for field in fields_of(table)]
    rows = rows.order_by("pk")
    beyond = rows
    while page := list(beyond.values_list(*columns)[:ROWS_AT_ONCE]):
        yield page
        beyond = rows.filter(pk__gt=page[-1][0])
