from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers


class VisibleRelatedField(serializers.PrimaryKeyRelatedField):
    """Another row by its id, found only through the door: a hidden one is refused like one that never was."""

    default_error_messages = {
        "does_not_exist": "There is no such row.",
        "incorrect_type": "This is not an id.",
    }

    def __init__(self, queryset: QuerySet, **options: Any) -> None:
        super().__init__(queryset=queryset, pk_field=serializers.UUIDField(), **options)

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().visible_to(self.context["request"].auth)
