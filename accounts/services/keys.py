import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.keyring import keyring
from accounts.models import AuthEvent, SigningKey
from accounts.services.audit import record
from config.client import Client


@transaction.atomic
def rotate_signing_key(*, at_once: bool, client: Client) -> SigningKey:
    """A new key, which signs from when every process knows it. The others verify until no token of theirs is good.

    `at_once`: it signs now, and the others are over, with every token of theirs.
    """
    # One after the other: each ends the keys of those before it.
    list(SigningKey.objects.for_update())
    now = timezone.now()
    signs_from = now if at_once else now + settings.SIGNING_KEY_LEAD
    # No token is good for longer than a session may be idle.
    _end_all(now if at_once else signs_from + settings.SESSION_IDLE_LIFETIME, now)
    key = SigningKey.objects.create(secret=secrets.token_hex(32), signs_from=signs_from)
    reason = "at_once" if at_once else ""
    record(kind=AuthEvent.Kind.KEY_ROTATED, outcome=AuthEvent.Outcome.SUCCEEDED, client=client, reason=reason)
    transaction.on_commit(keyring.look_again)
    return key


def _end_all(moment: datetime, now: datetime) -> None:
    later = Q(verifies_until__isnull=True) | Q(verifies_until__gt=moment)
    SigningKey.objects.filter(later).update(verifies_until=moment, updated_at=now)
