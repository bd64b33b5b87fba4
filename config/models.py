"""What every table shares."""

import unicodedata
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from config.errors import Code, Refusal, invalid


class ChangedAt(models.DateTimeField):
    """When the row was written last; of a new one, the very moment of `created_at`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"auto_now": True}))

    def deconstruct(self) -> tuple:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, options

    def pre_save(self, instance: Any, add: bool) -> Any:
        if not add:
            return super().pre_save(instance, add)
        # Two looks at the clock would make a row that nobody has changed look changed.
        setattr(instance, self.attname, instance.created_at)
        return instance.created_at


class BaseModel(models.Model):
    """A row with a time-ordered key (UUIDv7, RFC 9562), which is also its place in a page."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = ChangedAt()

    class Meta:
        abstract = True

    def assign(self, changes: dict[str, Any]) -> list[str]:
        """Set the fields that really change; returns their names, sorted, for `save(update_fields=...)`."""
        changed = sorted(name for name, value in changes.items() if getattr(self, name) != value)
        for name in changed:
            setattr(self, name, changes[name])
        return changed


class Deletable(BaseModel):
    """A row whose deletion leaves a tombstone, so that it can be undone and never disturbs what hangs on it."""

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Whose deletion it was, and so who may undo it. None where it came along with something else, like a merge.
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.RESTRICT, null=True, editable=False, db_index=False, related_name="+"
    )

    # What a deletion and its undo write.
    deletion_columns = ["deleted_at", "deleted_by", "updated_at"]

    class Meta:
        abstract = True

    def entomb(self, by: models.Model | None = None) -> None:
        """Delete it; `by` is the user who may undo that."""
        self.deleted_at, self.deleted_by_id = timezone.now(), by.pk if by else None
        self.save(update_fields=self.deletion_columns)

    def revive(self) -> None:
        self.deleted_at = self.deleted_by_id = None
        self.save(update_fields=self.deletion_columns)


def by_deleter(name: str) -> models.Index:
    """For each `Deletable`: before a user's row may go, the database looks for whatever they have deleted. In it are
    tombstones only, so that nothing else gets slower."""
    return models.Index(fields=["deleted_by"], condition=models.Q(deleted_by__isnull=False), name=name)


class CasefoldKey(models.CharField):
    """A copy of another field in the form it is compared in: casefolded, or NULL when that field is empty.

    A column, because SQLite's LOWER knows only ASCII; a field with `pre_save`, because that is kept by
    `save()` and `bulk_create()` alike. When saving with `update_fields`, name this column, too.
    """

    def __init__(self, source: str, **options: Any) -> None:
        self.source = source
        super().__init__(**({"max_length": 254, "null": True, "editable": False} | options))

    def deconstruct(self) -> tuple:
        name, path, args, options = super().deconstruct()
        return name, path, [self.source, *args], options

    def pre_save(self, instance: models.Model, add: bool) -> str | None:
        value = casefold_key(getattr(instance, self.source))
        # NFKC can make a text many times longer: one character of it may stand for a whole phrase.
        if value and len(value) > (self.max_length or 0):
            raise invalid(**{self.source: "This is too long."})
        setattr(instance, self.attname, value)
        return value


class SearchText(models.TextField):
    """Other fields of the row in the form that they are searched in: `search_key` of each, one to a line.

    A column, so that an index can hold it. When saving with `update_fields`, name this column, too.
    """

    def __init__(self, *sources: str, **options: Any) -> None:
        self.sources = sources
        fixed: dict[str, Any] = {"default": "", "editable": False}
        super().__init__(**(fixed | options))

    def deconstruct(self) -> tuple:
        name, path, args, options = super().deconstruct()
        return name, path, [*self.sources, *args], options

    def pre_save(self, instance: models.Model, add: bool) -> str:
        value = "\n".join(search_key(getattr(instance, source)) for source in self.sources)
        setattr(instance, self.attname, value)
        return value


def search_key(text: str) -> str:
    """The text as it is searched: casefolded and without accents, so that "creme" finds "Crème"."""
    letters = unicodedata.normalize("NFKD", casefold_key(text) or "")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def validate_one_line(text: str) -> None:
    """For names: nothing in them that a terminal or a log would obey."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise ValidationError("Use one line without control characters.")


def casefold_key(text: str | None) -> str | None:
    """The text as it is compared: Unicode NFKC, casefolded, single spaces; None when nothing is left."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split()) or None


class EachRow(models.Exists):
    """EXISTS that is asked of each row as the row comes.

    PostgreSQL would rather find out beforehand for all rows there are: it does not know how soon a page is full. The
    OFFSET keeps it from that, and makes no other difference.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"


class Tested(models.Func):
    """A condition with an IN, of which PostgreSQL shall make no join.

    It would guess how many rows come of that as if a household's items stood on anybody's lists, expect next to none,
    and look at all of them instead of the first fifty. As it is, it looks the lists up once and each row among them.
    """

    arity = 1
    template = "(%(expressions)s) IS TRUE"
    output_field = models.BooleanField()


class ScopedQuerySet(models.QuerySet):
    """The base of every queryset: rows are reached through `visible_to(viewer)` and nowhere else."""

    def visible_to(self, viewer: Any) -> Self:
        """The rows that this viewer may see; none without a viewer."""
        raise NotImplementedError(f"{self.model.__name__} does not say who may see it.")

    def known_to(self, viewer: Any) -> Self:
        """The rows that this viewer may see or, where they are deleted, might have seen: the diary speaks of both."""
        raise NotImplementedError(f"{self.model.__name__} does not say who may know of it.")

    def alive(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def locked(self, pk: UUID | models.QuerySet) -> Any:
        """This row, locked until the transaction ends; RESOURCE_NOT_FOUND when it is not among these.

        Join nothing to it (no `select_related`) that decides something: after waiting for the lock, PostgreSQL gives
        the joined rows as they were before. Read them afterwards.
        """
        row = self.for_update().filter(pk=pk).first()
        if row is None:
            raise Refusal(Code.RESOURCE_NOT_FOUND)
        return row

    def for_update(self) -> Self:
        """These rows, to be locked as they are read, and nothing that is joined to them."""
        # NO KEY: rows that merely refer to these may be written meanwhile. Their foreign keys would wait otherwise,
        # and two transactions could each wait for the other.
        return self.select_for_update(of=("self",), no_key=True)
