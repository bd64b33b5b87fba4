"""The planner of an occasion: a page of the occasion that has to know of gifts."""

from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from gifts.plan import Plan
from households.admin.occasions import OccasionAdmin
from households.models import Occasion
from households.site import viewer_of

admin.site.unregister(Occasion)


@admin.register(Occasion)
class PlannedOccasionAdmin(OccasionAdmin):
    def row_tools(self, request: HttpRequest, obj: Occasion) -> list[tuple[str, str]]:
        return [("Plan", self.url_of("plan", obj.pk)), *super().row_tools(request, obj)]

    def get_urls(self) -> list[URLPattern]:
        plan = path("<uuid:pk>/plan/", self.admin_site.admin_view(self.plan_view), name="households_occasion_plan")
        return [plan, *super().get_urls()]

    def plan_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The coming celebration, or with `?year=` that of another year; with `?print=1` as it goes on paper."""
        occasion, year = self.row_or_404(request, str(pk)), _year(request)
        plan = Plan(viewer_of(request), occasion, year)
        shown = year or (plan.summary["next_date"] and plan.summary["next_date"].year)
        words = {"plan": plan, "original": occasion, "year": shown, "on_paper": "print" in request.GET}
        return self.page(request, "plan", f"{occasion.name} {shown or ''}".strip(), **words)


def _year(request: HttpRequest) -> int | None:
    year = request.GET.get("year")
    if year is None:
        return None
    if not (year.isascii() and year.isdigit() and 1900 <= int(year[:5]) <= 2200):
        raise Http404
    return int(year)
