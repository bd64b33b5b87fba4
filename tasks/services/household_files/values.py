"""What stands in a file, as the value of a field: in the one form in which it was written, and within its limits."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, DateTimeField, Field, ForeignKey, IntegerField, JSONField
from django.utils import timezone

# Any other field is written as text. A bool is an int, too, so types are compared and not asked.
WRITTEN_AS: list[tuple[type[Field], tuple[type, ...]]] = [
    (BooleanField, (bool,)),
    (IntegerField, (int,)),
    (JSONField, (dict, list, str, int, float, bool)),
]


def value_of(field: Field, given: Any) -> Any:
    """ValidationError, with one message, when it cannot be this field's."""
    if given is None:
        return _nothing(field)
    kinds = next((kinds for fields, kinds in WRITTEN_AS if isinstance(field, fields)), (str,))
    if type(given) not in kinds or _is_too_deep(given) or _holds_nul(given):
        raise ValidationError("this is not what stands there in an export")
    if isinstance(field, ForeignKey):
        return field.target_field.to_python(given)
    value = field.to_python(given)
    if isinstance(field, DateTimeField):
        value = _moment(value)
    _check(field, value)
    return value


def as_id(given: Any) -> UUID | None:
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None


def _nothing(field: Field) -> None:
    if not field.null:
        raise ValidationError("this must not be null")


def _moment(value: datetime) -> datetime:
    if timezone.is_naive(value):
        raise ValidationError("a moment has a time zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValidationError("this moment is out of range") from error


def _check(field: Field, value: Any) -> None:
    # To Django an object without members is missing, and ours may be without.
    if not isinstance(field, JSONField):
        field.validate(value, None)
    field.run_validators(value)
    # The longest text of a TextField is a form's business to Django.
    if field.max_length and isinstance(value, str) and len(value) > field.max_length:
        raise ValidationError(f"this is longer than {field.max_length} characters")


def _is_too_deep(given: Any) -> bool:
    """Nested as no export is, since it could not be written."""
    try:
        return isinstance(given, dict | list) and not orjson.dumps(given)
    except orjson.JSONEncodeError:
        return True


def _holds_nul(given: Any) -> bool:
    """PostgreSQL keeps no such text."""
    if isinstance(given, dict):
        return any(_holds_nul(part) for part in (*given, *given.values()))
    if isinstance(given, list):
        return any(_holds_nul(part) for part in given)
    return isinstance(given, str) and "\0" in given
