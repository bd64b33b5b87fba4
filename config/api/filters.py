from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from config.errors import Code, Refusal
from config.models import search_key


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter that refuses a parameter it does not know: a misspelt filter must not show everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: APIView) -> QuerySet:
        filterset_class = self.get_filterset_class(view, queryset)
        known = set(filterset_class.base_filters) if filterset_class else set()
        unknown = sorted(set(request.query_params) - known - _of_the_page(view))
        complaints = {name: ["This parameter is not known."] for name in unknown}
        try:
            rows = super().filter_queryset(request, queryset, view)
        except exceptions.ValidationError as error:
            raise exceptions.ValidationError(complaints | error.detail) from error
        if complaints:
            raise exceptions.ValidationError(complaints)
        return rows


# Whoever looks for words looks for others each time. (Ids and days are values, which every statement takes.)
KINDS_THAT_RECUR = (django_filters.ChoiceFilter, django_filters.BooleanFilter, django_filters.OrderingFilter)


@dataclass(frozen=True)
class Param:
    """A filter as it was asked; of an id or a day, `text` is the name of a value of the statement."""

    name: str
    text: str
    is_value: bool


@dataclass(frozen=True)
class Asked:
    """The filters of a request. Ids and days are values of its statement; all else in `params` decides its text."""

    values: dict[str, UUID | date]
    params: tuple[Param, ...]
    recurs: bool

    @classmethod
    def of(cls, view: Any) -> Self:
        filters = getattr(getattr(view, "filterset_class", None), "base_filters", {})
        places: dict[UUID | date, str] = {}
        params = []
        recurs = True
        for name, text in _params_of(view, filters):
            value = _value_of(filters.get(name), text)
            if value is None:
                recurs &= isinstance(filters.get(name), KINDS_THAT_RECUR)
                params.append(Param(name, text, is_value=False))
            else:
                params.append(Param(name, places.setdefault(value, f"asked_{len(places)}"), is_value=True))
        return cls({place: value for value, place in places.items()}, tuple(params), recurs)

    def query_params(self, values: Mapping[str, Any]) -> QueryDict:
        """The filters again, with these values."""
        params = QueryDict(mutable=True)
        for param in self.params:
            params.appendlist(param.name, str(values[param.text]) if param.is_value else param.text)
        return params


NO_FILTERS = Asked({}, (), recurs=True)


def _params_of(view: Any, filters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    not_filters = _of_the_page(view)
    for name, texts in view.request.query_params.lists():
        # Of a parameter that is repeated, most filters read the last.
        read = texts if _reads_all(filters.get(name)) else texts[-1:]
        yield from ((name, text) for text in read if name not in not_filters)


def _of_the_page(view: Any) -> set[str]:
    """The parameters that say which page is meant, and filter nothing."""
    paginator = getattr(view, "paginator", None)
    return {paginator.limit_query_param, paginator.cursor_query_param} if paginator else set()


def _reads_all(declared: Any) -> bool:
    return declared is not None and issubclass(declared.field_class.widget, forms.MultipleHiddenInput)


def _value_of(declared: Any, text: str) -> UUID | date | None:
    """The id or the day that this text is, for a filter that takes such."""
    kind = declared.field_class if declared else forms.Field
    try:
        if issubclass(kind, forms.UUIDField):
            return UUID(text)
        return declared.field.clean(text) if issubclass(kind, forms.DateField) else None
    except (ValueError, ValidationError):
        return None


class Day(django_filters.DateFilter):
    """A day as ISO 8601 writes it, and in no other way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"input_formats": ["%Y-%m-%d"]} | options))


class FlagField(forms.Field):
    def to_python(self, value: str | None) -> bool | None:
        if value in self.empty_values:
            return None
        if value not in {"true", "false"}:
            raise ValidationError("Choose true or false.")
        return value == "true"


class Flag(django_filters.BooleanFilter):
    """`true` or `false`, and nothing else: Django's own field takes every other word for no filter at all."""

    field_class = FlagField


class Ordering(django_filters.OrderingFilter):
    """`?ordering=field` or `?ordering=-field`: one field at a time, as the keyset paginator needs it."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if value and len(value) > 1:
            raise Refusal(Code.VALIDATION_FAILED, details={"ordering": ["Choose one field."]})
        return super().filter(qs, value)


class WordsField(forms.CharField):
    """What somebody looks for, as words in the form that texts are searched in. Words of accents alone are none."""

    max_words = 8

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"max_length": 100} | options))

    def clean(self, value: Any) -> Any:
        words = list(dict.fromkeys(search_key(super().clean(value)).split()))
        if len(words) > self.max_words:
            raise ValidationError(f"Look for {self.max_words} words at most.")
        return words


class Search(django_filters.CharFilter):
    """`?search=some words`: rows in which every word occurs. Nothing to look for is no filter."""

    field_class = WordsField
