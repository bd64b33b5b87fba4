"""Rows by the thousand: PostgreSQL takes them by COPY, in two thirds of the time that bulk_create needs there."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Field, JSONField, Model

Row = TypeVar("Row", bound=Model)

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
            _write(model, rows)
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


def _write(model: type[Model], rows: list[Any]) -> None:
    if connection.vendor != "postgresql":
        model._base_manager.bulk_create(rows)
        return
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column or "") for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for values in _values(fields, rows):
            copy.write_row(values)


def _values(fields: Sequence[Field], rows: list[Any]) -> Iterator[tuple[Any, ...]]:
    """What `save()` would write of each row, for psycopg, which knows all of it but JSON."""
    made = [field for field in fields if type(field).pre_save is not Field.pre_save]
    adapted = [field for field in fields if isinstance(field, JSONField)]
    values = attrgetter(*(field.attname for field in fields))
    for row in rows:
        for field in made:
            field.pre_save(row, True)
        for field in adapted:
            setattr(row, field.attname, field.get_db_prep_save(getattr(row, field.attname), connection))
        yield values(row)
