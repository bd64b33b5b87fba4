"""Signing in and going on. The hashing is Django's encoding of Argon2, with the same parameters."""

import asyncio
from datetime import timedelta
from unicodedata import normalize
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from benchmarks.rivals.fastapi_app import answers, tokens
from benchmarks.rivals.fastapi_app.database import read_session, write_session
from benchmarks.rivals.fastapi_app.schemas import LoginIn, RefreshIn
from benchmarks.rivals.fastapi_app.tables import AuthEvent, DeviceSession, User, now

router = APIRouter(prefix="/auth")
IDLE, ABSOLUTE, GRACE = timedelta(days=30), timedelta(days=180), timedelta(seconds=10)
hasher = PasswordHasher(time_cost=2, memory_cost=102_400, parallelism=8)


@router.post("/login")
async def login(body: LoginIn, request: Request) -> Response:
    """The password is checked between the transactions, in a thread: hashing lets the interpreter go."""
    key = " ".join(normalize("NFKC", body.login).casefold().split())
    async with read_session() as session:
        user = await session.scalar(select(User).where(or_(User.email_key == key, User.handle_key == key)))
    if not await asyncio.to_thread(_opens, user, body.password) or user is None:
        raise HTTPException(401, "This login and password do not match.")
    async with write_session.begin() as session:
        current = await session.scalar(select(User).where(User.id == user.id).with_for_update(key_share=True))
        if current is None or current.password != user.password or not current.is_active:
            raise HTTPException(401, "This login and password do not match.")
        device = await _begun(session, current, body, request)
        return _signed_in(device, current)


def _opens(user: User | None, password: str) -> bool:
    if user is None:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(user.password.removeprefix("argon2"), password) and user.is_active
    except VerifyMismatchError:
        return False


async def _begun(session: AsyncSession, user: User, body: LoginIn, request: Request) -> DeviceSession:
    device_id = await _minted_before(session, body.device_id) or uuid4()
    moment = now()
    if body.device_id:
        live = [DeviceSession.user_id == user.id, DeviceSession.device_id == device_id]
        await session.execute(
            update(DeviceSession)
            .where(*live, DeviceSession.revoked_at.is_(None))
            .values(revoked_at=moment, revoked_reason="replaced", updated_at=moment)
        )
    device = DeviceSession(
        user_id=user.id,
        device_id=device_id,
        device_name=body.device_name,
        platform=body.platform,
        rotated_at=moment,
        idle_expires_at=moment + IDLE,
        expires_at=moment + ABSOLUTE,
        last_seen_at=moment,
        last_ip=_address(request),
    )
    session.add(device)
    await session.flush()
    session.add(_event("login", "succeeded", device, request, actor=user.id))
    return device


async def _minted_before(session: AsyncSession, device_id: UUID | None) -> UUID | None:
    if device_id is None:
        return None
    return await session.scalar(select(DeviceSession.device_id).where(DeviceSession.device_id == device_id).limit(1))


@router.post("/session/refresh")
async def refresh(body: RefreshIn, request: Request) -> Response:
    """One conditional UPDATE decides who gets the next generation; the previous token is good for ten seconds more."""
    claims = tokens.refresh_in(body.refresh)
    async with write_session.begin() as session:
        rotated = await _rotate(session, claims, body.device_id, request)
        device = await session.scalar(
            select(DeviceSession).where(DeviceSession.id == claims.session_id).options(joinedload(DeviceSession.user))
        )
        granted = device and (rotated or _is_repeated(device, claims, body.device_id))
        session.add(_event("refresh", "succeeded" if granted else "failed", device, request))
        if device and not granted:
            device.revoked_at, device.revoked_reason = device.revoked_at or now(), "replayed"
    if device is None or not granted:
        raise HTTPException(401, "This session has ended.")
    return _signed_in(device, device.user)


async def _rotate(session: AsyncSession, claims: tokens.RefreshClaims, device_id: UUID, request: Request) -> bool:
    moment = now()
    idle = case((DeviceSession.expires_at < moment + IDLE, DeviceSession.expires_at), else_=moment + IDLE)
    result = await session.execute(
        update(DeviceSession)
        .where(DeviceSession.id == claims.session_id, DeviceSession.generation == claims.generation)
        .where(DeviceSession.device_id == device_id, DeviceSession.revoked_at.is_(None))
        .where(DeviceSession.idle_expires_at > moment, DeviceSession.expires_at > moment)
        .where(DeviceSession.user_id.in_(select(User.id).where(User.is_active)))
        .values(
            generation=DeviceSession.generation + 1,
            rotated_at=moment,
            idle_expires_at=idle,
            last_seen_at=moment,
            last_ip=_address(request),
            updated_at=moment,
        )
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


def _is_repeated(device: DeviceSession, claims: tokens.RefreshClaims, device_id: UUID) -> bool:
    is_live = device.revoked_at is None and device.user.is_active and device.device_id == device_id
    return is_live and claims.generation == device.generation - 1 and now() - device.rotated_at <= GRACE


def _event(
    kind: str, outcome: str, device: DeviceSession | None, request: Request, actor: UUID | None = None
) -> AuthEvent:
    return AuthEvent(
        kind=kind,
        outcome=outcome,
        user_id=device.user_id if device else None,
        actor_id=actor,
        session_id=device.id if device else None,
        ip=_address(request),
        user_agent=request.headers.get("user-agent", "")[:200],
    )


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


def _signed_in(device: DeviceSession, user: User) -> Response:
    content = {
        "access": tokens.access_token(device),
        "refresh": tokens.refresh_token(device),
        "device_id": device.device_id,
        "user": user,
    }
    return answers.answer(answers.SIGNED_IN, content)
