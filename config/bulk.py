"""Rows by the thousand, by COPY or executemany: `bulk_create` would take half as long again, on either database."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Field, JSONField, Model

Row = TypeVar("Row", bound=Model)

# What Django makes of values for SQLite. psycopg knows all of them.
AS_STORED: dict[type, Callable[[Any], Any]] = {
    UUID: attrgetter("hex"),
    date: str,
    datetime: lambda moment: str(moment.replace(tzinfo=None)),
    Decimal: str,
}

# More are not kept in memory, however large a household is.
ROWS_AT_ONCE = 20_000


class Batch:
    """Rows on their way into the database, in any order: the database checks their foreign keys at the end."""

    def __init__(self) -> None:
        self.written: Counter[str] = Counter()
        self._waiting: dict[type[Model], list[Any]] = defaultdict(list)
        self._count = 0

    def add(self, row: Row) -> Row:
        self._waiting[type(row)].append(row)
        self._count += 1
        if self._count >= ROWS_AT_ONCE:
            self.flush()
        return row

    def flush(self) -> None:
        for model, rows in self._waiting.items():
            write_rows(model, rows)
            self.written[model._meta.model_name or ""] += len(rows)
        self._waiting.clear()
        self._count = 0


def refresh_statistics() -> None:
    """What PostgreSQL plans by. It would do so by itself, but a minute later, in the midst of the measuring."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            # A request's limit of time is none for many tables.
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("ANALYZE")


def write_rows(model: type[Model], rows: list[Any], *, as_given: Collection[str] = ()) -> None:
    """The fields of these names hold what is to be written; all others are made as by `save()`."""
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column or "") for field in fields)
    place = f"{connection.ops.quote_name(model._meta.db_table)} ({columns})"
    # Django knows nothing of COPY, and would let psycopg's own errors through.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {place} FROM STDIN") as copy:
                for values in _values(fields, rows, as_given):
                    copy.write_row(values)
        else:
            marks = ", ".join(["%s"] * len(fields))
            stored = [
                [AS_STORED.get(type(value), _same)(value) for value in row] for row in _values(fields, rows, as_given)
            ]
            cursor.executemany(f"INSERT INTO {place} VALUES ({marks})", stored)  # noqa: S608 - names of our own tables


def _values(fields: Sequence[Field], rows: list[Any], as_given: Collection[str]) -> Iterator[tuple[Any, ...]]:
    """The columns of each row; times, and keys to compare and to search by, are made on the way as by `save()`."""
    made = [field for field in fields if type(field).pre_save is not Field.pre_save and field.name not in as_given]
    adapted = [field for field in fields if isinstance(field, JSONField)]
    values = attrgetter(*(field.attname for field in fields))
    for row in rows:
        for field in made:
            field.pre_save(row, True)
        for field in adapted:
            setattr(row, field.attname, field.get_db_prep_save(getattr(row, field.attname), connection))
        yield values(row)


def _same(value: Any) -> Any:
    return value
