"""A household from its file: all of it, with its own ids and times, or nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Exists, ForeignKey, OuterRef

from accounts.models import User
from config.bulk import write_rows
from households.models import Activity, DiaryCounter, Household, HouseholdRow
from tasks.services.household_files.accounts import Accounts
from tasks.services.household_files.reading import HouseholdFile, Problems, Row, TooMany, refused
from tasks.services.household_files.tables import TABLES, Table, fields_of, name_of, references_of, rows_of
from tasks.services.household_files.values import value_of

# A line of the file, and the row that it stands for.
Made = tuple[int, Any]


@dataclass(frozen=True)
class Report:
    """What was made, or would be; with problems, nothing is."""

    household_id: UUID
    name: str
    counts: dict[str, int]
    made: list[str]
    linked: list[str]
    problems: list[str]


@transaction.atomic
def import_household(*, lines: Iterable[bytes], may_link: bool, is_rehearsal: bool) -> Report:
    """The household in these lines. Refused when they are no export of one, or it is here already."""
    problems = Problems()
    file = HouseholdFile(lines, problems)
    _make_room_for(file.household_id)
    accounts = Accounts(may_link=may_link)
    try:
        _Import(file, accounts, problems).run()
    except TooMany:
        problems.sentences.append("There is more that is wrong; so far for now.")
    name = Household.objects.filter(pk=file.household_id).values_list("name", flat=True).first() or ""
    if problems or is_rehearsal:
        transaction.set_rollback(True)
    return Report(file.household_id, name, dict(file.counts), accounts.made, accounts.linked, problems.sentences)


def _make_room_for(household_id: UUID) -> None:
    """An empty household of the same id is replaced."""
    found = Household.objects.filter(pk=household_id)
    belonging = [table for table in TABLES if issubclass(table, HouseholdRow)]
    if any(rows_of(table, household_id).exists() for table in belonging):
        raise refused(f"{found.get()} is on this server already, and an import adds nothing to a household.")
    DiaryCounter.objects.filter(household=household_id).delete()
    found.delete()


class _Import:
    def __init__(self, file: HouseholdFile, accounts: Accounts, problems: Problems) -> None:
        self._file = file
        self._household_id = file.household_id
        self._accounts = accounts
        self._problems = problems

    def run(self) -> None:
        _lift_limit_of_time()
        for table, rows in self._file.batches():
            made = [(row.line, instance) for row in rows if (instance := self._instance(row))]
            self._write(table, made)
        if not self._problems:
            self._check_household()
            self._check_references()
            self._count_diary()

    # --- From a line to a row ---------------------------------------------------------------------

    def _instance(self, row: Row) -> Any:
        """The row to be written; None where there is none, or something is wrong with it."""
        try:
            instance = row.table(**self._values(row))
            return self._accounts.settle(instance) if isinstance(instance, User) else instance
        except ValidationError as error:
            self._problems.add(f"Line {row.line} ({name_of(row.table)}): {error.messages[0].rstrip('.')}.")
            return None

    def _values(self, row: Row) -> dict[str, Any]:
        fields = {field.name: field for field in fields_of(row.table)}
        if others := row.given.keys() ^ fields.keys():
            raise ValidationError(f"these are not its columns: {', '.join(sorted(others))}")
        return {field.attname: self._value(field, row.given[name]) for name, field in fields.items()}

    def _value(self, field: Any, given: Any) -> Any:
        try:
            return self._settled(field, value_of(field, given))
        except ValidationError as error:
            raise ValidationError(f"{field.name}: {error.messages[0]}") from error

    def _settled(self, field: Any, value: Any) -> Any:
        """The value as it is here: of a user, who they are on this server."""
        means = field.related_model or (field.primary_key and field.model)
        if means is Household and value != self._household_id:
            raise ValidationError("this is another household")
        if field.related_model is not User or value is None:
            return value
        account = self._accounts.get(value)
        if account is None:
            raise ValidationError("this user is not in the file")
        return account

    # --- Into the database -------------------------------------------------------------------------

    def _write(self, table: Table, made: list[Made]) -> None:
        """Whatever the database refuses is looked for by halves, so that each of them is named."""
        try:
            with transaction.atomic():
                write_rows(table, [row for _, row in made], as_given={field.name for field in fields_of(table)})
        except (IntegrityError, DataError) as error:
            if len(made) == 1:
                self._problems.add(f"Line {made[0][0]} ({name_of(table)}): {_why(made[0][1], error)}")
                return
            half = len(made) // 2
            self._write(table, made[:half])
            self._write(table, made[half:])

    def _check_household(self) -> None:
        if not Household.objects.filter(pk=self._household_id).exists():
            self._problems.add("The household itself is not in the file.")

    def _check_references(self) -> None:
        """Users and household are checked already; all else stays inside of the household."""
        for table in TABLES:
            for field in references_of(table):
                if issubclass(field.related_model, HouseholdRow):
                    for pk in self._astray(table, field):
                        self._problems.add(f"The {name_of(table)} {pk}: its {field.name} is not in the file.")

    def _astray(self, table: Table, field: ForeignKey) -> Iterator[UUID]:
        there = rows_of(field.related_model, self._household_id).filter(pk=OuterRef(field.attname))
        named = rows_of(table, self._household_id).filter(**{f"{field.name}__isnull": False})
        yield from named.filter(~Exists(there)).order_by("pk").values_list("pk", flat=True).iterator()

    def _count_diary(self) -> None:
        """The diary goes on where it was."""
        entries = Activity.objects.filter(household=self._household_id)
        counter = DiaryCounter(household_id=self._household_id)
        counter.last_seq = entries.order_by("-seq").values_list("seq", flat=True).first() or 0
        counter.last_entry = entries.order_by("-pk").values_list("pk", flat=True).first()
        counter.save(force_insert=True)


def _lift_limit_of_time() -> None:
    """A request's limit is none for a whole household at once."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")


def _why(row: Any, error: Exception) -> str:
    if type(row)._base_manager.filter(pk=row.pk).exists():
        return "its id is in the file twice, or in another household of this server."
    return f"it breaks a rule of its table: {str(error).splitlines()[0].rstrip('.')}."
