"""What has expired and is of no more use, so that tables do not grow for ever.

Never the audit, and so no session that it tells of; no tombstone either: what givers still see may hang on it.
"""

from collections.abc import Iterator
from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import ActivationCode, AttemptCounter, AuthEvent, DeviceSession, IdempotencyKey, SigningKey
from accounts.services.idempotency import LIFETIME

# Until then whoever tries an expired code is told that it has expired, not that it is wrong.
CODES_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=90)
# Every process has long heard that they are over.
KEYS_KEPT = timedelta(days=1)
PURGED_AT_ONCE = 500


def expired() -> dict[str, QuerySet]:
    """What may go, by what it is."""
    now = timezone.now()
    told_of = AuthEvent.objects.filter(session=OuterRef("pk"))
    # By the end that each session has from its beginning: after that no token for it is good, whatever ended it first,
    # so nobody can be about to refresh it, and to write of that into the audit.
    over = DeviceSession.objects.filter(expires_at__lte=now - SESSIONS_KEPT)
    return {
        "activation_codes": ActivationCode.objects.filter(expires_at__lte=now - CODES_KEPT),
        "sessions": over.filter(~Exists(told_of)),
        "admin_sessions": Session.objects.filter(expire_date__lte=now),
        "signing_keys": SigningKey.objects.filter(verifies_until__lte=now - KEYS_KEPT),
        "attempt_counters": AttemptCounter.objects.filter(ends_at__lte=now),
        "admin_lockouts": AccessAttempt.objects.filter(attempt_time__lte=now - settings.AXES_COOLOFF_TIME),
        "idempotency_keys": IdempotencyKey.objects.filter(created_at__lte=now - LIFETIME),
    }


def purge(rows: QuerySet) -> Iterator[int]:
    """Deletes these, some at a time, and says each time how many are gone. Stopped in between, it can be begun anew."""
    while gone := _purge_some(rows):
        yield gone


@transaction.atomic
def _purge_some(rows: QuerySet) -> int:
    # What somebody else is just using or sweeping is left to the next time.
    some = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
    keys = list(some[:PURGED_AT_ONCE])
    # The conditions again, at the last moment.
    return rows.filter(pk__in=keys).delete()[0] if keys else 0
