"""Many rows at once: COPY on PostgreSQL, `executemany` on SQLite. Values pass through Django's fields first."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model
from django.utils import timezone

Row = dict[str, Any]


@transaction.atomic
def load(model: type[Model], rows: Iterable[Row]) -> None:
    """Rows by their columns' names (`gift_id`); what a row leaves out has the field's default."""
    fields = list(model._meta.concrete_fields)
    values = (_values(fields, row) for row in rows)
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608


def analyze() -> None:
    """Vacuum too: what is measured is a table at rest."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")


def _values(fields: Sequence[Field], row: Row) -> list[Any]:
    now = timezone.now()
    return [field.get_db_prep_save(_value(field, row, now), connection) for field in fields]


def _value(field: Field, row: Row, now: Any) -> Any:
    if field.attname in row:
        return row[field.attname]
    return now if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False) else field.get_default()
