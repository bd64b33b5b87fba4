"""The signed tokens, as Hearth makes them: a token names a session, and the session's row decides."""

import os
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import jwt
from fastapi import HTTPException

from benchmarks.rivals.fastapi_app.tables import DeviceSession

KEY_ID, KEY = os.environ["SIGNING_KEY"].split(":")
ISSUER, AUDIENCE = "hearth", "hearth-api"
ACCESS_SECONDS = 15 * 60
REQUIRED = ["exp", "iat", "jti", "aud", "iss", "token_type"]


@dataclass(frozen=True)
class RefreshClaims:
    session_id: UUID
    generation: int


def access_token(session: DeviceSession) -> str:
    now = int(time.time())
    claims = {"exp": now + ACCESS_SECONDS, "iat": now, "jti": uuid4().hex, "sid": str(session.id)}
    return _signed("access", claims)


def refresh_token(session: DeviceSession) -> str:
    """The same text for the same generation: everything in it follows from the row."""
    claims = {
        "exp": int(min(session.idle_expires_at, session.expires_at).timestamp()),
        "iat": int(session.rotated_at.timestamp()),
        "jti": f"{session.id.hex}.{session.generation}",
        "sid": str(session.id),
        "gen": session.generation,
    }
    return _signed("refresh", claims)


def session_in(token: str) -> UUID:
    return UUID(_read(token, "access")["sid"])


def refresh_in(token: str) -> RefreshClaims:
    claims = _read(token, "refresh")
    return RefreshClaims(UUID(claims["sid"]), int(claims["gen"]))


def _signed(kind: str, claims: dict[str, Any]) -> str:
    claims |= {"token_type": kind, "aud": AUDIENCE, "iss": ISSUER}
    return jwt.encode(claims, KEY, algorithm="HS256", headers={"kid": KEY_ID})


def _read(token: str, kind: str) -> dict[str, Any]:
    try:
        claims = jwt.decode(
            token, KEY, ["HS256"], audience=AUDIENCE, issuer=ISSUER, leeway=10, options={"require": REQUIRED}
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "This token is not valid.") from error
    if claims["token_type"] != kind:
        raise HTTPException(401, "This token is not valid.")
    return claims
