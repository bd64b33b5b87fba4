"""A PIN locks one session, on a device that several people use. It lets nobody in: whoever unlocks has the session's
tokens already. See docs/decisions/0017.

Each guess is counted before it is hashed, as for activation codes, and stays counted whatever happens then.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import MAX_PIN_FAILURES, AuthEvent, DeviceSession, DeviceSessionQuerySet
from accounts.services.audit import record
from accounts.services.limits import Step, take
from accounts.services.outcomes import Denied
from accounts.services.passwords import knows_password
from accounts.services.sessions import revoke_sessions
from config.client import Client
from config.errors import Code, Refusal, invalid

Kind, Outcome = AuthEvent.Kind, AuthEvent.Outcome

# N=2^14, r=8, p=5: what OWASP's cheat sheet names for scrypt where one hash shall take 16 MiB and no more.
HASHER = ScryptPasswordHasher()
# How long the last guess may be under way. After that whoever made it has been interrupted, and it was wrong.
GUESS_TAKES = timedelta(minutes=1)


def hash_of_pin(pin: str) -> str:
    return HASHER.encode(pin, HASHER.salt())


def set_pin(
    *, session: DeviceSession, pin: str, client: Client, password: str = "", current_pin: str = ""
) -> DeviceSession | Denied:
    """The session locks itself by this PIN from now on; it stays open until it has idled."""
    if denied := _unproven(session, password, current_pin, Kind.PIN_SET, client):
        return denied
    return _change(session, hash_of_pin(pin), Kind.PIN_SET, client)


def remove_pin(
    *, session: DeviceSession, client: Client, password: str = "", current_pin: str = ""
) -> DeviceSession | Denied:
    if not session.pin_hash:
        raise _no_pin()
    if denied := _unproven(session, password, current_pin, Kind.PIN_REMOVED, client):
        return denied
    return _change(session, "", Kind.PIN_REMOVED, client)


@transaction.atomic
def lock_session(*, session: DeviceSession) -> None:
    """At once, in every process: who was just let in has the answer, and no later request has one."""
    # No moment but none at all: a request that began before may note later that the session was used.
    rows = DeviceSession.objects.live().filter(pk=session.pk).exclude(pin_hash="")
    if not rows.update(unlocked_until=None, updated_at=timezone.now()):
        raise _no_pin()


def unlock_session(*, session: DeviceSession, pin: str, client: Client) -> DeviceSession | Denied:
    """Opens this session for as long as it is used. After five wrong PINs it ends, and its user signs in anew."""
    if not session.pin_hash:
        raise _no_pin()
    taken = take(Step.PIN, account=str(session.user_id), client=client, user=session.user)
    if not _reserve_attempt(session):
        return _out_of_attempts(session, client)
    if not HASHER.verify(pin, session.pin_hash):
        return _wrong(session, client)
    with transaction.atomic(durable=True):
        if not _of_this_pin(session).update(pin_failures=0, unlocked_until=open_until(), updated_at=timezone.now()):
            return Denied(Code.AUTH_SESSION_REVOKED)
        record(**_about(session, client), kind=Kind.SESSION_UNLOCKED, outcome=Outcome.SUCCEEDED, actor=session.user)
        taken.give_back()
    return session


def record_pin(session: DeviceSession, client: Client, *, kind: AuthEvent.Kind = Kind.PIN_SET) -> None:
    record(**_about(session, client), kind=kind, outcome=Outcome.SUCCEEDED, actor=session.user)


def open_until() -> datetime:
    return timezone.now() + settings.PIN_IDLE


def _unproven(
    session: DeviceSession, password: str, current_pin: str, kind: AuthEvent.Kind, client: Client
) -> Denied | None:
    """Who changes the PIN is who signs in here, and not who found the tablet open: by the password where there is one,
    else by the PIN so far where there is one."""
    user = session.user
    if user.has_usable_password():
        _require_password(session, password, kind, client)
        return None
    if not session.pin_hash:
        return None
    if not current_pin:
        raise invalid(current_pin="Give the PIN so far.")
    outcome = unlock_session(session=session, pin=current_pin, client=client)
    return outcome if isinstance(outcome, Denied) else None


def _require_password(session: DeviceSession, password: str, kind: AuthEvent.Kind, client: Client) -> None:
    if not password:
        raise invalid(password="Give your password.")  # noqa: S106 (a sentence)
    if not knows_password(user=session.user, password=password, client=client):
        record(**_about(session, client), kind=kind, outcome=Outcome.FAILED, reason="wrong_password")
        raise invalid(password="This is not your password.")  # noqa: S106 (a sentence)


@transaction.atomic
def _change(session: DeviceSession, pin_hash: str, kind: AuthEvent.Kind, client: Client) -> DeviceSession:
    until = open_until() if pin_hash else None
    changed = _of_this_pin(session).update(
        pin_hash=pin_hash, pin_failures=0, unlocked_until=until, updated_at=timezone.now()
    )
    if not changed:
        raise Refusal(Code.CONFLICT_STALE)
    record_pin(session, client, kind=kind)
    return session


def _of_this_pin(session: DeviceSession) -> DeviceSessionQuerySet:
    """The session, unless it has ended since, or has another PIN by now."""
    return DeviceSession.objects.live().filter(pk=session.pk, pin_hash=session.pin_hash)


@transaction.atomic(durable=True)
def _reserve_attempt(session: DeviceSession) -> bool:
    """Counts one failure in advance: of fifty guesses at once only five are ever hashed."""
    rows = _of_this_pin(session).filter(pin_failures__lt=MAX_PIN_FAILURES)
    return bool(rows.update(pin_failures=F("pin_failures") + 1, updated_at=timezone.now()))


def _out_of_attempts(session: DeviceSession, client: Client) -> Denied:
    """The guesses that were taken are being looked at, or have ended the session. Or that was interrupted."""
    forgotten = DeviceSession.objects.filter(pk=session.pk, updated_at__lte=timezone.now() - GUESS_TAKES)
    return _failed(session, forgotten, client)


def _wrong(session: DeviceSession, client: Client) -> Denied:
    return _failed(session, DeviceSession.objects.filter(pk=session.pk), client)


@transaction.atomic(durable=True)
def _failed(session: DeviceSession, rows: DeviceSessionQuerySet, client: Client) -> Denied:
    """Ends these if no guess is left."""
    record(**_about(session, client), kind=Kind.SESSION_UNLOCKED, outcome=Outcome.FAILED, reason="wrong_pin")
    used_up = rows.filter(pin_failures__gte=MAX_PIN_FAILURES)
    revoke_sessions(sessions=used_up, reason=DeviceSession.Revoked.PIN, actor=None, client=client)
    is_live = DeviceSession.objects.live().filter(pk=session.pk).exists()
    return Denied(Code.AUTH_INVALID_PIN if is_live else Code.AUTH_SESSION_REVOKED)


def _about(session: DeviceSession, client: Client) -> dict:
    return {"user": session.user, "session": session, "client": client}


def _no_pin() -> Refusal:
    return Refusal(Code.CONFLICT_STATE, "This session has no PIN.")
