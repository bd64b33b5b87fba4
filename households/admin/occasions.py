import datetime
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from households.admin.changing import ServiceAdmin, ServiceForm
from households.admin.scoped import VisibleRelatedFilter
from households.models import Occasion
from households.services.occasions import create_occasion, delete_occasion, restore_occasion, update_occasion

VISIBILITIES = {
    Occasion.Visibility.HOUSEHOLD: "Everybody in the household",
    Occasion.Visibility.HIDDEN: "Everybody but whose day it is",
}


class OccasionForm(ServiceForm):
    visibility = forms.ChoiceField(
        label="Who may know of it",
        choices=[(choice.value, words) for choice, words in VISIBILITIES.items()],
        help_text="Hidden from whose day it is, it does not exist for them: for surprise parties.",
    )

    class Meta:
        model = Occasion
        fields = ["name", "kind", "date", "is_yearly", "honoree", "visibility", "budget_total", "notes"]
        labels = {
            "date": "Day",
            "is_yearly": "Comes every year",
            "honoree": "Whose day it is",
            "budget_total": "Budget",
        }
        help_texts = {
            "kind": "Christmas, birthdays and anniversaries come every year.",
            "date": "May stay empty until you know.",
            "budget_total": "What all gifts for it may cost together.",
            "notes": "Everybody reads them who may know of it.",
        }


@admin.register(Occasion)
class OccasionAdmin(ServiceAdmin):
    place = 2
    singular = "an occasion"
    plural = "Occasions"
    intro = "The days to give on. Lists and gifts hang on them."
    row_id = "occasion_id"
    create, update, delete, restore = create_occasion, update_occasion, delete_occasion, restore_occasion
    deletion = "The lists that are for it stay. You can take this back for 30 days."
    form = OccasionForm
    change_fields = OccasionForm.Meta.fields
    list_display = ["name", "next_day", "kind", "honoree"]
    list_select_related = ["honoree", "household"]
    list_filter = ["kind", "is_yearly", ("honoree", VisibleRelatedFilter)]
    search_fields = ["name"]
    ordering = ["date", "name", "id"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        # Whether a new one comes every year follows from what it is.
        return [name for name in super().get_fields(request, obj) if obj or name != "is_yearly"]

    @admin.display(description="Next", ordering="date", empty_value="day unknown")
    def next_day(self, occasion: Occasion) -> datetime.date | None:
        zone = datetime.datetime.now(tz=ZoneInfo(occasion.household.timezone))
        return occasion.next_date(zone.date())
