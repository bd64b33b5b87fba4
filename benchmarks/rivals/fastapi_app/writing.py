"""Writes: lock, judge, write, and the diary last, in one transaction."""

from datetime import date
from random import randrange
from typing import Any
from unicodedata import combining, normalize
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from benchmarks.rivals.fastapi_app import answers
from benchmarks.rivals.fastapi_app.database import Writer
from benchmarks.rivals.fastapi_app.items import SeenItem, items_seen
from benchmarks.rivals.fastapi_app.reading import ONE_GIFT
from benchmarks.rivals.fastapi_app.schemas import ClaimIn, GiftIn, MoveIn
from benchmarks.rivals.fastapi_app.tables import Activity, Claim, DiaryCounter, Gift, GiftTag, ListItem, Tag, now
from benchmarks.rivals.fastapi_app.viewer import Viewer, WritingViewer
from benchmarks.rivals.fastapi_app.visibility import is_concealed, item_is_visible

router = APIRouter()
ONE_ITEM = items_seen().where(ListItem.id == bindparam("pk"))
LOCKED = (
    select(ListItem.id, is_concealed())
    .join(ListItem.gift_list)
    .where(ListItem.id == bindparam("pk"), item_is_visible())
    .with_for_update(of=ListItem, key_share=True)
)
COUNTER = select(DiaryCounter).where(DiaryCounter.household_id == bindparam("home")).with_for_update()


@router.post("/gifts")
async def create_gift(body: GiftIn, viewer: WritingViewer, session: Writer) -> Response:
    place = viewer.place
    tags = await _tags(session, place.household_id, set(body.tags))
    fields = body.model_dump(exclude={"household", "tags", "currency"})
    gift = Gift(
        household_id=place.household_id,
        currency=body.currency or place.currency,
        created_by_id=viewer.user_id,
        in_catalog=True,
        search_text=f"{_search_key(body.title)}\n{_search_key(body.description)}",
        **fields,
    )
    session.add(gift)
    await session.flush()
    session.add_all(GiftTag(household_id=place.household_id, gift_id=gift.id, tag_id=tag) for tag in tags)
    await _record(session, viewer, place.household_id, "gift.created", "gift", gift.id)
    gift_id = gift.id
    session.expunge(gift)
    row = await session.scalar(ONE_GIFT, viewer.values | {"pk": gift_id})
    return answers.answer(answers.GIFT, row, 201)


@router.post("/items/{item_id}/claim")
async def claim(item_id: UUID, body: ClaimIn, viewer: WritingViewer, session: Writer) -> Response:
    item = await _locked(session, viewer, item_id)
    if item.withdrawn or item.stage == "dropped":
        raise HTTPException(409, {"allowed": item.allowed_transitions})
    held = await _take(session, viewer, item, body.quantity, {})
    await _record(session, viewer, held.household_id, "claim.made", "claim", held.id)
    return await _shown(session, viewer, item_id)


@router.post("/items/{item_id}/status")
async def move(item_id: UUID, body: MoveIn, viewer: WritingViewer, session: Writer) -> Response:
    """Moves the viewer's own claim. (Stages are not served here.)"""
    item = await _locked(session, viewer, item_id)
    if body.status not in (item.allowed_transitions or []):
        raise HTTPException(409, {"allowed": item.allowed_transitions})
    quantity = body.quantity or (item.my_claim.quantity if item.my_claim else item.remaining) or 1
    changes: dict[str, Any] = {"status": body.status, "gifted_on": _gifted_on(viewer, item, body.status)}
    held = await _take(session, viewer, item, quantity, changes)
    await _record(session, viewer, held.household_id, "claim.moved", "claim", held.id, status=body.status)
    return await _shown(session, viewer, item_id)


async def _locked(session: AsyncSession, viewer: Viewer, item_id: UUID) -> SeenItem:
    """The item as it is once its row is locked: its list, plan and claims are read afterwards."""
    first = (await session.execute(LOCKED, viewer.values | {"pk": item_id})).first()
    if first is None:
        raise HTTPException(404)
    if first[1]:
        raise HTTPException(403, "This is your own wish.")
    return await _seen(session, viewer, item_id)


async def _seen(session: AsyncSession, viewer: Viewer, item_id: UUID) -> SeenItem:
    found = await session.execute(
        ONE_ITEM, viewer.values | {"pk": item_id}, execution_options={"populate_existing": True}
    )
    item, ordinal = found.one()
    return SeenItem(item, ordinal, viewer)


async def _shown(session: AsyncSession, viewer: Viewer, item_id: UUID) -> Response:
    return answers.answer(answers.ITEM, await _seen(session, viewer, item_id))


async def _take(session: AsyncSession, viewer: Viewer, item: SeenItem, quantity: int, changes: dict) -> Claim:
    held = item.my_claim.quantity if item.my_claim else 0
    if quantity - held > (item.remaining or 0):
        raise HTTPException(409, {"remaining": item.remaining})
    claim = item.my_claim or await _own_row(session, viewer, item)
    words = _given_words(claim, item, changes.get("status"))
    for name, value in (changes | words | {"quantity": quantity, "claimed_by_id": viewer.user_id}).items():
        setattr(claim, name, value)
    claim.updated_at = now()
    await session.flush()
    return claim


async def _own_row(session: AsyncSession, viewer: Viewer, item: SeenItem) -> Claim:
    """A new one, or the one that was released."""
    mine = viewer.place.person_id
    claim = await session.scalar(select(Claim).where(Claim.item_id == item.id, Claim.giver_id == mine))
    if claim is None:
        claim = Claim(household_id=item.household, item_id=item.id, giver_id=mine, actual_price=None)
        session.add(claim)
    claim.status, claim.deleted_at, claim.gifted_on, claim.actual_price = "planned", None, None, None
    return claim


def _given_words(claim: Claim, item: SeenItem, status: str | None) -> dict[str, str]:
    if status == "gifted" and claim.status != "gifted":
        return {"given_title": item.gift.title, "given_image_url": item.gift.image_url}
    return {} if status in (None, "gifted") else {"given_title": "", "given_image_url": ""}


def _gifted_on(viewer: Viewer, item: SeenItem, status: str) -> date | None:
    if status != "gifted":
        return None
    return (item.my_claim and item.my_claim.gifted_on) or viewer.place.today()


async def _tags(session: AsyncSession, household_id: UUID, ids: set[UUID]) -> list[UUID]:
    if not ids:
        return []
    rows = select(Tag.id).where(Tag.household_id == household_id, Tag.id.in_(ids), Tag.deleted_at.is_(None))
    found = list(await session.scalars(rows))
    if len(found) != len(ids):
        raise HTTPException(400, "There is no such tag.")
    return found


async def _record(
    session: AsyncSession, viewer: Viewer, household_id: UUID, verb: str, kind: str, subject: UUID, **payload: Any
) -> None:
    """Into the diary, under the lock of its counter: the order of commits is the order of entries."""
    counter = await session.scalar(COUNTER, {"home": household_id})
    assert counter is not None  # noqa: S101 (every household has one)
    key = uuid7()
    if counter.last_entry and key <= counter.last_entry:
        key = UUID(int=counter.last_entry.int + randrange(1, 2**40))  # noqa: S311 (a step, no secret)
    counter.last_seq += 1
    counter.last_entry = key
    session.add(
        Activity(
            id=key,
            household_id=household_id,
            seq=counter.last_seq,
            actor_id=viewer.user_id,
            verb=verb,
            subject_type=kind,
            subject_id=subject,
            payload=payload,
        )
    )
    await session.flush()


def _search_key(text: str) -> str:
    folded = " ".join(normalize("NFKC", text).casefold().split())
    return "".join(letter for letter in normalize("NFKD", folded) if not combining(letter))
