"""The writer of the diary. Reading it is decided by the subjects, at reading time."""

from functools import partial
from secrets import randbelow
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from accounts.models import User
from config import wakeups
from config.models import BaseModel
from households.models import Activity, DiaryCounter


@transaction.atomic(savepoint=False)
def record(*, household_id: UUID, actor: User | None, verb: str, subject: BaseModel, **payload: Any) -> Activity:
    """Write what happened into the household's diary, inside the transaction of the change.

    Call it last: the counter's lock is held until the commit, so that numbers follow the order of commits,
    and taking it after all others keeps two changes from waiting for each other.
    """
    seq, key = _next_place(household_id)
    # Robust: the entry stands, whether anybody could be woken for it or not.
    transaction.on_commit(partial(wakeups.wake, channel_of(household_id)), robust=True)
    return Activity.objects.create(
        id=key,
        household_id=household_id,
        seq=seq,
        actor=actor,
        verb=verb,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        payload=payload,
    )


def channel_of(household_id: UUID) -> str:
    """By what the streams of this household are woken."""
    return f"diary of {household_id}"


# Raw, because Django's UPDATE returns nothing, and to look first would be one more statement in every change.
COUNT = """
    UPDATE households_diarycounter
    SET last_seq = last_seq + 1, last_entry = CASE WHEN last_entry > %(key)s THEN last_entry ELSE %(key)s END
    WHERE household_id = %(household)s
    RETURNING last_seq, last_entry
"""


def _next_place(household_id: UUID) -> tuple[int, UUID]:
    """The number and key of the next entry. The counter stays locked until the transaction ends."""
    key = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": _as_column(key), "household": _as_column(household_id)})
        row = cursor.fetchone()
    if row is None:
        raise DiaryCounter.DoesNotExist
    seq, latest = row[0], UUID(str(row[1]))
    if latest != key:
        key = _key_after(latest)
        DiaryCounter.objects.filter(household=household_id).update(last_entry=key)
    return seq, key


def _as_column(key: UUID) -> Any:
    """The key as this database keeps it: SQLite has no type for it."""
    return DiaryCounter._meta.get_field("last_entry").get_db_prep_value(key, connection)


def _key_after(last: UUID) -> UUID:
    """A key that sorts behind the last one, when the clock was set back.

    The step is of any order of magnitude: by steps of one size a reader could count the hidden entries between two that
    they see.
    """
    return UUID(int=last.int + 1 + randbelow(2 ** (1 + randbelow(60))))
