"""The signed tokens: simplejwt's classes with a key id, and claims that point at a `DeviceSession`.

A token never decides anything alone. It says which session row to look at, and the row decides.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, Self, cast
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import (
    ExpiredTokenError,
    TokenBackendError,
    TokenBackendExpiredToken,
    TokenError,
)
from rest_framework_simplejwt.tokens import Token

from accounts.keyring import keyring
from accounts.models import ActivationCode, DeviceSession
from accounts.services.outcomes import SecondStep
from config.errors import Code, Refusal


class KeyringBackend(TokenBackend):
    """Signs with the key of the moment and verifies with the one that the token's `kid` header names."""

    def __init__(self) -> None:
        options = settings.SIMPLE_JWT
        super().__init__(
            options["ALGORITHM"], audience=options["AUDIENCE"], issuer=options["ISSUER"], leeway=options["LEEWAY"]
        )

    def encode(self, payload: dict[str, Any]) -> str:
        key = keyring.signing(_moment(payload["iat"]))
        claims = payload | {"aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, key.secret, algorithm=self.algorithm, headers={"kid": key.kid})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        try:
            key = keyring.verifying(jwt.get_unverified_header(token)["kid"])
            if key is None:
                raise TokenBackendError
            return jwt.decode(
                token,
                key.secret,
                algorithms=[self.algorithm],
                audience=self.audience,
                issuer=self.issuer,
                leeway=self.get_leeway(),
                options={"require": ["exp", "iat", "jti", "aud", "iss", "token_type"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken from error
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise TokenBackendError from error


BACKEND = KeyringBackend()


class HearthToken(Token):
    def get_token_backend(self) -> TokenBackend:
        return BACKEND

    @classmethod
    def read(cls, text: str) -> Self:
        """The token in this text; AUTH_TOKEN_EXPIRED or AUTH_TOKEN_INVALID when it is not (any longer) one."""
        try:
            return cls(cast(Any, text))
        except ExpiredTokenError as error:
            raise Refusal(Code.AUTH_TOKEN_EXPIRED) from error
        except TokenError as error:
            raise Refusal(Code.AUTH_TOKEN_INVALID) from error

    @property
    def expires_at(self) -> datetime:
        return _moment(self["exp"])

    def _claim_uuid(self, name: str) -> UUID:
        try:
            return UUID(self[name])
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise Refusal(Code.AUTH_TOKEN_INVALID) from error


class SessionToken(HearthToken):
    """As good as the session it names, which is asked each time."""

    @classmethod
    def for_session(cls, session: DeviceSession) -> Self:
        token = cls()
        token["sid"] = str(session.pk)
        return token

    @property
    def session_id(self) -> UUID:
        return self._claim_uuid("sid")


class AccessToken(SessionToken):
    """Opens the API for 15 minutes, as long as its session lives."""

    token_type = "access"  # noqa: S105 (a name)
    lifetime = settings.ACCESS_TOKEN_LIFETIME


class RefreshToken(HearthToken):
    """The right to the next generation of a session.

    Everything in it follows from the row, so the same (session, generation) is always the same text: whoever
    lost the answer to a refresh gets that very token again, though it is stored nowhere.
    """

    token_type = "refresh"  # noqa: S105 (a name)
    lifetime = settings.SESSION_IDLE_LIFETIME

    @classmethod
    def for_session(cls, session: DeviceSession) -> Self:
        token = cls()
        token["sid"] = str(session.pk)
        token["gen"] = session.generation
        token["jti"] = f"{session.pk.hex}.{session.generation}"
        token["iat"] = _epoch(session.rotated_at)
        token["exp"] = _epoch(min(session.idle_expires_at, session.expires_at))
        return token

    @property
    def session_id(self) -> UUID:
        return self._claim_uuid("sid")

    @property
    def generation(self) -> int:
        generation = self.get("gen")
        if not isinstance(generation, int):
            raise Refusal(Code.AUTH_TOKEN_INVALID)
        return generation


class StreamTicket(SessionToken):
    """Opens the live diary, and nothing else, to a browser's EventSource: that one can send no header.

    It stands in an address, so it is short-lived and good for little; its session decides each time it is used.
    """

    token_type = "stream_ticket"  # noqa: S105 (a name)
    lifetime = settings.STREAM_TICKET_LIFETIME


class ActivationToken(HearthToken):
    """Carries a verified activation code, and what the device said of itself, from the first step to the second."""

    token_type = "activation"  # noqa: S105 (a name)
    lifetime = settings.ACTIVATION_TOKEN_LIFETIME

    @classmethod
    def for_code(cls, code: ActivationCode, *, device_fingerprint: str, app_version: str) -> Self:
        token = cls()
        token["code"] = str(code.pk)
        token["fph"] = hashlib.sha256(device_fingerprint.encode()).hexdigest()
        token["app"] = app_version
        return token

    @property
    def code_id(self) -> UUID:
        return self._claim_uuid("code")

    @property
    def fingerprint_hash(self) -> str:
        return self["fph"]

    @property
    def app_version(self) -> str:
        return self["app"]


class MfaToken(HearthToken):
    """Carries a right password, and what the device said of itself, to the second step."""

    token_type = "mfa"  # noqa: S105
    lifetime = settings.MFA_TOKEN_LIFETIME

    @classmethod
    def for_step(cls, step: SecondStep) -> Self:
        token = cls()
        token["sid"] = str(step.session_id)
        token["sub"] = str(step.user_id)
        token["pwd"] = step.mark
        token["name"] = step.device_name
        token["dev"] = str(step.device_id) if step.device_id else None
        token["os"] = step.platform
        return token

    @property
    def step(self) -> SecondStep:
        return SecondStep(
            session_id=self._claim_uuid("sid"),
            user_id=self._claim_uuid("sub"),
            mark=self["pwd"],
            device_name=self["name"],
            device_id=self._claim_uuid("dev") if self["dev"] else None,
            platform=self["os"],
        )


def _moment(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, tz=UTC)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())
