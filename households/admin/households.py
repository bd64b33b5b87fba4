from typing import Any
from uuid import UUID

from django.contrib import admin

from households.admin.changing import ServiceAdmin
from households.models import Household
from households.services.households import update_household


@admin.register(Household)
class HouseholdAdmin(ServiceAdmin):
    place = 17
    singular = "a household"
    plural = "Household"
    intro = "Its name, the currency you count in, and where you live, so that a day begins when yours does."
    household_path = "pk"
    is_whole_for_superusers = True
    row_id = "household_id"
    update = update_household
    change_fields = ["name", "currency", "timezone"]
    list_display = ["name", "currency", "timezone"]
    search_fields = ["name"]

    def household_of(self, obj: Any) -> UUID:
        return obj.pk
