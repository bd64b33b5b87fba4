from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.limits import Step, take
from accounts.services.outcomes import Denied
from accounts.services.sessions import open_session
from config.client import Client
from config.errors import Code


def log_in(
    *, login: str, password: str, device_name: str, client: Client, device_id: UUID | None = None, platform: str = ""
) -> DeviceSession | Denied:
    user = User.objects.with_login(login).first()
    taken = take(Step.LOGIN, account=login, client=client, user=user)
    if not _opens(user, password) or user is None:
        return _denied(user, client)
    with transaction.atomic(durable=True):
        current = User.objects.locked(user.pk)
        # A reset between the check and this lock has changed the password: then it was the old one that was checked.
        if current.password != user.password or not current.is_active:
            return _denied(current, client)
        session = open_session(
            user=current, is_locked=True, device_name=device_name, device_id=device_id, platform=platform, client=client
        )
        record(
            kind=AuthEvent.Kind.LOGIN,
            outcome=AuthEvent.Outcome.SUCCEEDED,
            client=client,
            user=current,
            actor=current,
            session=session,
        )
        taken.give_back()
    return session


def _opens(user: User | None, password: str) -> bool:
    """Whether this password lets this user in. Takes as long for nobody, and for a user without a password."""
    if user is None:
        make_password(password)
        return False
    return user.check_password(password) and user.is_active


def _denied(user: User | None, client: Client) -> Denied:
    record(kind=AuthEvent.Kind.LOGIN, outcome=AuthEvent.Outcome.FAILED, client=client, user=user)
    return Denied(Code.AUTH_INVALID_CREDENTIALS)
