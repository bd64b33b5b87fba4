"""Pydantic's own JSON, written straight into the answer: nothing in between."""

from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter

from benchmarks.rivals.fastapi_app.schemas import (
    ActivityOut,
    Dashboard,
    GiftListOut,
    GiftOut,
    ItemOut,
    Page,
    SignedIn,
    TaskOut,
)

GIFT = TypeAdapter(GiftOut)
GIFTS = TypeAdapter(Page[GiftOut])
LIST = TypeAdapter(GiftListOut)
ITEM = TypeAdapter(ItemOut)
ITEMS = TypeAdapter(Page[ItemOut])
ENTRIES = TypeAdapter(Page[ActivityOut])
DASHBOARD = TypeAdapter(Dashboard)
TASK = TypeAdapter(TaskOut)
TASKS = TypeAdapter(Page[TaskOut])
SIGNED_IN = TypeAdapter(SignedIn)


def answer(shape: TypeAdapter, content: Any, status: int = 200) -> Response:
    body = shape.dump_json(shape.validate_python(content, from_attributes=True))
    return Response(body, status, media_type="application/json")


def page(shape: TypeAdapter, rows: list[Any], limit: int, request: Request) -> Response:
    """Of one row more than the page holds, if there is one: then there is a next page."""
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = str(request.url.include_query_params(cursor=_key(rows[-1])))
    return answer(shape, {"results": rows, "next": following, "previous": None})


def _key(row: Any) -> str:
    return str(row["id"] if isinstance(row, dict) else row.id)
