from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.limits import Step, take
from accounts.services.sessions import revoke_sessions
from config.client import Client
from config.errors import Code, Refusal, invalid

Kind, Outcome = AuthEvent.Kind, AuthEvent.Outcome


def change_own_password(*, session: DeviceSession, current: str, new: str, client: Client) -> None:
    """The password of whoever has this session; it goes on, and their others end.

    VALIDATION_FAILED for a wrong `current`, or a `new` that is too easy; CONFLICT_STALE when a reset came first.
    """
    user = session.user
    if user.has_usable_password():
        if not knows_password(user=user, password=current, client=client):
            record_wrong_password(session=session, client=client)
            raise invalid(current_password="This is not your password.")  # noqa: S106
    # Whoever finds the tablet of somebody without a password later could otherwise make it their own.
    elif session.created_at <= timezone.now() - settings.FRESH_SIGN_IN:
        raise Refusal(Code.RESOURCE_FORBIDDEN, "To choose a first password, please come in by a new code.")
    check_strength(new, user, field="new_password")
    # Hashing is slow, so it comes before the lock.
    change_password(user=user, before=user.password, after=make_password(new), kept=session, client=client)


def check_strength(password: str, user: User, *, field: str) -> None:
    """VALIDATION_FAILED when it is too short, too common or too much like their name."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal(Code.VALIDATION_FAILED, details={field: error.messages}) from error


@transaction.atomic
def change_password(*, user: User, before: str, after: str, kept: DeviceSession, client: Client) -> None:
    """Of these hashes the one that was checked becomes the other; whoever else is signed in as this user is out.

    CONFLICT_STALE when the password has been changed, or reset by a code, since it was checked.
    """
    user = User.objects.locked(user.pk)
    if user.password != before:
        raise Refusal(Code.CONFLICT_STALE)
    user.password = after
    user.save(update_fields=["password", "updated_at"])
    record(kind=Kind.PASSWORD_CHANGED, outcome=Outcome.SUCCEEDED, client=client, user=user, actor=user, session=kept)
    others = user.sessions.exclude(pk=kept.pk)
    revoke_sessions(sessions=others, reason=DeviceSession.Revoked.PASSWORD, actor=user, client=client)


def record_wrong_password(*, session: DeviceSession, client: Client) -> None:
    """Somebody on this session did not know the password that they wanted to change."""
    user = session.user
    record(kind=Kind.PASSWORD_CHANGED, outcome=Outcome.FAILED, client=client, user=user, actor=user, session=session)


def knows_password(*, user: User, password: str, client: Client) -> bool:
    """Whether who is signed in as this user knows their password (ASVS 5.0, 7.5.1). Only guesses are counted.

    RATE_LIMITED after too many.
    """
    taken = take(Step.PASSWORD, account=str(user.pk), client=client, user=user)
    is_right = check_password(password, user.password)
    if is_right:
        taken.give_back()
    return is_right
