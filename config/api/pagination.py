"""Pages by keyset: a page deep down costs what the first one costs, and inserts never shift it."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import BooleanField, F, Field, Func, Q, QuerySet, Value
from django.db.models.lookups import IsNull
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from config.errors import Code, Refusal, invalid
from config.statements import Places

DEFAULT_LIMIT = 50
MAX_LIMIT = 100
# So many rows are read for whatever smaller limit, because each size is a statement of its own.
SIZES = (1, 10, DEFAULT_LIMIT, MAX_LIMIT)


class KeysetPagination(BasePagination):
    """`?limit=` 1-100 (default 50) and an opaque, signed `?cursor=`.

    Rows come newest first (by UUIDv7 key) unless the view's filterset has ordered them by one other field:
    then by (is null, value, id), empty values last in either direction.
    """

    limit_query_param = "limit"
    cursor_query_param = "cursor"

    def page(self, request: Request) -> "Page":
        """What page is asked for. VALIDATION_CURSOR when its cursor is none of ours."""
        return Page(request, limit=self._limit(request), cursor=self._cursor(request))

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

    def _limit(self, request: Request) -> int:
        text = request.query_params.get(self.limit_query_param, str(DEFAULT_LIMIT))
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
            raise invalid(limit=f"Choose a number from 1 to {MAX_LIMIT}.")
        return int(text)

    def _cursor(self, request: Request) -> dict[str, Any] | None:
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            return _signer(request).unsign_object(text)
        except (signing.BadSignature, ValueError) as error:
            raise Refusal(Code.VALIDATION_CURSOR) from error


@dataclass(frozen=True)
class Order:
    """The field that rows are sorted by before their id."""

    field: str
    descending: bool

    def columns(self) -> list[Any]:
        """What they are sorted by, all of it in one direction. The first keeps empty values last."""
        by_id = F("id")
        return [by_id] if self.field == "id" else [IsNull(F(self.field), not self.descending), F(self.field), by_id]


class Further(Func):
    """`(a, b, c) > (x, y, z)`: unlike the same said with OR, a place to begin at for an index in this order."""

    output_field = BooleanField()

    def __init__(self, columns: list[Any], values: list[Any], *, is_less: bool) -> None:
        rows = (Func(*row, template="(%(expressions)s)") for row in (columns, values))
        super().__init__(*rows, template="%(expressions)s", arg_joiner=" < " if is_less else " > ")


class Page:
    """One page of a route's rows: how its statement begins and ends, and where the next one starts."""

    def __init__(self, request: Request, *, limit: int, cursor: dict[str, Any] | None) -> None:
        self.request = request
        self.limit = limit
        self.size = next(size for size in SIZES if size >= limit)
        self.cursor = cursor
        self.is_backward = bool(cursor and cursor["back"])

    @property
    def shape(self) -> Hashable:
        """What decides the form of its statement, beside the values."""
        cursor = self.cursor and {name: self.cursor[name] for name in ("field", "desc", "back")}
        return self.size, cursor and tuple(cursor.values())

    @property
    def values(self) -> dict[str, Any]:
        if self.cursor is None:
            return {}
        value = self.cursor["value"]
        return {"cursor_id": UUID(self.cursor["id"])} | ({} if value is None else {"cursor_value": value})

    def cut(self, rows: QuerySet, values: Places) -> tuple[QuerySet, Order]:
        """The rows of this page, and at least one more if there is one; and how they are ordered."""
        order = _ordering_of(rows)
        if self.cursor:
            # A cursor belongs to the ordering it was made for, and by its salt to the route.
            if [self.cursor["field"], self.cursor["desc"]] != [order.field, order.descending]:
                raise Refusal(Code.VALIDATION_CURSOR)
            rows = rows.filter(_beyond(rows, order, self.is_backward, values))
        return rows.order_by(*_order(order, self.is_backward))[: self.size + 1], order

    def columns(self, order: Order) -> dict[str, str]:
        """What the rows must have for `answer`, beside their fields."""
        return {} if order.field == "id" else {"_value": order.field}

    def answer(self, rows: list[dict[str, Any]], order: Order) -> dict[str, Any]:
        """The page as it is sent."""
        more = len(rows) > self.limit
        rows = rows[: self.limit]
        if self.is_backward:
            rows.reverse()
        has_next = rows and (more or self.is_backward)
        has_previous = rows and (more if self.is_backward else self.cursor)
        links = {
            "next": self._link(rows[-1], order, back=False) if has_next else None,
            "previous": self._link(rows[0], order, back=True) if has_previous else None,
        }
        for row in rows:
            row.pop("_value", None)
        return {"results": rows, **links}

    def _link(self, row: dict[str, Any], order: Order, *, back: bool) -> str:
        value = row.get("_value")
        cursor = {
            "field": order.field,
            "desc": order.descending,
            "back": back,
            "value": None if value is None else str(value),
            "id": row["id"],
        }
        signed = _signer(self.request).sign_object(cursor)
        return replace_query_param(self.request.build_absolute_uri(), KeysetPagination.cursor_query_param, signed)


def _signer(request: Request) -> signing.Signer:
    # Without a timestamp: the same page has the same links whenever it is asked for.
    return signing.Signer(salt=f"cursor of {request.path}")


def _ordering_of(queryset: QuerySet) -> Order:
    name = queryset.query.order_by[0] if queryset.query.order_by else "-id"
    return Order(name.removeprefix("-"), name.startswith("-"))


def _order(order: Order, backward: bool) -> list[Any]:
    return [key.desc() if order.descending != backward else key.asc() for key in order.columns()]


def _beyond(rows: QuerySet, order: Order, backward: bool, values: Places) -> Q | Further:
    """The rows that come after the cursor's row in the direction of travel."""
    is_less = order.descending != backward
    further_id = Q(**{f"id__{'lt' if is_less else 'gt'}": values["cursor_id"]})
    if order.field == "id":
        return further_id
    if "cursor_value" not in values:
        empty = Q(**{f"{order.field}__isnull": True})
        return (empty & further_id) | ~empty if backward else empty & further_id
    kind = _type_of(rows, order.field)
    value = Value(values.compared_with(kind, "cursor_value"), output_field=kind)
    return Further(order.columns(), [Value(order.descending), value, Value(values["cursor_id"])], is_less=is_less)


def _type_of(rows: QuerySet, name: str) -> Field:
    annotation = rows.query.annotations.get(name)
    return annotation.output_field if annotation else rows.model._meta.get_field(name)
