from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.filters import Flag, Ordering
from households.models import Occasion, Person, Tag, TagQuerySet

MAX_TAGS = 10


class IdsField(forms.UUIDField):
    """Every value of a parameter that is given several times."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[UUID | None]:
        # Called on the class: a comprehension knows no bare `super()`.
        ids = list(dict.fromkeys(forms.UUIDField.to_python(self, text) for text in value or [] if text))
        if len(ids) > MAX_TAGS:
            raise ValidationError(f"Name {MAX_TAGS} at most.")
        return ids


@extend_schema_field(serializers.ListField(child=serializers.UUIDField(), max_length=MAX_TAGS))
class TagFilter(django_filters.Filter):
    """`?tag=<id>&tag=<id>`: rows that have all of these tags. One that the viewer cannot see is on none."""

    field_class = IdsField

    def filter(self, qs: QuerySet, value: list[UUID | None]) -> QuerySet:
        for pk in value:
            qs = qs.filter(**{f"{self.field_name}__in": self.tags().filter(pk=pk)})
        return qs

    def tags(self) -> TagQuerySet:
        return Tag.objects.visible_to(self.parent.request.auth)


class HouseholdScopedFilter(django_filters.FilterSet):
    household = django_filters.UUIDFilter(field_name="household_id", help_text="Rows of this household only.")


class PersonFilter(HouseholdScopedFilter):
    archived = Flag(
        field_name="seen_archived_at",
        lookup_expr="isnull",
        exclude=True,
        help_text="Only archived ones, or only others.",
    )
    tag = TagFilter(field_name="tags")
    ordering = Ordering(fields={"display_name": "display_name", "seen_birthdate": "birthdate"})

    class Meta:
        model = Person
        fields: list[str] = []


class TagsFilter(HouseholdScopedFilter):
    kind = django_filters.ChoiceFilter(choices=Tag.Kind.choices)
    ordering = Ordering(fields=["name"])

    class Meta:
        model = Tag
        fields: list[str] = []


class OccasionFilter(HouseholdScopedFilter):
    kind = django_filters.ChoiceFilter(choices=Occasion.Kind.choices)
    honoree = django_filters.UUIDFilter(field_name="honoree_id")
    ordering = Ordering(fields=["date", "name"])

    class Meta:
        model = Occasion
        fields: list[str] = []
