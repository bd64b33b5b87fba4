from uuid import UUID

import django_filters
from django.db.models import QuerySet

from config.api.filters import Day, Flag, Ordering, Search
from households.api.filters import HouseholdScopedFilter
from tasks.models import Task, is_overdue_for


class TaskSearch(Search):
    """What a task says, where its owner may read it."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        for word in value:
            qs = qs.filter(search_text__contains=word)
        return qs.filter(is_concealed=False) if value else qs


class AboutItem(django_filters.UUIDFilter):
    def filter(self, qs: QuerySet, value: UUID | None) -> QuerySet:
        # By the column that has an index, and what the reader sees of it.
        return qs.filter(item_id=value, is_concealed=False) if value else qs


class TaskFilter(HouseholdScopedFilter):
    """Filters over what the owner sees: what they may not know finds nothing."""

    completed = Flag(help_text="Only what is done, or only what is not.")
    overdue = Flag(method="only_overdue", help_text="Only what should have been done by now, or all else.")
    due_after = Day(field_name="due_on", lookup_expr="gte", help_text="Due on this day or a later one.")
    due_before = Day(field_name="due_on", lookup_expr="lte", help_text="Due on this day or an earlier one.")
    priority = django_filters.ChoiceFilter(choices=[(str(number), number) for number in range(4)])
    item = AboutItem(help_text="What there is to do for this item.")
    search = TaskSearch(help_text="Every word must occur in title or description; case and accents do not matter.")
    ordering = Ordering(fields=["due_on"])

    class Meta:
        model = Task
        fields: list[str] = []

    def only_overdue(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        is_late = is_overdue_for(self.request.auth)
        return queryset.filter(is_late) if value else queryset.exclude(is_late)
