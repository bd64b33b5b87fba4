"""How a session goes on: each refresh token opens one new generation, and one UPDATE decides whose."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils import timezone

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.limits import Step, take
from accounts.services.outcomes import Denied
from accounts.services.sessions import revoke_sessions
from config.client import Client
from config.errors import Code

Revoked = DeviceSession.Revoked


def refresh_session(*, session_id: UUID, generation: int, device_id: UUID, client: Client) -> DeviceSession | Denied:
    """The session in its next generation, for whoever holds the refresh token of the present one.

    For a few seconds the previous token gets the very same successor, on the same device: an answer was lost,
    or two tabs asked. Any older token may have been stolen, so it ends the session.

    Nothing is guessed here, as the token is signed. So only what leads nowhere is counted, afterwards; what goes well
    costs nothing more, and a family goes on at an address that somebody else has used up.
    """
    session, code = _refreshed(session_id, generation, device_id, client)
    if session and code is None:
        return session
    if code is not Code.AUTH_TOKEN_REPLAYED:
        code = code or Code.AUTH_SESSION_REVOKED
        take(Step.REFRESH, account=str(session_id), client=client, user=session.user if session else None)
        _record(AuthEvent.Outcome.FAILED, session, client, code.name.lower())
    return Denied(code)


@transaction.atomic(durable=True)
def _refreshed(
    session_id: UUID, generation: int, device_id: UUID, client: Client
) -> tuple[DeviceSession | None, Code | None]:
    """The session, if there is one, and why it does not go on. What has ended it is noted, and what it has gained."""
    rotated = _rotate(session_id, generation, device_id, client)
    # Whoever lost has waited in that UPDATE for the winner's commit, so this look sees what the winner left.
    session = DeviceSession.objects.select_related("user").filter(pk=session_id).first()
    if session is None:
        return None, None
    if rotated:
        return _granted(session, client), None
    if session.revoked_at or not session.user.is_active:
        return session, Code.AUTH_SESSION_REVOKED
    if session.has_expired:
        return session, Code.AUTH_TOKEN_EXPIRED
    if session.device_id != device_id:
        return session, _ended(session, Revoked.OTHER_DEVICE, client)
    if _is_repeated(session, generation):
        return _granted(session, client, reason="repeated"), None
    return session, _ended(session, Revoked.REPLAYED, client)


def _rotate(session_id: UUID, generation: int, device_id: UUID, client: Client) -> bool:
    now = timezone.now()
    present = DeviceSession.objects.live().filter(pk=session_id, generation=generation, device_id=device_id)
    # `user__in` and not `user__is_active`: with a join Django would put every condition into a subquery, which
    # PostgreSQL does not evaluate anew after waiting for the winner, and then everybody wins.
    present = present.filter(user__in=User.objects.filter(is_active=True))
    return bool(
        present.update(
            generation=F("generation") + 1,
            rotated_at=now,
            idle_expires_at=Least(Value(now + settings.SESSION_IDLE_LIFETIME), F("expires_at")),
            last_seen_at=now,
            last_ip=client.ip,
            updated_at=now,
        )
    )


def _is_repeated(session: DeviceSession, generation: int) -> bool:
    age = timezone.now() - session.rotated_at
    return generation == session.generation - 1 and age <= settings.REFRESH_GRACE


def _granted(session: DeviceSession, client: Client, *, reason: str = "") -> DeviceSession:
    _record(AuthEvent.Outcome.SUCCEEDED, session, client, reason)
    return session


def _ended(session: DeviceSession, reason: Revoked, client: Client) -> Code:
    record(
        kind=AuthEvent.Kind.REPLAY_DETECTED,
        outcome=AuthEvent.Outcome.FAILED,
        client=client,
        user=session.user,
        session=session,
        reason=reason,
    )
    this = DeviceSession.objects.filter(pk=session.pk)
    revoke_sessions(sessions=this, reason=reason, actor=None, client=client)
    return Code.AUTH_TOKEN_REPLAYED


def _record(outcome: AuthEvent.Outcome, session: DeviceSession | None, client: Client, reason: str) -> None:
    record(
        kind=AuthEvent.Kind.REFRESH,
        outcome=outcome,
        client=client,
        user=session.user if session else None,
        session=session,
        reason=reason,
    )
