from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from uuid_utils.compat import uuid7

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.limits import Step, take
from accounts.services.outcomes import Denied, SecondStep
from accounts.services.second_factor import is_enrolled
from accounts.services.second_step import mark_of
from accounts.services.sessions import open_session
from config.client import Client
from config.errors import Code


def log_in(
    *, login: str, password: str, device_name: str, client: Client, device_id: UUID | None = None, platform: str = ""
) -> DeviceSession | SecondStep | Denied:
    """For whoever has a second factor the right password opens nothing: a code has to follow it."""
    user = User.objects.with_login(login).first()
    taken = take(Step.LOGIN, account=login, client=client, user=user)
    if not _opens(user, password) or user is None:
        return _denied(user, client)
    with transaction.atomic(durable=True):
        current = User.objects.locked(user.pk)
        # A reset between the check and this lock has changed the password: then it was the old one that was checked.
        if current.password != user.password or not current.is_active:
            return _denied(current, client)
        if is_enrolled(current):
            taken.give_back()
            _record(AuthEvent.Outcome.ATTEMPTED, current, client, reason="second_factor")
            return SecondStep(uuid7(), current.pk, mark_of(current), device_name, device_id, platform)
        session = open_session(
            user=current, is_locked=True, device_name=device_name, device_id=device_id, platform=platform, client=client
        )
        _record(AuthEvent.Outcome.SUCCEEDED, current, client, session=session)
        taken.give_back()
    return session


def _opens(user: User | None, password: str) -> bool:
    """Whether this password lets this user in. Takes as long for nobody, and for a user without a password."""
    if user is None:
        make_password(password)
        return False
    return user.check_password(password) and user.is_active


def _record(outcome: AuthEvent.Outcome, user: User, client: Client, **more: Any) -> None:
    record(kind=AuthEvent.Kind.LOGIN, outcome=outcome, client=client, user=user, actor=user, **more)


def _denied(user: User | None, client: Client) -> Denied:
    record(kind=AuthEvent.Kind.LOGIN, outcome=AuthEvent.Outcome.FAILED, client=client, user=user)
    return Denied(Code.AUTH_INVALID_CREDENTIALS)
