"""What superusers may look at until the admin has pages of its own.

Nothing can be changed here: a write past the services would keep no rule and stand in no diary. Households and the
people in them hold no secrets, so they are shown whole. Occasions and the diary may tell a superuser of their own
surprise, so these two are what the superuser would see over REST. Gifts, lists and claims are not here at all:
looking at them will take a deliberate step that is written down.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.admin import ReadOnlyAdmin
from households.models import Activity, Household, Membership, Occasion, Person, PersonMember
from households.viewer import Viewer


class ScopedAdmin(ReadOnlyAdmin):
    """Rows through the door, as the superuser's own viewer sees them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).visible_to(Viewer.of(request.user))


class PersonMemberInline(admin.TabularInline):
    model = PersonMember
    fk_name = "group"
    fields = ["member"]
    can_delete = False
    extra = 0
    verbose_name_plural = "members"


@admin.register(Household)
class HouseholdAdmin(ReadOnlyAdmin):
    fields = ["name", "currency", "timezone", "created_at", "updated_at"]
    list_display = ["name", "currency", "timezone", "created_at"]
    search_fields = ["name"]


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    fields = ["household", "user", "role", "person", "is_active", "created_at", "updated_at"]
    list_display = ["user", "household", "role", "person", "is_active"]
    list_select_related = ["user", "household", "person"]
    list_filter = ["role", "is_active"]
    search_fields = ["user__name", "household__name"]


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    fields = [
        "household",
        "display_name",
        "relationship",
        "birthdate",
        "interests",
        "sizes",
        "constraints",
        "photo_url",
        "notes",
        "archived_at",
        "deleted_at",
        "created_at",
        "updated_at",
    ]
    inlines = [PersonMemberInline]
    list_display = ["display_name", "household", "relationship", "archived_at", "deleted_at"]
    list_select_related = ["household"]
    search_fields = ["display_name", "household__name"]


@admin.register(Occasion)
class OccasionAdmin(ScopedAdmin):
    fields = [
        "household",
        "name",
        "kind",
        "date",
        "is_yearly",
        "honoree",
        "visibility",
        "budget_total",
        "notes",
        "created_at",
        "updated_at",
    ]
    list_display = ["name", "household", "kind", "date", "is_yearly", "honoree"]
    list_select_related = ["household", "honoree"]
    list_filter = ["kind", "is_yearly"]
    search_fields = ["name"]


@admin.register(Activity)
class ActivityAdmin(ScopedAdmin):
    # Without `seq`: a gap in it would tell of an entry that is not shown.
    fields = ["created_at", "household", "actor", "verb", "subject_type", "subject_id", "payload"]
    list_display = ["created_at", "household", "actor", "verb", "subject_type", "subject_id"]
    list_select_related = ["household", "actor"]
