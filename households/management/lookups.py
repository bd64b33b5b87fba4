"""What staff say on a command line, looked up; whatever is not clear ends with one sentence and exit code 2."""

from typing import Any
from uuid import UUID

from accounts.models import User
from config.commands import bad
from config.models import ScopedQuerySet, casefold_key
from households.models import Household, Membership, Person


def household_called(text: str) -> Household:
    return _the_one(Household.objects.all(), "name", text, "household")


def person_called(text: str, household: Household) -> Person:
    people = Person.objects.alive().filter(household=household)
    return _the_one(people, "display_name", text, f"person in {household}")


def member_with_login(login: str, household: Household) -> Membership:
    users = User.objects.with_login(login)
    membership = Membership.objects.filter(household=household, user__in=users).first()
    if membership is None:
        raise bad(f"Nobody signs in to {household} as “{login}”.")
    return membership


def _the_one(rows: ScopedQuerySet, field: str, text: str, what: str) -> Any:
    """The row with this id or name."""
    by_id = _as_id(text)
    # Compared here and not by the database: SQLite's idea of case ends with ASCII.
    key = casefold_key(text)
    found = list(rows.filter(pk=by_id)) if by_id else [row for row in rows if casefold_key(getattr(row, field)) == key]
    if not found:
        raise bad(f"There is no {what} called “{text}”.")
    if len(found) > 1:
        ids = ", ".join(str(row.pk) for row in found)
        raise bad(f"There is more than one {what} called “{text}”; say which by its id: {ids}.")
    return found[0]


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
