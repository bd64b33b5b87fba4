import django_filters

from config.api.filters import Flag, Ordering
from households.models import Occasion, Person


class HouseholdScopedFilter(django_filters.FilterSet):
    household = django_filters.UUIDFilter(field_name="household_id", help_text="Rows of this household only.")


class PersonFilter(HouseholdScopedFilter):
    archived = Flag(
        field_name="seen_archived_at",
        lookup_expr="isnull",
        exclude=True,
        help_text="Only archived ones, or only others.",
    )
    ordering = Ordering(fields={"display_name": "display_name", "seen_birthdate": "birthdate"})

    class Meta:
        model = Person
        fields: list[str] = []


class OccasionFilter(HouseholdScopedFilter):
    kind = django_filters.ChoiceFilter(choices=Occasion.Kind.choices)
    honoree = django_filters.UUIDFilter(field_name="honoree_id")
    ordering = Ordering(fields=["date", "name"])

    class Meta:
        model = Occasion
        fields: list[str] = []
