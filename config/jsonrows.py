"""Rows that the database itself writes as JSON, in the form in which the API sends it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, F, Func, JSONField, QuerySet, Subquery, TextField

Compiled = tuple[str, Any]


class Written(Func):
    """A value as JSON. What a database needs no help with is left to it."""

    arity = 1
    output_field = TextField()
    # One for each database that needs one; `{0}` is the value, as often as it takes.
    templates: dict[str, str] = {}

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Compiled:
        sql, params = compiler.compile(self.source_expressions[0])
        template = self.templates.get(connection.vendor, "{0}")
        return template.format(sql), (*params,) * template.count("{0}")


class WrittenUUID(Written):
    # SQLite keeps the 32 hexadecimal digits.
    templates = {
        "sqlite": "substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || '-' || "
        "substr({0}, 17, 4) || '-' || substr({0}, 21)"
    }


class WrittenTime(Written):
    """RFC 3339 in UTC, with microseconds unless there are none, as `datetime.isoformat` has it."""

    templates = {
        "postgresql": "replace(to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '.000000Z', 'Z')",
        "sqlite": "replace({0}, ' ', 'T') || 'Z'",
    }


class WrittenMoney(Written):
    """Two decimals, as text: a JSON number would go through a binary fraction at the other end."""

    templates = {
        "postgresql": "round({0}, 2)::text",
        "sqlite": "CASE WHEN {0} IS NOT NULL THEN printf('%%.2f', {0}) END",
    }


class WrittenFlag(Written):
    templates = {"sqlite": "json(CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"}


class WrittenJSON(Written):
    templates = {"sqlite": "json({0})"}


class WrittenText(Written):
    """A text that stands alone, and in no object."""

    templates = {"postgresql": "to_json({0})", "sqlite": "json_quote({0})"}


class JSONObject(Func):
    """An object of these members; with `unless_null`, null where that is NULL."""

    output_field = JSONField()
    functions = {"postgresql": "json_build_object", "sqlite": "json_object"}

    def __init__(self, members: dict[str, Expression | F], *, unless_null: str | None = None) -> None:
        if not all(name.isidentifier() for name in members):
            raise ValueError("These become part of the statement, so they must be plain names.")
        if len(members) > 50:
            raise ValueError("PostgreSQL takes no more than 100 arguments.")
        self.names = list(members)
        self.has_condition = unless_null is not None
        super().__init__(*members.values(), *([F(unless_null)] if unless_null else []))

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Compiled:
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        condition = parts.pop() if self.has_condition else None
        members = ", ".join(f"'{name}', {sql}" for name, (sql, _) in zip(self.names, parts, strict=True))
        sql, params = f"{self.functions[connection.vendor]}({members})", [p for _, own in parts for p in own]
        if condition is None:
            return sql, params
        # SQLite takes what comes out of a CASE for text until it is told that it is JSON.
        case = f"CASE WHEN {condition[0]} IS NOT NULL THEN {sql} END"
        return (f"json({case})" if connection.vendor == "sqlite" else case), [*condition[1], *params]


class JSONArray(Subquery):
    """The rows of a queryset that has one column of JSON, in its order."""

    output_field = JSONField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Compiled:
        try:
            sql, params = super().as_sql(compiler, connection, template="%(subquery)s", **context)
        except EmptyResultSet:
            return NO_ROWS[connection.vendor], ()
        return f"({array_of(sql, connection.vendor)})", params


# Where it is known beforehand that there are none: a guest reads no tags, say.
NO_ROWS = {"postgresql": "'[]'::json", "sqlite": "json('[]')"}


def array_of(sql: str, vendor: str) -> str:
    """A statement whose single value is the JSON array of what this statement's rows hold in their column `row`."""
    aggregate = {
        "postgresql": "COALESCE(json_agg(one.row), '[]'::json)",
        "sqlite": "json_group_array(json(one.row))",
    }[vendor]
    return f"SELECT {aggregate} FROM ({sql}) AS one"  # noqa: S608 (what the ORM has compiled)


def rows_of(queryset: QuerySet, row: Expression) -> QuerySet:
    """This queryset, reduced to its single column `row`."""
    return queryset.annotate(row=row).values_list("row", flat=True)


def side_by_side(parts: Iterable[QuerySet]) -> Compiled:
    """One statement with one row, in which each of these querysets (of `rows_of`) is one JSON array."""
    compiled = [_array(part) for part in parts]
    return f"SELECT {', '.join(sql for sql, _ in compiled)}", tuple(param for _, params in compiled for param in params)


def _array(part: QuerySet) -> Compiled:
    try:
        sql, params = part.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return "'[]'", ()
    # As text, so that nobody reads the JSON before we do.
    cast = "::text" if connection.vendor == "postgresql" else ""
    return f"({array_of(sql, connection.vendor)}){cast}", params
