"""The first page of an app, in a handful of statements."""

from calendar import isleap
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload

from benchmarks.rivals.fastapi_app.diary import entries_read, shown
from benchmarks.rivals.fastapi_app.items import UNDER_WAY, SeenItem, items_seen
from benchmarks.rivals.fastapi_app.tables import Claim, GiftList, ItemPlan, ListItem, Occasion, Person, PersonMember
from benchmarks.rivals.fastapi_app.viewer import Viewer
from benchmarks.rivals.fastapi_app.visibility import (
    MY_PERSONS,
    companions_of_visible,
    is_concealed,
    is_gone,
    item_is_visible,
    list_is_visible,
    occasion_is_known,
)

STATUSES = ("idea", "shortlisted", "dropped", *UNDER_WAY)
HOME, ME, TODAY = bindparam("home"), bindparam("me"), bindparam("today", type_=Date())


async def dashboard(session: AsyncSession, viewer: Viewer) -> dict[str, Any]:
    people = (await session.execute(PEOPLE, viewer.values)).all()
    return {
        "household": viewer.place.household_id,
        "next_occasion": await _next_occasion(session, viewer),
        "people": {"covered": sum(is_covered for _, is_covered in people), "total": len(people)},
        "items_by_status": await _items_by_status(session, viewer),
        "people_needing_gifts": [person for person, is_covered in people if not is_covered],
        "idea_inbox": await _idea_inbox(session, viewer),
        "my_assignments": await _seen(session, MY_ASSIGNMENTS, viewer),
        "activity": [shown(row) for row in await session.execute(LATEST, viewer.values)],
    }


async def _next_occasion(session: AsyncSession, viewer: Viewer) -> dict[str, Any] | None:
    today = viewer.values["today"]
    rows = await session.scalars(OCCASIONS, viewer.values)
    coming = [(day, row.id, row) for row in rows if (day := _next_date(row, today)) and day >= today]
    if not coming:
        return None
    day, _, occasion = min(coming, key=lambda found: found[:2])
    last_time = _anniversary(occasion.date, day.year - 1) if occasion.is_yearly and occasion.date else date.min
    lists = await session.scalars(ITS_LISTS, viewer.values | {"occasion": occasion.id, "last_time": last_time})
    return {"occasion": occasion, "next_date": day, "days_to_go": (day - today).days, "lists": lists.all()}


def _next_date(occasion: Occasion, today: date) -> date | None:
    if occasion.date is None or not occasion.is_yearly or occasion.date >= today:
        return occasion.date
    this_year = _anniversary(occasion.date, today.year)
    return this_year if this_year >= today else _anniversary(occasion.date, today.year + 1)


def _anniversary(day: date, year: int) -> date:
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) and not isleap(year) else day.replace(year=year)


async def _items_by_status(session: AsyncSession, viewer: Viewer) -> dict[str, int]:
    counts = dict.fromkeys(STATUSES, 0)
    for stage, rank, count in await session.execute(BY_STATUS, viewer.values):
        counts[stage if rank is None else UNDER_WAY[rank]] += count
    return counts


async def _idea_inbox(session: AsyncSession, viewer: Viewer) -> dict[str, Any]:
    lists = (await session.scalars(INBOX, viewer.values)).all()
    return {"lists": lists, "items": await _seen(session, IDEAS, viewer)}


async def _seen(session: AsyncSession, items: Select, viewer: Viewer) -> list[SeenItem]:
    return [SeenItem(item, ordinal, viewer) for item, ordinal in await session.execute(items, viewer.values)]


# --- The statements ------------------------------------------------------------------------------

OCCASIONS = select(Occasion).where(
    Occasion.household_id == HOME, Occasion.deleted_at.is_(None), Occasion.date.is_not(None), occasion_is_known()
)
ITS_LISTS = (
    select(GiftList)
    .where(GiftList.occasion_id == bindparam("occasion"), list_is_visible(), ~companions_of_visible())
    .where(or_(GiftList.occurs_on.is_(None), GiftList.occurs_on > bindparam("last_time")))
    .options(joinedload(GiftList.recipient))
    .order_by(GiftList.id)
)


def _people() -> Select[tuple[Person, bool]]:
    """Everybody whom a gift could be for, and whether somebody is getting one for a day still to come."""
    member, group = aliased(PersonMember), aliased(PersonMember)
    to_come = and_(GiftList.recipient_id.is_not(None), or_(GiftList.occurs_on >= TODAY, GiftList.occurs_on.is_(None)))
    expected = select(GiftList.recipient_id).where(GiftList.household_id == HOME, list_is_visible(), to_come)
    given_to = (
        select(GiftList.recipient_id)
        .join(ListItem, ListItem.list_id == GiftList.id)
        .join(Claim, and_(Claim.item_id == ListItem.id, Claim.deleted_at.is_(None)))
        .where(ListItem.household_id == HOME, item_is_visible(), ~is_gone(), ~is_concealed(), to_come)
    )
    is_group = select(group.id).where(group.group_id == Person.id).exists()
    in_a_group = select(member.id).where(member.member_id == Person.id, member.group_id.in_(given_to)).exists()
    return (
        select(Person, or_(Person.id.in_(given_to), in_a_group))
        .where(Person.household_id == HOME, Person.deleted_at.is_(None), Person.archived_at.is_(None))
        .where(or_(~is_group, Person.id.in_(expected)), Person.id.not_in(MY_PERSONS))
        .order_by(Person.display_name, Person.id)
    )


def _by_status() -> Select[tuple[str, int | None, int]]:
    progress = case(*((Claim.status == status, rank) for rank, status in enumerate(UNDER_WAY)))
    taken = (
        select(Claim.item_id, func.sum(Claim.quantity).label("covered"), func.min(progress).label("slowest"))
        .where(Claim.household_id == HOME, Claim.deleted_at.is_(None), Claim.status.in_(UNDER_WAY))
        .group_by(Claim.item_id)
        .subquery()
    )
    slowest: ColumnElement[int | None] = case((ListItem.quantity <= taken.c.covered, taken.c.slowest), else_=null())
    items = (
        select(ItemPlan.stage, slowest.label("slowest"))
        .select_from(ListItem)
        .join(ListItem.gift_list)
        .join(ItemPlan, ItemPlan.item_id == ListItem.id)
        .outerjoin(taken, taken.c.item_id == ListItem.id)
        .where(ListItem.household_id == HOME, item_is_visible(), ~is_concealed())
        .subquery()
    )
    return select(items.c.stage, items.c.slowest, func.count()).group_by(items.c.stage, items.c.slowest)


PEOPLE, BY_STATUS = _people(), _by_status()
IS_INBOX = and_(
    GiftList.household_id == HOME,
    GiftList.kind == "idea",
    GiftList.recipient_id.is_(None),
    GiftList.occasion_id.is_(None),
)
INBOX = (
    select(GiftList).where(IS_INBOX, list_is_visible()).options(joinedload(GiftList.recipient)).order_by(GiftList.id)
)
IDEAS = items_seen().where(IS_INBOX, ~is_gone()).order_by(ListItem.id.desc()).limit(5)
MINE = select(Claim.item_id).where(Claim.giver_id == ME, Claim.deleted_at.is_(None), Claim.status != "gifted")
MY_ASSIGNMENTS = (
    items_seen()
    .where(ListItem.household_id == HOME, ListItem.id.in_(MINE), ~is_concealed())
    .order_by(GiftList.occurs_on.asc().nulls_last(), ListItem.id)
    .limit(10)
)
LATEST = entries_read().limit(10)
