"""Statements that are compiled once and asked many times.

To build a statement through the ORM takes many times as long as to run it. But for all viewers of one shape it is the
same text, and only the ids in it differ. So it is built for stand-ins and kept, and each request fills its own values
in. The querysets, and `visible_to` first of all, know nothing of this. See docs/decisions/0010.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from threading import Lock
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from psycopg import RawCursor

Values = Mapping[str, Any]
NO_VALUES: Values = {}

MOST_KEPT = 2_000
MOST_PREPARED = 40
PLACE = re.compile("%%|%s")
NAMED_PLACE = re.compile(r"%%|%\((?P<name>\w+)\)s")


@dataclass(frozen=True)
class Draft:
    """What a queryset compiles to; `note` is whatever its builder wants to know of it later."""

    sql: str
    params: Sequence[Any]
    note: Any = None


@dataclass(frozen=True)
class Statement:
    """SQL with named places, for its constants and for the values of a request."""

    sql: str
    constants: dict[str, Any]
    fields: dict[str, models.Field]
    note: Any = None

    def ask(self, values: Values) -> list[tuple]:
        filled = {name: field.get_db_prep_value(values[name], connection) for name, field in self.fields.items()}
        with _cursor() as cursor:
            cursor.execute(self.sql, self.constants | filled)
            return cursor.fetchall()


Build = Callable[["Places"], Draft]


class Statements:
    """Those that are kept, by whatever decides their text. What was not asked for longest makes room for new ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Statement] = OrderedDict()
        self._lock = Lock()
        self._building = Lock()

    def ask(self, key: Hashable, values: Values, build: Build) -> tuple[list[tuple], Any]:
        """The rows of the statement that `build` makes for these values, and the note in its draft.

        The key must name all else that the statement depends on; None for one that will hardly be asked again. What
        `build` raises is raised, and nothing kept.
        """
        if key is None:
            draft = build(Places(values))
            with connection.cursor() as cursor:
                cursor.execute(draft.sql, draft.params)
                return cursor.fetchall(), draft.note
        statement = self._kept_or_built((key, tuple(values)), values, build)
        return statement.ask(values), statement.note

    def _kept_or_built(self, key: Hashable, values: Values, build: Build) -> Statement:
        if statement := self._found(key):
            return statement
        # One at a time: after a start all threads miss the same ones.
        with self._building:
            return self._found(key) or self._keep(key, compiled_for(values, build))

    def _found(self, key: Hashable) -> Statement | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Hashable, statement: Statement) -> Statement:
        with self._lock:
            self._kept[key] = statement
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return statement


statements = Statements()


def compiled_for(values: Values, build: Build) -> Statement:
    """The statement for such values. It is built twice, for different stand-ins.

    Wherever the two differ stands a value of the request. If anything else differs, then `build` has looked at a value
    instead of passing it on, and what it built is good for nobody else.
    """
    first, second = (_with_places(build, StandIns(values, variant=variant)) for variant in (0, 1))
    if (first.sql, first.constants) != (second.sql, second.constants):
        raise RuntimeError("This statement depends on more than the places of its values.")
    return first


def _with_places(build: Build, stand_ins: "StandIns") -> Statement:
    draft = build(stand_ins)
    name_of, params = stand_ins.by_form(), iter(draft.params)
    constants: dict[str, Any] = {}
    places: dict[Any, str] = {}

    def place(found: re.Match) -> str:
        if found.group() == "%%":
            return "%%"
        param = next(params)
        if param in name_of:
            return f"%({name_of[param]})s"
        # Equal constants share a place: to PostgreSQL, what is grouped by has to look like what is selected.
        name = places.setdefault((type(param), param), f"constant_{len(places)}")
        constants[name] = param
        return f"%({name})s"

    sql = PLACE.sub(place, draft.sql)
    used = {name: field for name, field in stand_ins.fields.items() if f"%({name})s" in sql}
    return Statement(sql, constants, used, draft.note)


class Places(Mapping[str, Any]):
    """The values that a statement is built for, by name: here the values themselves."""

    def __init__(self, values: Values) -> None:
        self.values_ = values

    def __getitem__(self, name: str) -> Any:
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)

    def compared_with(self, field: models.Field, name: str) -> Any:
        """A value that is the text of one of this field."""
        return field.to_python(self[name])


class StandIns(Places):
    """For each value another one of its type, by which its places in the statement are found again."""

    def __init__(self, values: Values, *, variant: int) -> None:
        super().__init__(values)
        self._numbers = {name: 2 * number + variant for number, name in enumerate(values)}
        self.fields: dict[str, models.Field] = {name: _field_for(value) for name, value in values.items()}

    def __getitem__(self, name: str) -> Any:
        return self.compared_with(self.fields[name], name)

    def compared_with(self, field: models.Field, name: str) -> Any:
        self.fields[name] = field
        return next(make for kind, make in _STAND_INS if isinstance(field, kind))(self._numbers[name])

    def by_form(self) -> dict[Any, str]:
        """The names of the values, by the form in which the database gets their stand-ins."""
        return {field.get_db_prep_value(self[name], connection): name for name, field in self.fields.items()}


# Values that nobody ever has. A DateTimeField is a DateField, too, so it stands first.
_STAND_INS: list[tuple[type[models.Field], Callable[[int], Any]]] = [
    (models.DateTimeField, lambda number: datetime(1, 1, 1, tzinfo=UTC) + timedelta(seconds=number)),
    (models.UUIDField, lambda number: UUID(int=(0xDEADBEEF << 96) + number)),
    (models.DateField, lambda number: date.fromordinal(1 + number)),
    (models.DecimalField, lambda number: Decimal(10**10 - 1 - number) / 100),
    (models.IntegerField, lambda number: 32_767 - number),
    (models.CharField, lambda number: f"\ue000{number}\ue000"),
    (models.TextField, lambda number: f"\ue000{number}\ue000"),
]


def _field_for(value: Any) -> models.Field:
    return _FIELDS[type(value)]


_FIELDS: dict[type, models.Field] = {
    UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
    date: models.DateField(),
    str: models.TextField(),
}


def in_python(rows: models.QuerySet) -> Draft:
    """A statement for these `values_list` rows; its note turns what the database answers into Python's types."""
    compiler = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    return Draft(sql, params, note=partial(compiler.apply_converters, converters=converters))


class PreparedCursor(RawCursor):
    """To plan such a statement takes PostgreSQL longer than to run it. Prepared, it is planned once for each connection
    (`plan_cache_mode`).

    Behind a transaction pooler (`prepare_threshold` None) psycopg leaves that out.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        numbered, names = _numbered(query)
        super().execute(numbered, [params[name] for name in names], prepare=True)
        # psycopg keeps no text of what it has prepared, but that is where Django's log of queries looks for it.
        self._query: Any = SimpleNamespace(query=numbered)
        return self


@lru_cache(MOST_KEPT)
def _numbered(sql: str) -> tuple[bytes, list[str]]:
    """The statement as PostgreSQL reads it ($1, $2), and which value each number stands for.

    psycopg's own cursor would take long statements apart anew each time: it remembers only short ones.
    """
    numbers: dict[str, int] = {}

    def place(found: re.Match) -> str:
        name = found["name"]
        return f"${numbers.setdefault(name, len(numbers) + 1)}" if name else "%"

    return NAMED_PLACE.sub(place, sql).encode(), list(numbers)


def _cursor() -> CursorWrapper:
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    # Plans of wide statements are large: up to a megabyte each, in each connection.
    connection.connection.prepared_max = MOST_PREPARED
    cursor: Any = PreparedCursor(connection.connection)
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
