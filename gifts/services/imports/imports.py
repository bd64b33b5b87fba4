"""One import from beginning to end: all of the file in one transaction, or nothing of it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction

from accounts.models import User
from config.models import casefold_key
from gifts.models import ImportedRow
from gifts.models.imports import ImportedRowQuerySet
from gifts.services.imports.cells import read_secret
from gifts.services.imports.drafts import Wish, understand
from gifts.services.imports.names import halves_of
from gifts.services.imports.people import People
from gifts.services.imports.places import Places
from gifts.services.imports.reading import Row, stop
from gifts.services.imports.report import Report
from gifts.services.imports.writing import Writer
from households.models import Household, Membership
from households.services import diary
from households.viewer import Viewer


@transaction.atomic
def import_rows(
    *,
    rows: list[Row],
    household: Household,
    user: User,
    said: Mapping[str, Membership | None],
    is_rehearsal: bool = False,
    known: ImportedRowQuerySet | None = None,
) -> Report:
    """Import what the ledger does not know yet. A rehearsal does all the same and takes it back.

    `said` tells, by casefolded name, which member somebody in the file is; None for somebody without a login. `known`
    are the rows of the ledger that count, all unless told otherwise.
    """
    fresh_report = partial(Report, reader=user.login, rows=len(rows), is_rehearsal=is_rehearsal)
    # Two imports of one file at the same moment: the second waits here, and finds everything in the ledger.
    household = Household.objects.visible_to(Viewer.of(user)).locked(household.pk)
    _refuse_strangers(rows, said)
    known = (ImportedRow.objects.all() if known is None else known).filter(household=household)
    fresh = _not_yet_imported(rows, known, Viewer.of(user))
    known_before = len(rows) - len(fresh)
    while True:
        before = transaction.savepoint()
        report = fresh_report(known_before=known_before)
        writer = _write(fresh, household, user, said, report)
        if not writer.too_long:
            break
        # Of a refused row nothing may stay, not even whom it names; so all is taken back, and done without it.
        transaction.savepoint_rollback(before)
        fresh = [replace(row, flaw=writer.too_long.get(row.number, row.flaw)) for row in fresh]
    _record(writer, household)
    if is_rehearsal:
        transaction.set_rollback(True)
    return report


def _write(
    rows: list[Row], household: Household, user: User, said: Mapping[str, Membership | None], report: Report
) -> Writer:
    wishes = understand(rows, currency=household.currency, report=report)
    people = People(household, said, report)
    people.meet(_names_in(wishes))
    for wish in wishes:
        is_for_nobody = not wish.lead.recipient
        wish.may_name_somebody = is_for_nobody and (_has_buyer(wish) or people.might_be_named_in(wish.words))
    # Only now it is known which couples they are half of.
    places = Places(Viewer.of(user), household, report, _spoilers(wishes, people))
    writer = Writer(people, places, report)
    for wish in wishes:
        writer.write(wish)
    return writer


def _has_buyer(wish: Wish) -> bool:
    return any(draft.row.cells["Who buys"].strip() for draft in wish.drafts)


def _not_yet_imported(rows: list[Row], known: ImportedRowQuerySet, viewer: Viewer) -> list[Row]:
    imported, surprises = (
        set(some.values_list("fingerprint", flat=True)) for some in (known, known.surprises_for(viewer))
    )
    # An open wish of their own that others have put to a surprise comes to stand on their list, as if they had not.
    again = {row.fingerprint for row in rows if not read_secret(row.cells["Secret"]).value} & surprises
    return [row for row in rows if row.fingerprint not in imported - again]


def _names_in(wishes: list[Wish]) -> list[str]:
    drafts = sorted((draft for wish in wishes for draft in wish.drafts), key=lambda draft: draft.row.number)
    return [name for draft in drafts for name in (draft.recipient, draft.buyer)]


def _refuse_strangers(rows: list[Row], said: Mapping[str, Membership | None]) -> None:
    """A name given with --map that the file does not have is a slip, and the one that was meant stays unsaid."""
    in_file = {casefold_key(row.cells[column]) for row in rows for column in ("For", "Who buys")}
    halves = {casefold_key(half) for name in in_file if name for half in halves_of(name)}
    unknown = [name for name in said if name not in in_file | halves]
    if unknown:
        raise stop(f"The file names nobody called {' or '.join(f'“{name}”' for name in unknown)}, as --map says.")


def _spoilers(wishes: list[Wish], people: People) -> dict[str, set[UUID]]:
    """Occasions that would tell something by their very name, and whom: those that only secret wishes speak of.

    A `Farewell party` with surprises for Leo alone can be hidden from him; `Surprise weekend` with some for Leo and
    some for Mia can be hidden from neither, so it does not come to be.
    """
    meant_for: dict[str, set[UUID | None]] = {}
    for wish in wishes:
        recipient = people[wish.lead.recipient].pk if wish.lead.recipient else None
        if wish.lead.occasion and not wish.lead.occasion.tells_nothing:
            # An open wish stands for everybody.
            meant_for.setdefault(wish.lead.occasion.key, set()).update({recipient} if wish.is_secret else {None})
    return {key: {one for one in persons if one} for key, persons in meant_for.items() if None not in persons}


def _record(writer: Writer, household: Household) -> None:
    """One entry, without a number or a name. Everybody reads it if everybody sees something new; else it is as
    secret as what was written."""
    if not writer.items:
        return
    is_seen_by_all = writer.places.has_opened or writer.report.made["people"]
    diary.record(
        household_id=household.pk,
        actor=writer.places.viewer.user,
        verb="import.finished",
        subject=household if is_seen_by_all else writer.items[0].plan,
    )
