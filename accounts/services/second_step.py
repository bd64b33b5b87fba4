"""The second step of a sign-in: a code, after the right password."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.outcomes import Denied, SecondStep
from accounts.services.second_factor import Attempt
from accounts.services.sessions import open_session
from config.client import Client
from config.errors import Code

Kind, Outcome = AuthEvent.Kind, AuthEvent.Outcome


def mark_of(user: User) -> str:
    """Follows from the password's hash and does not tell it."""
    return user.get_session_auth_hash()


def finish_sign_in(*, step: SecondStep, code: str, client: Client) -> DeviceSession | Denied:
    """The session that the right password was for. A wrong code leaves the step open, for as long as its token is."""
    user = User.objects.filter(pk=step.user_id).first()
    if user is None:
        return _denied(Code.AUTH_TOKEN_INVALID, None, client)
    attempt = Attempt.of(user, code, client)
    with transaction.atomic(durable=True):
        user = User.objects.locked(user.pk)
        if not _is_open(step, user):
            return _denied(Code.AUTH_TOKEN_INVALID, user, client)
        if not attempt.passes(user):
            return _denied(Code.AUTH_INVALID_MFA_CODE, user, client)
        session = open_session(
            user=user,
            is_locked=True,
            session_id=step.session_id,
            device_name=step.device_name,
            device_id=step.device_id,
            platform=step.platform,
            client=client,
            second_factor_at=attempt.second_factor_at,
        )
        _record_success(user=user, session=session, client=client)
    return session


def show_code(*, user_id: UUID, mark: str, code: str, client: Client) -> tuple[User, datetime | None] | Denied:
    """The same for the admin, whose session is a browser's: the user, and since when they have shown a second factor,
    if they have one by now."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return _denied(Code.AUTH_TOKEN_INVALID, None, client)
    attempt = Attempt.of(user, code, client)
    with transaction.atomic(durable=True):
        user = User.objects.locked(user.pk)
        if not _is_same(user, mark):
            return _denied(Code.AUTH_TOKEN_INVALID, user, client)
        if not attempt.passes(user):
            return _denied(Code.AUTH_INVALID_MFA_CODE, user, client)
        _record_success(user=user, session=None, client=client, reason="admin")
    return user, attempt.second_factor_at


def _record_success(*, user: User, session: DeviceSession | None, client: Client, reason: str = "") -> None:
    for kind in (Kind.MFA_CHECKED, Kind.LOGIN):
        succeeded = Outcome.SUCCEEDED
        record(kind=kind, outcome=succeeded, client=client, user=user, actor=user, session=session, reason=reason)


def _is_open(step: SecondStep, user: User) -> bool:
    return _is_same(user, step.mark) and not DeviceSession.objects.filter(pk=step.session_id).exists()


def _is_same(user: User, mark: str) -> bool:
    return user.is_active and constant_time_compare(mark_of(user), mark)


def _denied(code: Code, user: User | None, client: Client) -> Denied:
    record(kind=Kind.MFA_CHECKED, outcome=Outcome.FAILED, client=client, user=user, reason=code.name.lower())
    return Denied(code)
