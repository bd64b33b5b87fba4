"""A request that is sent twice is carried out once. The key's row stands or falls with the change it belongs to."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import IdempotencyKey, User
from config.errors import Code, Refusal

LIFETIME = timedelta(hours=24)
SWEPT_AT_ONCE = 100


@transaction.atomic
def reserve(*, user: User, route: str, key: str, request_hash: str) -> tuple[IdempotencyKey, bool]:
    """The row of this key, and whether it is new: then the caller carries the request out, in this transaction.

    Whoever comes second waits in the INSERT until the first has committed, or takes its place if it failed.
    VALIDATION_IDEMPOTENCY when the key was used for something else.
    """
    _forget_expired(user, route, key)
    kept, is_new = IdempotencyKey.objects.get_or_create(
        user=user, route=route, key=key, defaults={"request_hash": request_hash}
    )
    if kept.request_hash != request_hash:
        raise Refusal(Code.VALIDATION_IDEMPOTENCY)
    return kept, is_new


@transaction.atomic
def keep(*, reserved: IdempotencyKey, status: int, reference: UUID | None) -> None:
    """Note how it was answered."""
    fields = reserved.assign({"status": status, "reference": reference})
    reserved.save(update_fields=[*fields, "updated_at"])


def _forget_expired(user: User, route: str, key: str) -> None:
    expired = IdempotencyKey.objects.filter(user=user, created_at__lte=timezone.now() - LIFETIME)
    expired.filter(route=route, key=key).delete()
    # Those that another request is sweeping are left to it: nobody waits for a broom.
    swept = expired.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True)[:SWEPT_AT_ONCE]
    IdempotencyKey.objects.filter(pk__in=list(swept)).delete()
