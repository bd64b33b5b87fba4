"""Pages by key, newest first, with the next page's link."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param


class KeyPages(BasePagination):
    ordering: tuple[str, ...] = ("-id",)

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        limit = min(int(request.query_params.get("limit", 50)), 100)
        if cursor := request.query_params.get("cursor"):
            queryset = self.after(queryset, cursor)
        rows = list(queryset.order_by(*self.ordering)[: limit + 1])
        more, rows = len(rows) > limit, rows[:limit]
        here = request.build_absolute_uri()
        self.next = replace_query_param(here, "cursor", rows[-1].pk) if more else None
        return rows

    def after(self, queryset: QuerySet, cursor: str) -> QuerySet:
        return queryset.filter(id__lt=cursor)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next, "previous": None})


class ListPages(KeyPages):
    """In a list's own order."""

    ordering = ("ordinal", "id")

    def after(self, queryset: QuerySet, cursor: str) -> QuerySet:
        return queryset.filter(ordinal__gte=queryset.get(pk=cursor).ordinal).exclude(pk=cursor)
