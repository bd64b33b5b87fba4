"""Pages by keyset: a page deep down costs what the first one costs, and inserts never shift it."""

from typing import Any

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from config.errors import Code, Refusal, invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 100


class KeysetPagination(BasePagination):
    """`?limit=` 1-100 (default 50) and an opaque, signed `?cursor=`.

    Rows come newest first (by UUIDv7 key) unless the view's filterset has ordered them by one other field:
    then by (is null, value, id), empty values last in either direction.
    """

    limit_query_param = "limit"
    cursor_query_param = "cursor"

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Model]:
        self.request = request
        self.limit = self._limit()
        self.field, self.descending = _ordering_of(queryset)
        cursor = self._cursor()
        backward = bool(cursor and cursor["back"])
        if cursor:
            queryset = queryset.filter(_beyond(self.field, self.descending != backward, backward, cursor))
        queryset = queryset.order_by(*_order(self.field, self.descending != backward, backward))
        rows = list(queryset[: self.limit + 1])
        more = len(rows) > self.limit
        rows = rows[: self.limit]
        if backward:
            rows.reverse()
        self.next = self._link(rows[-1], back=False) if rows and (more or backward) else None
        self.previous = self._link(rows[0], back=True) if rows and (more if backward else cursor) else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next, "previous": self.previous})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": self.limit_query_param,
                "in": "query",
                "description": "How many rows a page holds.",
                "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            },
            {
                "name": self.cursor_query_param,
                "in": "query",
                "description": "Where the page starts: taken from `next` or `previous`, never made up.",
                "schema": {"type": "string"},
            },
        ]

    def _limit(self) -> int:
        text = self.request.query_params.get(self.limit_query_param, str(DEFAULT_LIMIT))
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
            raise invalid(limit=f"Choose a number from 1 to {MAX_LIMIT}.")
        return int(text)

    def _cursor(self) -> dict[str, Any] | None:
        text = self.request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            cursor = self._signer().unsign_object(text)
        except (signing.BadSignature, ValueError) as error:
            raise Refusal(Code.VALIDATION_CURSOR) from error
        # A cursor belongs to the ordering it was made for, and by its salt to the route.
        if [cursor["field"], cursor["desc"]] != [self.field, self.descending]:
            raise Refusal(Code.VALIDATION_CURSOR)
        return cursor

    def _link(self, row: Model, *, back: bool) -> str:
        value = getattr(row, self.field)
        cursor = {
            "field": self.field,
            "desc": self.descending,
            "back": back,
            "value": None if value is None else str(value),
            "id": str(row.pk),
        }
        signed = self._signer().sign_object(cursor)
        return replace_query_param(self.request.build_absolute_uri(), self.cursor_query_param, signed)

    def _signer(self) -> signing.Signer:
        # Without a timestamp: the same page has the same links whenever it is asked for.
        return signing.Signer(salt=f"cursor of {self.request.path}")


def _ordering_of(queryset: QuerySet) -> tuple[str, bool]:
    """The field that rows are sorted by before their id, and whether it descends."""
    name = queryset.query.order_by[0] if queryset.query.order_by else "-id"
    return name.removeprefix("-"), name.startswith("-")


def _order(field: str, descending: bool, backward: bool) -> list[Any]:
    nulls = {"nulls_first": True} if backward else {"nulls_last": True}
    by_id = F("id").desc() if descending else F("id").asc()
    if field == "id":
        return [by_id]
    by_value = F(field).desc(**nulls) if descending else F(field).asc(**nulls)
    return [by_value, by_id]


def _beyond(field: str, descending: bool, backward: bool, cursor: dict[str, Any]) -> Q:
    """The rows that come after the cursor's row in the direction of travel."""
    beyond = "lt" if descending else "gt"
    further_id = Q(**{f"id__{beyond}": cursor["id"]})
    if field == "id":
        return further_id
    empty = Q(**{f"{field}__isnull": True})
    if cursor["value"] is None:
        return (empty & further_id) | ~empty if backward else empty & further_id
    further = Q(**{f"{field}__{beyond}": cursor["value"]}) | (Q(**{field: cursor["value"]}) & further_id)
    return further if backward else further | empty
