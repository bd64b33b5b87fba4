from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from gifts.models.diary import diary_read_by
from households.admin.scoped import ScopedAdmin
from households.models import Activity
from households.site import owned_by, viewer_of
from households.words import sentence


@admin.register(Activity)
class DiaryAdmin(ScopedAdmin):
    place = 15
    plural = "Diary"
    intro = "What happened, newest first. What is a surprise for you is not told to you here, either."
    # Neither `seq`, since a gap in it would tell of an entry that is not shown, nor the payload.
    fields = ["line", "created_at", "household", "actor"]
    list_display = ["line", "created_at"]
    list_display_links = None
    search_fields = ["actor__name"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        entries = diary_read_by(viewer_of(request)).order_by("-id")
        return entries if request.user.is_superuser else entries.filter(household__in=owned_by(request))

    def name_of(self, obj: Activity) -> str:
        return self.line(obj)

    def row_tools(self, request: HttpRequest, obj: Activity) -> list[tuple[str, str]]:
        return []

    @admin.display(description="What")
    def line(self, entry: Activity) -> str:
        return sentence(entry, entry.subject_title)
