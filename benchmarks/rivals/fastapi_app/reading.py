from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload, selectinload

from benchmarks.rivals.fastapi_app import answers
from benchmarks.rivals.fastapi_app.dashboard import dashboard
from benchmarks.rivals.fastapi_app.database import Reader
from benchmarks.rivals.fastapi_app.diary import entries_read, shown
from benchmarks.rivals.fastapi_app.items import ORDINAL, SeenItem, items_seen
from benchmarks.rivals.fastapi_app.tables import Activity, Gift, GiftList, ListItem
from benchmarks.rivals.fastapi_app.viewer import ReadingViewer, Viewer
from benchmarks.rivals.fastapi_app.visibility import gift_is_visible, list_is_visible

router = APIRouter()
Limit = Annotated[int, Query(ge=1, le=100)]
PK, LIMIT, CURSOR = bindparam("pk"), bindparam("limit"), bindparam("cursor")

# --- The statements: a page is asked for one row more, and of each there is one that goes on after a cursor --------

GIFTS_SEEN = select(Gift).where(gift_is_visible()).options(joinedload(Gift.created_by), selectinload(Gift.tags))
ONE_GIFT = GIFTS_SEEN.where(Gift.id == PK)
GIFTS = GIFTS_SEEN.order_by(Gift.id.desc()).limit(LIMIT)
GIFTS_AFTER = GIFTS.where(Gift.id < CURSOR)
ITEMS = items_seen().order_by(ListItem.id.desc()).limit(LIMIT)
ITEMS_AFTER = ITEMS.where(ListItem.id < CURSOR)
ENTRIES = entries_read().limit(LIMIT)
ENTRIES_AFTER = ENTRIES.where(Activity.id < CURSOR)
LIST_IS_THERE = select(GiftList.id).where(GiftList.id == PK, list_is_visible())
ONE_LIST = (
    select(GiftList)
    .where(GiftList.id == PK, list_is_visible())
    .options(joinedload(GiftList.owner), joinedload(GiftList.recipient))
)
LAST_ORDINAL = items_seen().where(ListItem.id == CURSOR).with_only_columns(ORDINAL).scalar_subquery()
LIST_ITEMS = (
    items_seen()
    .where(or_(GiftList.id == PK, GiftList.companion_of_id == PK))
    .order_by(ORDINAL.asc().nulls_last(), ListItem.id)
    .limit(LIMIT)
)
LIST_ITEMS_AFTER = LIST_ITEMS.where(
    or_(ORDINAL > LAST_ORDINAL, and_(ORDINAL == LAST_ORDINAL, ListItem.id > CURSOR), ORDINAL.is_(None))
)


@router.get("/gifts")
async def gifts(
    request: Request, viewer: ReadingViewer, session: Reader, limit: Limit = 50, cursor: UUID | None = None
) -> Response:
    rows = await session.scalars(*paged(GIFTS, GIFTS_AFTER, viewer, limit, cursor))
    return answers.page(answers.GIFTS, rows.all(), limit, request)


@router.get("/gifts/{gift_id}")
async def gift(gift_id: UUID, viewer: ReadingViewer, session: Reader) -> Response:
    row = await session.scalar(ONE_GIFT, viewer.values | {"pk": gift_id})
    if row is None:
        raise HTTPException(404)
    return answers.answer(answers.GIFT, row)


@router.get("/lists/{list_id}")
async def gift_list(list_id: UUID, viewer: ReadingViewer, session: Reader) -> Response:
    row = await session.scalar(ONE_LIST, viewer.values | {"pk": list_id})
    if row is None:
        raise HTTPException(404)
    return answers.answer(answers.LIST, row)


@router.get("/lists/{list_id}/items")
async def list_items(
    list_id: UUID,
    request: Request,
    viewer: ReadingViewer,
    session: Reader,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Response:
    """The list and its companion, as they are read together, in the list's order."""
    if not await session.scalar(LIST_IS_THERE, viewer.values | {"pk": list_id}):
        raise HTTPException(404)
    statement, values = paged(LIST_ITEMS, LIST_ITEMS_AFTER, viewer, limit, cursor)
    rows = await session.execute(statement, values | {"pk": list_id})
    return answers.page(answers.ITEMS, seen(rows, viewer), limit, request)


@router.get("/items")
async def items(
    request: Request, viewer: ReadingViewer, session: Reader, limit: Limit = 50, cursor: UUID | None = None
) -> Response:
    rows = await session.execute(*paged(ITEMS, ITEMS_AFTER, viewer, limit, cursor))
    return answers.page(answers.ITEMS, seen(rows, viewer), limit, request)


@router.get("/activity")
async def activity(
    request: Request, viewer: ReadingViewer, session: Reader, limit: Limit = 50, cursor: UUID | None = None
) -> Response:
    rows = await session.execute(*paged(ENTRIES, ENTRIES_AFTER, viewer, limit, cursor))
    return answers.page(answers.ENTRIES, [shown(row) for row in rows], limit, request)


@router.get("/dashboard")
async def overview(viewer: ReadingViewer, session: Reader) -> Response:
    return answers.answer(answers.DASHBOARD, await dashboard(session, viewer))


def paged(
    first: Select, after: Select, viewer: Viewer, limit: int, cursor: UUID | None
) -> tuple[Select, dict[str, Any]]:
    values = viewer.values | {"limit": limit + 1}
    return (after, values | {"cursor": cursor}) if cursor else (first, values)


def seen(rows: Any, viewer: Viewer) -> list[SeenItem]:
    return [SeenItem(item, place, viewer) for item, place in rows]
