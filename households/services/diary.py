"""The writer of the diary. Reading it is decided by the subjects, at reading time."""

from functools import partial
from secrets import randbelow
from typing import Any
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from accounts.models import User
from config import wakeups
from config.models import BaseModel
from households.models import Activity, DiaryCounter


@transaction.atomic
def record(*, household_id: UUID, actor: User | None, verb: str, subject: BaseModel, **payload: Any) -> Activity:
    """Write what happened into the household's diary, inside the transaction of the change.

    Call it last: the counter's lock is held until the commit, so that numbers follow the order of commits,
    and taking it after all others keeps two changes from waiting for each other.
    """
    counter = DiaryCounter.objects.select_for_update().get(household_id=household_id)
    counter.last_seq += 1
    counter.last_entry = _key_after(counter.last_entry)
    counter.save(update_fields=["last_seq", "last_entry"])
    # Robust: the entry stands, whether anybody could be woken for it or not.
    transaction.on_commit(partial(wakeups.wake, channel_of(household_id)), robust=True)
    return Activity.objects.create(
        id=counter.last_entry,
        household_id=household_id,
        seq=counter.last_seq,
        actor=actor,
        verb=verb,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        payload=payload,
    )


def channel_of(household_id: UUID) -> str:
    """By what the streams of this household are woken."""
    return f"diary of {household_id}"


def _key_after(last: UUID | None) -> UUID:
    """A new key that sorts behind the last one, also within its millisecond and when the clock was set back.

    The step is of any order of magnitude: by steps of one size a reader could count the hidden entries between two that
    they see.
    """
    key = uuid7()
    return key if last is None or key > last else UUID(int=last.int + 1 + randbelow(2 ** (1 + randbelow(60))))
