"""Who is asking: session, user, memberships and couples in one statement on every request, and never from a cache."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.rivals.fastapi_app import tokens
from benchmarks.rivals.fastapi_app.database import Reader, Writer
from benchmarks.rivals.fastapi_app.tables import DeviceSession, Household, Membership, PersonMember, User, now

TOUCH_EVERY = timedelta(minutes=5)
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


@dataclass(frozen=True)
class Place:
    household_id: UUID
    role: str
    person_id: UUID | None
    timezone: str
    currency: str

    def today(self) -> date:
        return datetime.now(ZoneInfo(self.timezone)).date()


@dataclass(frozen=True)
class Viewer:
    user_id: UUID
    places: tuple[Place, ...]
    person_ids: frozenset[UUID]

    @cached_property
    def household_ids(self) -> list[UUID]:
        return [place.household_id for place in self.places]

    @cached_property
    def values(self) -> dict[str, Any]:
        """What every statement is told of who asks."""
        place = self.place
        return {
            "my_user": self.user_id,
            "my_households": self.household_ids,
            "my_persons": list(self.person_ids),
            "home": place.household_id,
            "me": place.person_id,
            "today": place.today(),
        }

    @property
    def place(self) -> Place:
        """Their only one."""
        if len(self.places) != 1:
            raise HTTPException(400, "Say which household.")
        return self.places[0]


async def _viewer(session: AsyncSession, credentials: HTTPAuthorizationCredentials, request: Request) -> Viewer:
    asked = {"session_id": tokens.session_in(credentials.credentials), "moment": now()}
    rows = (await session.execute(_WHO, asked)).all()
    if not rows:
        raise HTTPException(401, "This session has ended.")
    if now() - rows[0].last_seen_at >= TOUCH_EVERY:
        await _touch(session, asked["session_id"], request.client and request.client.host)
    return _viewer_from(rows)


_WHO = (
    select(
        DeviceSession.user_id,
        DeviceSession.last_seen_at,
        Membership.household_id,
        Membership.role,
        Membership.person_id,
        Membership.is_active,
        Household.timezone,
        Household.currency,
        PersonMember.group_id,
    )
    .select_from(DeviceSession)
    .join(User, User.id == DeviceSession.user_id)
    .outerjoin(Membership, Membership.user_id == User.id)
    .outerjoin(Household, Household.id == Membership.household_id)
    .outerjoin(PersonMember, PersonMember.member_id == Membership.person_id)
    .where(DeviceSession.id == bindparam("session_id"), DeviceSession.revoked_at.is_(None), User.is_active)
    .where(DeviceSession.idle_expires_at > bindparam("moment"), DeviceSession.expires_at > bindparam("moment"))
    .order_by(Membership.id)
)


def _viewer_from(rows: list[Row]) -> Viewer:
    places = {
        row.household_id: Place(row.household_id, row.role, row.person_id, row.timezone, row.currency)
        for row in rows
        if row.is_active and row.role != "guest"
    }
    persons = {person for row in rows for person in (row.person_id, row.group_id) if person}
    return Viewer(rows[0].user_id, tuple(places.values()), frozenset(persons))


async def _touch(session: AsyncSession, session_id: UUID, address: str | None) -> None:
    moment = now()
    await session.execute(
        update(DeviceSession)
        .where(DeviceSession.id == session_id, DeviceSession.last_seen_at <= moment - TOUCH_EVERY)
        .values(last_seen_at=moment, last_ip=address)
    )


async def _reading(session: Reader, bearer: Bearer, request: Request) -> Viewer:
    return await _viewer(session, bearer, request)


async def _writing(session: Writer, bearer: Bearer, request: Request) -> Viewer:
    return await _viewer(session, bearer, request)


ReadingViewer = Annotated[Viewer, Depends(_reading)]
WritingViewer = Annotated[Viewer, Depends(_writing)]
