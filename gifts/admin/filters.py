"""Filters that ask only what the rows themselves tell whoever is looking."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from gifts.models import Claim
from gifts.services.figures import SEEN_STATUSES
from gifts.words import STATUS_WORDS
from households.models import Person
from households.site import rows_for


class StatusFilter(admin.SimpleListFilter):
    """Where an item stands; one's own wishes stand nowhere that one may know of."""

    title = "how far it is"
    parameter_name = "status"
    column = "seen_status"
    statuses: list[str] = SEEN_STATUSES

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status, STATUS_WORDS[status]) for status in self.statuses]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class ClaimStatusFilter(StatusFilter):
    column = "status"
    statuses = list(Claim.Status.values)


class RecipientFilter(admin.SimpleListFilter):
    title = "who it is for"
    parameter_name = "for"
    path = "list__recipient"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        people = rows_for(request, Person).order_by("display_name", "id")
        return [(str(person.pk), person.display_name) for person in people]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        known = {value for value, _ in self.lookup_choices}
        return queryset.filter(**{self.path: self.value()}) if self.value() in known else queryset


class ListRecipientFilter(RecipientFilter):
    path = "recipient"
