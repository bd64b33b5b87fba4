"""How somebody gets a second factor, gets another one, and gets rid of it."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services import limits, recovery_codes
from accounts.services.audit import record
from accounts.services.outcomes import Denied
from accounts.services.passwords import knows_password
from accounts.services.recovery_codes import NewSet
from accounts.services.second_factor import (
    Attempt,
    as_typed,
    as_uri,
    authenticators,
    is_enrolled,
    shown,
    spend_digits,
    step_of,
)
from accounts.services.sessions import revoke_sessions
from config.client import Client
from config.errors import Code, Refusal

Kind, Outcome = AuthEvent.Kind, AuthEvent.Outcome

NAME = "authenticator"

WRONG = {
    Code.AUTH_INVALID_CREDENTIALS: {"password": ["This is not your password."]},
    Code.AUTH_INVALID_MFA_CODE: {"code": [Code.AUTH_INVALID_MFA_CODE.message]},
}


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs to know. `secret` is base32, for whoever cannot point a camera at the URI."""

    secret: str
    uri: str
    expires_at: datetime


def begin_enrolment(
    *, user: User, session: DeviceSession, password: str, code: str, client: Client
) -> Enrolment | Denied:
    """A new authenticator, good for nothing until it is confirmed. Whoever has one shows a code of that one, too."""
    if not _prove(user, session, password, client):
        return _denied(Code.AUTH_INVALID_CREDENTIALS, Kind.MFA_ENROLLED, session, client)
    attempt = Attempt.of(user, code, client)
    with transaction.atomic(durable=True):
        current = _unchanged(user)
        if not attempt.passes(current):
            return _denied(Code.AUTH_INVALID_MFA_CODE, Kind.MFA_ENROLLED, session, client)
        TOTPDevice.objects.filter(user=current, confirmed=False).delete()
        device = TOTPDevice.objects.create(user=current, name=_name_for(session), confirmed=False)
        _record(Kind.MFA_ENROLLED, Outcome.ATTEMPTED, session, client)
    return _enrolment(device)


def begun_enrolment(*, session: DeviceSession) -> Enrolment | None:
    """What `begin_enrolment` has answered on this session, for as long as it can be confirmed."""
    device = _unconfirmed(session)
    return _enrolment(device) if device else None


def confirm_enrolment(*, user: User, session: DeviceSession, code: str, client: Client) -> list[str] | Denied:
    """Its first code makes it the second factor; answers the recovery codes. Only this session goes on, the one on
    which the password was shown.

    The others have shown no second factor, and one of them may be why somebody wants one.
    """
    device = _unconfirmed(session)
    if device is None:
        raise Refusal(Code.CONFLICT_STATE, "There is no second factor to confirm. Please begin anew.")
    tried = limits.take(limits.Step.MFA, account=str(user.pk), client=client, user=user)
    digits = shown(user=user, typed=code).digits
    if step_of(device, digits) is None:
        return _denied(Code.AUTH_INVALID_MFA_CODE, Kind.MFA_ENROLLED, session, client)
    new = NewSet.make()
    with transaction.atomic(durable=True):
        current = User.objects.locked(user.pk)
        device = _unconfirmed(session)
        if device is None or not spend_digits(device, digits):
            return _denied(Code.AUTH_INVALID_MFA_CODE, Kind.MFA_ENROLLED, session, client)
        tried.give_back()
        replaced = authenticators().filter(user=current).delete()[0]
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True, name=NAME)
        recovery_codes.keep(current, new)
        _only_this_session(session, timezone.now(), client)
        _record(Kind.MFA_ENROLLED, Outcome.SUCCEEDED, session, client, "replaced" if replaced else "")
    return new.codes


def renew_recovery_codes(*, user: User, session: DeviceSession, password: str, client: Client) -> list[str] | Denied:
    """Ten new ones; the old ones are good no more."""
    if not _prove(user, session, password, client):
        return _denied(Code.AUTH_INVALID_CREDENTIALS, Kind.MFA_CODES_RENEWED, session, client)
    _require_enrolled(user)
    new = NewSet.make()
    with transaction.atomic(durable=True):
        current = _unchanged(user)
        _require_enrolled(current)
        recovery_codes.keep(current, new)
        _record(Kind.MFA_CODES_RENEWED, Outcome.SUCCEEDED, session, client)
    return new.codes


def remove_second_factor(
    *, user: User, session: DeviceSession, password: str, is_required: bool, client: Client
) -> Denied | None:
    """Only this session goes on, as one that has shown no second factor."""
    if is_required:
        raise Refusal(Code.RESOURCE_FORBIDDEN, "You need a second factor here. It can be replaced, but not removed.")
    if not _prove(user, session, password, client):
        return _denied(Code.AUTH_INVALID_CREDENTIALS, Kind.MFA_REMOVED, session, client)
    with transaction.atomic(durable=True):
        current = _unchanged(user)
        _require_enrolled(current)
        _forget(current)
        _only_this_session(session, None, client)
        _record(Kind.MFA_REMOVED, Outcome.SUCCEEDED, session, client)
    return None


@transaction.atomic
def remove_second_factor_as_staff(*, user: User, client: Client) -> int | None:
    """For whoever has lost the phone and the recovery codes. Ends all sessions, and says how many; None when there is
    none to remove."""
    user = User.objects.locked(user.pk)
    if not is_enrolled(user):
        return None
    _forget(user)
    ended = revoke_sessions(sessions=user.sessions.live(), reason=DeviceSession.Revoked.MFA, actor=None, client=client)
    record(kind=Kind.MFA_REMOVED, outcome=Outcome.SUCCEEDED, client=client, user=user, reason="staff")
    return ended


def _prove(user: User, session: DeviceSession, password: str, client: Client) -> bool:
    """Whether it is still themself who sits there (ASVS 5.0, 7.5.1): by the password, or, for whoever has none, by a
    sign-in of just now."""
    if not user.has_usable_password():
        if timezone.now() - session.created_at > settings.FRESH_SIGN_IN:
            raise Refusal(Code.RESOURCE_FORBIDDEN, "Please sign in with a new activation code first.")
        return True
    return knows_password(user=user, password=password, client=client)


def _unchanged(user: User) -> User:
    """The user's row, locked; CONFLICT_STALE when the password is not the one that was checked any more."""
    current = User.objects.locked(user.pk)
    if current.password != user.password or not current.is_active:
        raise Refusal(Code.CONFLICT_STALE)
    return current


def _require_enrolled(user: User) -> None:
    if not is_enrolled(user):
        raise Refusal(Code.CONFLICT_STATE, "There is no second factor.")


def _name_for(session: DeviceSession) -> str:
    """Of an authenticator that is not confirmed yet. Whoever else has a session of this user's, and no password, must
    neither read its secret nor confirm it: that would sign the user out, and be the thief's second factor."""
    return str(session.pk)


def _unconfirmed(session: DeviceSession) -> TOTPDevice | None:
    begun = timezone.now() - settings.MFA_ENROLMENT_LIFETIME
    rows = TOTPDevice.objects.filter(user=session.user_id, name=_name_for(session), confirmed=False)
    return rows.filter(created_at__gt=begun).first()


def _enrolment(device: TOTPDevice) -> Enrolment:
    expires_at = device.created_at + settings.MFA_ENROLMENT_LIFETIME
    return Enrolment(as_typed(device), as_uri(device, device.user), expires_at)


def _forget(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    recovery_codes.forget(user)


def _only_this_session(session: DeviceSession, second_factor_at: datetime | None, client: Client) -> None:
    """AUTH_SESSION_REVOKED, with nothing done, when it has ended meanwhile."""
    user, now = session.user, timezone.now()
    # This one among the others, in the order in which `revoke_sessions` locks them, too.
    list(user.sessions.filter(revoked_at__isnull=True).order_by("pk").for_update())
    this = DeviceSession.objects.live(now).filter(pk=session.pk)
    if not this.update(second_factor_at=second_factor_at, updated_at=now):
        raise Refusal(Code.AUTH_SESSION_REVOKED)
    others = user.sessions.exclude(pk=session.pk)
    revoke_sessions(sessions=others, reason=DeviceSession.Revoked.MFA, actor=user, client=client)


def _denied(code: Code, kind: AuthEvent.Kind, session: DeviceSession, client: Client) -> Denied:
    """Whoever is signed in stays so: what was wrong is a field of theirs, not their session."""
    _record(kind, Outcome.FAILED, session, client, code.name.lower())
    return Denied(Code.VALIDATION_FAILED, WRONG[code])


def _record(
    kind: AuthEvent.Kind, outcome: AuthEvent.Outcome, session: DeviceSession, client: Client, reason: str = ""
) -> None:
    user = session.user
    record(kind=kind, outcome=outcome, client=client, user=user, actor=user, session=session, reason=reason)
