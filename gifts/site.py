from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from gifts.home import Home
from households.models import Household
from households.site import FamilySite, rows_for, viewer_of


class HearthSite(FamilySite):
    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The household at a glance; with `?household=`, another one."""
        homes = rows_for(request, Household).order_by("name", "id")
        household = _chosen(homes, request.GET.get("household"))
        words: dict[str, Any] = {"homes": homes, "household": household}
        viewer = viewer_of(request)
        if household and viewer and viewer.plans(household.pk):
            words["home"] = Home(viewer, household)
        return super().index(request, words | (extra_context or {}))


def _chosen(homes: QuerySet, named: str | None) -> Household | None:
    """The household that stands in the address, or else the first; a 404 for one that is not among these."""
    if named is None:
        return homes.first()
    try:
        return get_object_or_404(homes, pk=named)
    except ValidationError as error:  # not even an id
        raise Http404 from error
