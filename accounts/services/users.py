from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.codes import withdraw_codes
from accounts.services.sessions import revoke_sessions
from config.client import Client
from config.errors import Code, Refusal

PROFILE_FIELDS = {"name", "avatar_url"}


@transaction.atomic
def create_user(*, name: str, email: str | None = None, handle: str | None = None, is_staff: bool = False) -> User:
    """A user without a password, who comes in by an activation code."""
    user = User(name=name, email=email or None, handle=handle or None, is_staff=is_staff)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        taken = _taken_logins(user)
        if not taken:
            raise
        raise Refusal(Code.CONFLICT_DUPLICATE, "This login is taken.", taken) from error
    return user


@transaction.atomic
def update_profile(*, user: User, changes: dict[str, Any]) -> User:
    unknown = changes.keys() - PROFILE_FIELDS
    if unknown:
        raise ValueError(f"not part of a profile: {sorted(unknown)}")
    user = User.objects.locked(user.pk)
    if fields := user.assign(changes):
        user.save(update_fields=[*fields, "updated_at"])
    return user


@transaction.atomic
def deactivate_user(*, user: User, actor: User | None, client: Client) -> None:
    """For staff: they are out at once and everywhere. Should they be let in again, they have to sign in anew."""
    user = User.objects.locked(user.pk)
    user.is_active = False
    user.save(update_fields=["is_active", "updated_at"])
    withdraw_codes(user=user, actor=actor, client=client)
    revoke_sessions(sessions=user.sessions.all(), reason=DeviceSession.Revoked.STAFF, actor=actor, client=client)


def record_rights(*, user: User, rights: Iterable[str], actor: User, client: Client) -> None:
    """Notes what these rights have become: `is_staff_on`, `is_active_off`."""
    for right in rights:
        record(
            kind=AuthEvent.Kind.RIGHTS_CHANGED,
            outcome=AuthEvent.Outcome.SUCCEEDED,
            client=client,
            user=user,
            actor=actor,
            reason=f"{right}_{'on' if getattr(user, right) else 'off'}",
        )


def _taken_logins(user: User) -> dict[str, list[str]]:
    logins = {"email": user.email, "handle": user.handle}
    return {
        field: ["Somebody signs in with this already."]
        for field, login in logins.items()
        if login and User.objects.with_login(login).exists()
    }
