from typing import Any

from django.db.models import QuerySet
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from config.kept_rows import kept_rows, row_behind
from config.models import BaseModel


class Derived(serializers.Field):
    """What follows from a row's other fields and from who reads it: `finish` of its serializer makes it.

    Until then it holds the value of `source`, if it has one, for which the row has no field. `like` describes it.
    """

    def __init__(self, like: serializers.Field, *, source: str = "*", **options: Any) -> None:
        super().__init__(read_only=True, source=source, **options)
        set_override(self, "field", like)

    def to_representation(self, value: Any) -> Any:
        return None if self.source == "*" else value


class VisibleRelatedField(serializers.PrimaryKeyRelatedField):
    """Another row by its id, found only through the door: a hidden one is refused like one that never was."""

    default_error_messages = {"does_not_exist": "There is no such row."}

    def __init__(self, model: type[BaseModel], *, door: str = "visible_to", **options: Any) -> None:
        self.model, self.door = model, door
        super().__init__(queryset=model._default_manager.all(), pk_field=serializers.UUIDField(), **options)

    def get_queryset(self) -> QuerySet:
        return getattr(super().get_queryset(), self.door)(self.context["request"].auth)

    def to_internal_value(self, data: Any) -> Any:
        pk = self.pk_field.to_internal_value(data)
        found = kept_rows(row_behind, self.context["request"].auth, self.model, self.door, row=pk)
        return found[0] if found else self.fail("does_not_exist")


class VisibleRelatedListField(serializers.ListField):
    """Up to 50 such rows, looked up in one query, however often an id is repeated."""

    child = serializers.UUIDField()
    default_error_messages = {"max_length": "Name {max_length} at most."}

    def __init__(self, queryset: QuerySet, **options: Any) -> None:
        self.queryset = queryset
        super().__init__(max_length=50, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        # Counted here already: DRF's own check comes after the query.
        if isinstance(data, list) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        ids = set(super().to_internal_value(data))
        rows = list(self.queryset.visible_to(self.context["request"].auth).filter(pk__in=ids))
        if len(rows) != len(ids):
            raise serializers.ValidationError("There is no such row.")
        return rows
