"""Totals of what hangs on rows, all of them looked up at once, and beside the rows that they are of.

A subquery can stand in a column, but then has one column itself, and is run again wherever that is used.
"""

from typing import Any, Self

from django.db import connection
from django.db.models import Field, Func, QuerySet
from django.db.models.sql import Query
from django.db.models.sql.constants import LOUTER
from django.db.models.sql.datastructures import Join


def beside(rows: QuerySet, relation: str, totals: QuerySet) -> QuerySet:
    """These rows with the annotations of `totals`, NULL for a row that has none.

    `totals` are grouped by the foreign key behind `relation`: `.values("item").annotate(...)` for an item's "claims".
    """
    rows = rows.all()
    table, base = f"{relation}_totals", rows.query.get_initial_alias()
    related = rows.model._meta.get_field(relation)
    if connection.vendor == "postgresql":
        # It would add up all of them, and then go through them for each row where it expects few.
        totals = totals.filter(**{related.field.name: _Column(base, "id", related.field.target_field)})
    rows.query.join(_TotalsJoin(table, base, table, related, totals.query))
    columns = {name: total.output_field for name, total in totals.query.annotation_select.items()}
    return rows.annotate(**{name: _Column(table, name, field) for name, field in columns.items()})


class _TotalsJoin(Join):
    def __init__(self, table: str, parent: str | None, alias: str | None, relation: Any, totals: Query) -> None:
        super().__init__(table, parent, alias, LOUTER, relation, True)
        self.totals = totals

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        quoted = compiler.quote_name_unless_alias
        sql, params = self.totals.get_compiler(connection=connection).as_sql()
        [(own, _)], [theirs] = self.join_cols, self.totals.values_select
        condition = f"{quoted(self.parent_alias)}.{quoted(own)} = {quoted(self.table_alias)}.{quoted(theirs)}"
        lateral = "LATERAL " if connection.vendor == "postgresql" else ""
        return f"{self.join_type} {lateral}({sql}) {quoted(self.table_alias)} ON ({condition})", params

    def relabeled_clone(self, change_map: dict[str | None, str]) -> Self:
        parent, alias = (change_map.get(name, name) for name in (self.parent_alias, self.table_alias))
        return type(self)(self.table_name, parent, alias, self.join_field, self.totals)


class _Column(Func):
    """A column of a table that is joined."""

    def __init__(self, table: str, name: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.table, self.name = table, name

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> tuple[str, Any]:
        quoted = connection.ops.quote_name
        return f"{quoted(self.table)}.{quoted(self.name)}", ()
