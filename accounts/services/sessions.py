"""How a session on a device begins and ends; `refresh` has how it goes on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.audit import event
from config.client import Client
from config.models import ScopedQuerySet

TOUCH_EVERY = timedelta(minutes=5)
REVOKED_AT_ONCE = 500


@transaction.atomic
def open_session(
    *,
    user: User,
    device_name: str,
    client: Client,
    is_locked: bool = False,
    device_id: UUID | None = None,
    fingerprint_hash: str = "",
    platform: str = "",
    app_version: str = "",
    session_id: UUID | None = None,
    second_factor_at: datetime | None = None,
    pin_hash: str = "",
) -> DeviceSession:
    """A new session on this device, in place of the one that this user may have had there, and of its PIN.

    `session_id` is for whoever has promised that key already, to one sign-in.
    """
    if not is_locked:
        # Two sign-ins at once on one device take turns here, so that the second replaces the first.
        user = User.objects.locked(user.pk)
    device_id = _minted_before(device_id) or uuid4()
    replaced = user.sessions.filter(device_id=device_id)
    revoke_sessions(sessions=replaced, reason=DeviceSession.Revoked.REPLACED, actor=user, client=client)
    now = timezone.now()
    return DeviceSession.objects.create(
        **({"pk": session_id} if session_id else {}),
        user=user,
        device_id=device_id,
        device_name=device_name,
        platform=platform,
        app_version=app_version,
        fingerprint_hash=fingerprint_hash,
        rotated_at=now,
        idle_expires_at=now + settings.SESSION_IDLE_LIFETIME,
        expires_at=now + settings.SESSION_ABSOLUTE_LIFETIME,
        last_seen_at=now,
        last_ip=client.ip,
        second_factor_at=second_factor_at,
        pin_hash=pin_hash,
        unlocked_until=now + settings.PIN_IDLE if pin_hash else None,
    )


@transaction.atomic
def revoke_sessions(
    *, sessions: ScopedQuerySet, reason: DeviceSession.Revoked, actor: User | None, client: Client
) -> int:
    """Ends those of these sessions that have not ended yet, and says how many that were."""
    # Locked in one order, so that two revocations of the same sessions never wait for each other in a circle.
    rows = sessions.filter(revoked_at__isnull=True).select_related("user").order_by("pk")
    ended = list(rows.for_update())
    if not ended:
        return 0
    now = timezone.now()
    DeviceSession.objects.filter(pk__in=[session.pk for session in ended]).update(
        revoked_at=now,
        revoked_reason=reason,
        updated_at=now,
        # It opens nothing any more, and its user may have the same PIN elsewhere.
        pin_hash="",
        unlocked_until=None,
    )
    AuthEvent.objects.bulk_create(
        event(
            kind=AuthEvent.Kind.SESSION_REVOKED,
            outcome=AuthEvent.Outcome.SUCCEEDED,
            client=client,
            user=session.user,
            actor=actor,
            session=session,
            reason=reason,
        )
        for session in ended
    )
    return len(ended)


def revoke_sessions_as_staff(*, sessions: QuerySet) -> Iterator[int]:
    """For staff: the same for as many as there are, some at a time; says each time how many have ended."""
    # Looked for once: whoever signs in meanwhile cannot keep this from coming to an end.
    keys = list(sessions.filter(revoked_at__isnull=True).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), REVOKED_AT_ONCE):
        some = DeviceSession.objects.filter(pk__in=keys[start : start + REVOKED_AT_ONCE])
        yield revoke_sessions(sessions=some, reason=DeviceSession.Revoked.STAFF, actor=None, client=Client())


def touch(session: DeviceSession, client: Client) -> None:
    """Notes that this session was seen; at most every 5 minutes, so that reading hardly ever writes."""
    now = timezone.now()
    if now - session.last_seen_at < TOUCH_EVERY:
        return
    # The condition again: of many requests at once only one writes.
    DeviceSession.objects.filter(pk=session.pk, last_seen_at__lte=now - TOUCH_EVERY).update(
        last_seen_at=now, last_ip=client.ip
    )


def keep_open(session: DeviceSession) -> None:
    """Notes that a session with a PIN is in use, so that it stays open; rarely, as a twentieth of that time is nothing.

    Whoever locks it, or the clock, comes first: what is locked by the time of this UPDATE stays locked.
    """
    now = timezone.now()
    soon = now + settings.PIN_IDLE * 0.95
    if session.unlocked_until is None or session.unlocked_until > soon:
        return
    open_sessions = DeviceSession.objects.filter(pk=session.pk, unlocked_until__gt=now, unlocked_until__lte=soon)
    open_sessions.update(unlocked_until=now + settings.PIN_IDLE)


def _minted_before(device_id: UUID | None) -> UUID | None:
    """This device id if it is one of ours: a device does not name itself."""
    return device_id if device_id and DeviceSession.objects.filter(device_id=device_id).exists() else None
