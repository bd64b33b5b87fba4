from typing import Any

from rest_framework import serializers

Row = dict[str, Any]


class ReadSerializer(serializers.Serializer):
    """How rows are read, where some fields are `Derived`."""

    @staticmethod
    def finish(row: Row, viewer: Any) -> Row:
        """The row as it is sent: with what follows from its own fields, as they are sent, and from who reads it."""
        raise NotImplementedError

    def to_representation(self, instance: Any) -> Row:
        return self.finish(super().to_representation(instance), self.context["request"].auth)


class ReadModelSerializer(ReadSerializer, serializers.ModelSerializer):
    """The same over a model's fields."""


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses fields it does not know, together with all its other complaints."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self._writable_names()) if isinstance(data, dict) else set()
        complaints = {name: ["This field is not known or cannot be written."] for name in sorted(unknown)}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(complaints | error.detail) from error
        if complaints:
            raise serializers.ValidationError(complaints)
        return value

    def _writable_names(self) -> list[str]:
        return [field.field_name for field in self._writable_fields]


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    """The same for the write shape of a model; what is done with the values is a service's business."""
