from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import ActivationCode, AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.limits import Step, take
from accounts.services.outcomes import Denied
from accounts.services.passwords import check_strength
from accounts.services.pins import hash_of_pin, record_pin
from accounts.services.sessions import open_session, revoke_sessions
from config.client import Client
from config.errors import Code


def complete_activation(
    *,
    code_id: UUID,
    fingerprint_hash: str,
    device_name: str,
    app_version: str,
    client: Client,
    password: str = "",
    pin: str = "",
    platform: str = "",
) -> DeviceSession | Denied:
    """Uses the code up and opens the session on this device.

    Without a password the user has none afterwards: a code is also how somebody is locked out who knew the old one.
    """
    taken = take(Step.COMPLETION, account=str(code_id), client=client)
    code = ActivationCode.objects.select_related("user").filter(pk=code_id).first()
    if code is None:
        return _denied(None, client)
    if password:
        check_strength(password, code.user, field="password")
    # Hashing is slow, so it comes before the locks.
    password_hash = make_password(password or None)
    pin_hash = hash_of_pin(pin) if pin else ""
    with transaction.atomic(durable=True):
        user = User.objects.locked(code.user_id)
        if not _use_up(code):
            return _denied(user, client)
        _activate(user, password_hash, client)
        session = open_session(
            user=user,
            is_locked=True,
            device_name=device_name,
            fingerprint_hash=fingerprint_hash,
            platform=platform,
            app_version=app_version,
            pin_hash=pin_hash,
            client=client,
        )
        if pin_hash:
            record_pin(session, client)
        taken.give_back()
        return _completed(session, client)


def _use_up(code: ActivationCode) -> bool:
    """Whether this is the one completion that the code is good for. (The token bounds the time between the steps.)"""
    now = timezone.now()
    return bool(ActivationCode.objects.usable().filter(pk=code.pk).update(used_at=now, updated_at=now))


def _activate(user: User, password_hash: str, client: Client) -> None:
    """The account is theirs alone from here on: whatever was signed in before is out."""
    user.password = password_hash
    user.activated_at = user.activated_at or timezone.now()
    user.save(update_fields=["password", "activated_at", "updated_at"])
    revoke_sessions(sessions=user.sessions.all(), reason=DeviceSession.Revoked.RESET, actor=user, client=client)


def _completed(session: DeviceSession, client: Client) -> DeviceSession:
    record(
        kind=AuthEvent.Kind.ACTIVATION_COMPLETED,
        outcome=AuthEvent.Outcome.SUCCEEDED,
        client=client,
        user=session.user,
        actor=session.user,
        session=session,
    )
    return session


def _denied(user: User | None, client: Client) -> Denied:
    code = Code.AUTH_INVALID_ACTIVATION_CODE
    record(
        kind=AuthEvent.Kind.ACTIVATION_FAILED,
        outcome=AuthEvent.Outcome.FAILED,
        client=client,
        user=user,
        reason=code.name.lower(),
    )
    return Denied(code)
