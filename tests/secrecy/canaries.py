"""A canary in every field: a value of its own, so that a leak names what leaked."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Model

from config.models import CasefoldKey, SearchText
from tests.secrecy.looking import Look
from tests.secrecy.world import SEES, World, domain

# Fields that hold no canary, and why. A field of any other name has one, or the harness fails.
UNMARKED = {
    "deleted_at": "never read by anybody; what is deleted answers 404, or is `withdrawn`",
    "hidden_since": "never read by anybody; what was taken off a closed list is judged by it",
    "archived_at": "a moment of a person, whom everybody sees who plans",
    "currency": "three letters of a list",
    "timezone": "a name of a list",
    "accepted_at": "told of an invitation that is over, when nobody is told of it any more",
    "declined_at": "never read by anybody",
    "withdrawn_at": "never read by anybody",
    "colour": "six digits",
    "verb": "a word of the diary's own",
    "subject_type": "a word of the diary's own",
    "subject_id": "the id of a row that has a canary",
    "payload": "words of the diary's own and ids of rows that have canaries",
}

# Canaries that nobody at all is ever told, whoever may see the row.
UNTOLD = {
    "activity.seq": "a gap would tell of an entry that the reader may not see",
    "activity.updated_at": "an entry never changes",
    "invitation.updated_at": "an invitation that is open has never changed",
    "listitem.position": "readers get dense ordinals",
    "itemplan.id": "a plan is read as a part of its item",
    "itemplan.created_at": "a plan is read as a part of its item",
    "itemplan.updated_at": "a plan is read as a part of its item",
    "importedrow.*": "the importer's ledger",
    "gifttag.*": "tags are read as a part of their gift",
    "persontag.*": "tags are read as a part of their person",
    "personmember.*": "a couple is read as a whole",
    "commenthiddenfrom.*": "read as a part of their comment",
    "commentmention.*": "read as a part of their comment",
    "task.series_start": "what the next day is counted from",
    "task.series_day": "what the next day is counted from",
}

# Told to those who may know, but not in every world: only where something of theirs was given.
SOMETIMES = {"claim.given_title", "claim.given_image_url"}

# Of a secret that a viewer may know, they are told these fields only.
ONLY: dict[tuple[str, str], set[str]] = {
    ("guest", "person"): {"id", "display_name"},
    ("guest", "tag"): {"id", "name"},
    ("guest", "activity"): set(),  # guests read no diary
    # Of what it was about, nothing.
    ("recipient", "task"): {
        "id",
        "created_at",
        "updated_at",
        "completed_at",
        "due_on",
        "priority",
        "recurrence",
        "repeat_after_days",
    },
}


@dataclass(frozen=True)
class Canary:
    kind: str
    model: str
    field: str
    value: Any

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def name(self) -> str:
        return f"{self.model}.{self.field}"

    @property
    def is_untold(self) -> bool:
        return self.name in UNTOLD or f"{self.model}.*" in UNTOLD

    def may_be_told_to(self, viewer: str) -> bool:
        only = ONLY.get((viewer, self.model), {self.field})
        return viewer in SEES[self.kind] and self.field in only and not self.is_untold

    def sings_in(self, words: str, numbers: set[int]) -> bool:
        return self.value in numbers if isinstance(self.value, int) else self.value in words


class Cage:
    """All canaries of a world, put where they belong."""

    def __init__(self, world: World) -> None:
        self.canaries: list[Canary] = []
        self._numbers: dict[tuple[str, str, str], int] = {}
        for row in [*world.rows(), world.family.household]:
            if kind := world.kind_of(row):
                self._mark(kind, row)
        self._mark("session", world.family.ada.user.sessions.earliest("id"), ["device_name", "app_version"])
        self._mark("session", world.family.ada.user, ["email"])

    def _mark(self, kind: str, row: Model, names: list[str] | None = None) -> None:
        model = row._meta.model_name or ""
        if names is None:
            self.canaries.append(Canary(kind, model, "id", str(row.pk)))
        values = {}
        for field in fields_of(type(row)):
            if (names is None or field.name in names) and getattr(row, field.name) not in (None, "", {}):
                value = self._value(kind, row, field)
                values[field.name] = value
                self.canaries.append(Canary(kind, model, field.name, as_read(value)))
        # First as anybody saves it, so that what is derived follows; then the moments, which saving sets itself.
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        type(row)._base_manager.filter(pk=row.pk).update(**values)

    def _value(self, kind: str, row: Model, field: models.Field) -> Any:
        model = row._meta.model_name or ""
        if field.name == "seq":  # in an order that means something; the world's diary begins at numbers of its own
            return row.seq
        return mark(field, self._number(kind, model, field.name), f"{kind}-{model}-{field.name}")

    def _number(self, *of: str) -> int:
        return self._numbers.setdefault(of, len(self._numbers) + 1)

    @property
    def names(self) -> set[str]:
        return {canary.name for canary in self.canaries}

    def forbidden_to(self, viewer: str) -> list[Canary]:
        allowed = {canary.value for canary in self.canaries if canary.may_be_told_to(viewer)}
        return list({c.value: c for c in self.canaries if c.value not in allowed}.values())

    def owed_to(self, viewer: str) -> list[Canary]:
        return [c for c in self.canaries if c.may_be_told_to(viewer) and c.name not in SOMETIMES]


def told(cage: Cage, viewer: str, looks: Iterable[Look]) -> list[str]:
    """Every canary that this viewer is told and may not know, but for what they asked with."""
    forbidden = cage.forbidden_to(viewer)
    found = []
    for look in looks:
        words, numbers = look.words, look.numbers
        found += [
            f"{viewer} is told {canary} at {look.asked}"
            for canary in forbidden
            if canary.sings_in(words, numbers) and str(canary.value) not in look.asked
        ]
    return found


def unsung(cage: Cage, viewer: str, looks: Iterable[Look]) -> list[str]:
    """Every canary that this viewer may know and is not told anywhere: what is not shown proves nothing."""
    words, numbers = [], set()
    for look in looks:
        words.append(look.words)
        numbers |= look.numbers
    text = "\n".join(words)
    owed = {(canary.kind, canary.name) for canary in cage.owed_to(viewer)}
    heard = {(c.kind, c.name) for c in cage.owed_to(viewer) if c.sings_in(text, numbers)}
    return [f"{viewer} is never told {kind} {name}" for kind, name in sorted(owed - heard)]


def without_canary(cage: Cage) -> list[str]:
    """Fields that could be hidden and hold nothing that would be recognised."""
    names = (f"{model._meta.model_name}.{field.name}" for model in domain() for field in fields_of(model))
    return sorted(name for name in names if name not in cage.names and name.partition(".")[2] not in UNMARKED)


def fields_of(model: type[Model]) -> Iterator[models.Field]:
    """Strings, numbers and dates. Ids are canaries by themselves; a choice, a yes or a no, and what is derived from
    other fields cannot be told apart from another's: for these there is the comparison of before and after."""
    for field in model._meta.concrete_fields:
        derived = isinstance(field, CasefoldKey | SearchText)
        plain = not (field.is_relation or field.primary_key or field.choices or derived)
        if plain and not isinstance(field, models.BooleanField) and field.name not in UNMARKED:
            yield field


def mark(field: models.Field, number: int, name: str) -> Any:
    """A value of the field's type that nothing else has."""
    if isinstance(field, models.DecimalField):
        return Decimal(f"{7_000_000 + number * 1009}.37")
    if isinstance(field, models.DateTimeField):
        return datetime.datetime(2051, 1, 1, 5, 6, 7, tzinfo=datetime.UTC) + datetime.timedelta(days=number)
    if isinstance(field, models.DateField):
        return datetime.date(2071, 1, 1) + datetime.timedelta(days=number)
    if isinstance(field, models.JSONField):
        return {"hat": f"cnry-{name}."}
    if isinstance(field, models.PositiveSmallIntegerField):
        return 20_000 + number
    if isinstance(field, models.IntegerField):
        return 3_000_000 + number
    if isinstance(field, models.URLField):
        return f"https://example.org/cnry-{name}."
    if isinstance(field, models.EmailField):
        return f"cnry-{name}.@example.org"
    if isinstance(field, models.CharField | models.TextField):
        return f"cnry-{name}."[: field.max_length or None]
    raise TypeError(f"What would a canary in {field} look like? Say so in tests/secrecy/canaries.py.")


def as_read(value: Any) -> Any:
    """How an answer would say it."""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, dict):
        return value["hat"]
    return value if isinstance(value, int) else str(value)
