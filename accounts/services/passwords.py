from django.db import transaction

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.sessions import revoke_sessions
from config.client import Client
from config.errors import Code, Refusal


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
    kind, outcome = AuthEvent.Kind.PASSWORD_CHANGED, AuthEvent.Outcome.SUCCEEDED
    record(kind=kind, outcome=outcome, client=client, user=user, actor=user, session=kept)
    others = user.sessions.exclude(pk=kept.pk)
    revoke_sessions(sessions=others, reason=DeviceSession.Revoked.PASSWORD, actor=user, client=client)
