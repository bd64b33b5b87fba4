"""The writer of the diary. Reading it is decided by the subjects, at reading time."""

from functools import partial
from itertools import accumulate
from secrets import randbelow
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from accounts.models import User
from config import wakeups
from config.models import BaseModel
from households.models import Activity, DiaryCounter

# What happened, to what, and what more is to be said of it.
Entry = tuple[str, Any, dict[str, Any]]


def record(*, household_id: UUID, actor: User | None, verb: str, subject: BaseModel, **payload: Any) -> Activity:
    """Write what happened into the household's diary, inside the transaction of the change.

    Call it last: the counter's lock is held until the commit, so that numbers follow the order of commits,
    and taking it after all others keeps two changes from waiting for each other.
    """
    return record_all(household_id=household_id, actor=actor, entries=[(verb, subject, payload)])[0]


@transaction.atomic(savepoint=False)
def record_all(*, household_id: UUID, actor: User | None, entries: list[Entry]) -> list[Activity]:
    """The same for a change of which there is more than one thing to tell, in this order."""
    seq, keys = _next_places(household_id, len(entries))
    # Robust: the entry stands, whether anybody could be woken for it or not.
    transaction.on_commit(partial(wakeups.wake, channel_of(household_id)), robust=True)
    return Activity.objects.bulk_create(
        Activity(
            id=key,
            household_id=household_id,
            seq=seq + place,
            actor=actor,
            verb=verb,
            subject_type=subject._meta.model_name or "",
            subject_id=subject.pk,
            payload=payload,
        )
        for place, (key, (verb, subject, payload)) in enumerate(zip(keys, entries, strict=True))
    )


def channel_of(household_id: UUID) -> str:
    """By what the streams of this household are woken."""
    return f"diary of {household_id}"


# Raw, because Django's UPDATE returns nothing, and to look first would be one more statement in every change.
COUNT = """
    UPDATE households_diarycounter
    SET last_seq = last_seq + %(number)s,
        last_entry = CASE WHEN last_entry > %(first)s THEN last_entry ELSE %(last)s END
    WHERE household_id = %(household)s
    RETURNING last_seq, last_entry
"""


def _next_places(household_id: UUID, number: int) -> tuple[int, list[UUID]]:
    """The number of the next entry, and the keys of so many. The counter stays locked until the transaction ends."""
    keys = [uuid7() for _ in range(number)]
    places = {"first": keys[0], "last": keys[-1], "household": household_id}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"number": number} | {name: _as_column(key) for name, key in places.items()})
        row = cursor.fetchone()
    if row is None:
        raise DiaryCounter.DoesNotExist
    seq, latest = row[0], UUID(str(row[1]))
    if latest != keys[-1]:
        keys = list(accumulate([latest, *keys], lambda last, _: _key_after(last)))[1:]
        DiaryCounter.objects.filter(household=household_id).update(last_entry=keys[-1])
    return seq - number + 1, keys


def _as_column(key: UUID) -> Any:
    """The key as this database keeps it: SQLite has no type for it."""
    return DiaryCounter._meta.get_field("last_entry").get_db_prep_value(key, connection)


def _key_after(last: UUID) -> UUID:
    """A key that sorts behind the last one, when the clock was set back.

    The step is of any order of magnitude: by steps of one size a reader could count the hidden entries between two that
    they see.
    """
    return UUID(int=last.int + 1 + randbelow(2 ** (1 + randbelow(60))))
