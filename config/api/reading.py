"""How rows are read: a serializer's fields, over a queryset, as one statement whose rows are JSON already.

The serializer says what is shown, the queryset of what: it has come through the door, and so have the querysets of its
prefetches, which become arrays inside of each row. A resource needs to declare no more than those two.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Expression, F, OuterRef, QuerySet, Subquery, Value
from rest_framework import serializers
from rest_framework.serializers import ListSerializer, Serializer

from config.api.fields import Derived
from config.api.serializers import ReadSerializer, Row
from config.joins import among
from config.jsonrows import (
    JSONArray,
    JSONObject,
    Written,
    WrittenFlag,
    WrittenJSON,
    WrittenMoney,
    WrittenText,
    WrittenTime,
    WrittenUUID,
    rows_of,
)

Column = Expression | F | Subquery
Finish = Callable[[Row, Any], Row]

# The first that fits; any other field is left to the database.
WRITTEN: list[tuple[tuple[type[serializers.Field], ...], type[Written]]] = [
    ((serializers.UUIDField, serializers.PrimaryKeyRelatedField), WrittenUUID),
    ((serializers.DateTimeField,), WrittenTime),
    ((serializers.DecimalField,), WrittenMoney),
    ((serializers.BooleanField,), WrittenFlag),
    ((serializers.JSONField, serializers.DictField), WrittenJSON),
]


def as_json(rows: QuerySet, serializer: Serializer, **more: str) -> QuerySet:
    """These rows as the serializer shows them, but for what `finisher_of` adds: one column, `row`.

    `more` are columns that go along under other names.
    """
    members = _members(serializer, rows) | {name: F(column) for name, column in more.items()}
    return rows_of(rows, JSONObject(members))


@cache
def finisher_of(kind: type[Serializer]) -> Finish | None:
    """What completes a row of this serializer, and the rows within it; None where nothing is missing."""
    return _finisher(kind())


def finished(rows: list[Row], kind: type[Serializer], viewer: Any) -> list[Row]:
    finish = finisher_of(kind)
    return [finish(row, viewer) for row in rows] if finish else rows


def _finisher(serializer: Serializer) -> Finish | None:
    own = serializer.finish if isinstance(serializer, ReadSerializer) else None
    inner = {name: finish for name, field in serializer.fields.items() if (finish := _finisher_of_field(field))}
    if not inner:
        return own

    def with_members(row: Row, viewer: Any) -> Row:
        for name, finish in inner.items():
            row[name] = finish(row[name], viewer)
        return own(row, viewer) if own else row

    return with_members


def _finisher_of_field(field: serializers.Field) -> Callable[[Any, Any], Any] | None:
    many = isinstance(field, ListSerializer)
    child = field.child if many else field
    finish = _finisher(child) if isinstance(child, Serializer) else None
    if finish is None:
        return None
    if many:
        return lambda rows, viewer: rows and [finish(row, viewer) for row in rows]
    return lambda row, viewer: row and finish(row, viewer)


def _members(serializer: Serializer, rows: QuerySet, prefix: str = "") -> dict[str, Column]:
    return {name: _member(field, rows, prefix) for name, field in serializer.fields.items()}


def _member(field: serializers.Field, rows: QuerySet, prefix: str) -> Column:
    if isinstance(field, Derived) and field.source == "*":
        return Value(None)
    path = prefix if field.source == "*" else f"{prefix}{'__'.join(field.source_attrs)}"
    if isinstance(field, ListSerializer):
        return JSONArray(as_json(_related(rows, path), field.child))
    if isinstance(field, serializers.ManyRelatedField):
        return JSONArray(rows_of(_related(rows, path), WrittenText(WrittenUUID(F("pk")))))
    if isinstance(field, Serializer):
        if field.source == "*":
            return JSONObject(_members(field, rows, prefix))
        return JSONObject(_members(field, rows, f"{path}__"), unless_null=path)
    written = next((written for kinds, written in WRITTEN if isinstance(field, kinds)), None)
    return written(F(path)) if written else F(path)


def _related(rows: QuerySet, path: str) -> QuerySet:
    """The rows of a relation, as the queryset has them that the prefetch of this path names."""
    related = next(p.queryset for p in rows._prefetch_related_lookups if p.prefetch_to == path)
    owner, _, name = path.rpartition("__")
    relation = _model_at(rows.model, owner)._meta.get_field(name)
    holder = OuterRef(f"{owner}__pk" if owner else "pk")
    if relation.many_to_many:
        links = relation.remote_field.through._base_manager.filter(**{relation.m2m_field_name(): OuterRef(holder)})
        return among(related, links.values(relation.m2m_reverse_field_name()))
    return related.filter(**{relation.field.name: holder})


def _model_at(model: Any, path: str) -> Any:
    for name in filter(None, path.split("__")):
        model = model._meta.get_field(name).related_model
    return model
