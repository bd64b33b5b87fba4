"""How rows are joined, where it matters: PostgreSQL plans a statement once, for a family of average size."""

from typing import Any, Self

from django.db import connection
from django.db.models import BooleanField, F, Field, Func, QuerySet, Subquery
from django.db.models.sql import Query
from django.db.models.sql.constants import LOUTER
from django.db.models.sql.datastructures import Join


def among(rows: Any, ids: QuerySet) -> Any:
    """Those of the rows that have one of these ids, which are few and so looked up before anything is joined."""
    if connection.vendor != "postgresql":
        return rows.filter(pk__in=ids)
    return rows.filter(_AnyOf(F("pk"), _Ids(ids), output_field=BooleanField()))


class _AnyOf(Func):
    """Not `IN`, which is a join among many, put off until all others are done."""

    arg_joiner = " = ANY(ARRAY"
    template = "%(expressions)s)"


class _Ids(Subquery):
    empty_result_set_value = NotImplemented


def beside(rows: Any, relation: str, totals: QuerySet) -> Any:
    """These rows with the annotations of `totals`, NULL for a row that has none: all that hangs on a row is looked at
    once, while a subquery in a column would be run again wherever that is used.

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
    def __init__(self, table: str, parent: Any, alias: Any, relation: Any, totals: Query) -> None:
        super().__init__(table, parent, alias, LOUTER, relation, True)
        self.totals = totals

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        quoted = compiler.quote_name_unless_alias
        sql, params = self.totals.get_compiler(connection=connection).as_sql()
        [(own, _)], [theirs] = self.join_cols, self.totals.values_select
        condition = f"{quoted(self.parent_alias)}.{quoted(own)} = {quoted(self.table_alias)}.{quoted(theirs)}"
        lateral = "LATERAL " if connection.vendor == "postgresql" else ""
        return f"{self.join_type} {lateral}({sql}) {quoted(self.table_alias)} ON ({condition})", params

    def relabeled_clone(self, change_map: Any) -> Self:
        parent, alias = (change_map.get(name, name) for name in (self.parent_alias, self.table_alias))
        totals: Any = self.totals.clone()
        totals.where.relabel_aliases({self.parent_alias: parent})
        totals.external_aliases[parent] = True
        return type(self)(self.table_name, parent, alias, self.join_field, totals)


class _Column(Func):
    """A column of a table that is joined."""

    def __init__(self, table: str, name: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.table, self.name = table, name

    def relabeled_clone(self, change_map: Any) -> Self:
        clone = super().relabeled_clone(change_map)
        clone.table = change_map.get(self.table, self.table)
        return clone

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> tuple[str, Any]:
        return f"{compiler.quote_name_unless_alias(self.table)}.{connection.ops.quote_name(self.name)}", ()
