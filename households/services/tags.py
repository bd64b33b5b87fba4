"""The household's vocabulary, and how its words are put on people and gifts."""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from config.errors import Code, Refusal, invalid
from config.kept_rows import locked_row
from config.models import casefold_key
from households.models import Household, Tag
from households.services import diary, undo
from households.services.households import locked_with_household
from households.viewer import Viewer


class Tagged(Protocol):
    """A row that tags are put on."""

    household_id: Any
    tags: Any


@transaction.atomic
def create_tag(*, viewer: Viewer, name: str, household: Household | None = None, **fields: Any) -> tuple[Tag, bool]:
    """The tag of this name in any case, and whether it had to be made.

    One that is there stays as it is. One that was deleted comes back, in these words, to whatever it was put on.
    """
    household_id = viewer.planning(household).household_id
    # Two who make the same word at once take turns.
    locked_row(Household, viewer, household_id)
    tag = Tag.objects.filter(household=household_id, name_key=casefold_key(name)).first()
    if tag and tag.deleted_at is None:
        return tag, False
    tag = tag or Tag(household_id=household_id)
    tag.assign(fields | {"name": name, "deleted_at": None, "deleted_by": None})
    tag.save()
    diary.record(household_id=household_id, actor=viewer.user, verb="tag.created", subject=tag)
    return tag, True


@transaction.atomic
def update_tag(*, viewer: Viewer, tag_id: UUID, changes: dict[str, Any]) -> Tag:
    """CONFLICT_DUPLICATE when another tag has that name, or had it when it was deleted: that one can be made again."""
    tag = locked_with_household(Tag, viewer, tag_id)
    if fields := tag.assign(changes):
        same_name = Tag.objects.filter(household=tag.household_id, name_key=casefold_key(tag.name))
        if same_name.exclude(pk=tag.pk).exists():
            raise Refusal(Code.CONFLICT_DUPLICATE, "There is, or was, a tag of this name: make it again to use it.")
        tag.save(update_fields=[*fields, "name_key", "search_text", "updated_at"])
        diary.record(household_id=tag.household_id, actor=viewer.user, verb="tag.updated", subject=tag, fields=fields)
    return tag


@transaction.atomic
def delete_tag(*, viewer: Viewer, tag_id: UUID) -> None:
    """Leave a tombstone. It stays, unseen, on whatever it was put on, and is there again when it comes back."""
    tag = locked_with_household(Tag, viewer, tag_id)
    tag.entomb(by=viewer.user)
    diary.record(household_id=tag.household_id, actor=viewer.user, verb="tag.deleted", subject=tag)


def restore_tag(*, viewer: Viewer, pk: UUID) -> Tag:
    return undo.restore(viewer=viewer, model=Tag, pk=pk, verb="tag.restored", lock=locked_with_household)


def put_tags(row: Tagged, tags: Iterable[Tag] | None, *, is_new: bool = False) -> list[str]:
    """Make these the row's tags (None: leave them); returns the names of the fields that changed.

    The caller holds the row's lock, and saves its `updated_at`: tags are read with the row.
    """
    if tags is None:
        return []
    wanted = {tag.pk for tag in tags}
    if any(tag.household_id != row.household_id for tag in tags):
        raise invalid(tags="There is no such row in this household.")
    # Deleted ones stay: nobody could name them here.
    present = set() if is_new else set(row.tags.alive().values_list("pk", flat=True))
    row.tags.remove(*present - wanted)
    links, here = row.tags.through, {row.tags.source_field_name: row, "household_id": row.household_id}
    # A tag that was deleted since it was named is on the row still.
    links.objects.bulk_create((links(tag_id=pk, **here) for pk in sorted(wanted - present)), ignore_conflicts=True)
    return ["tags"] if wanted != present else []
