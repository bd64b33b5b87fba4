"""The diary as somebody reads it: each entry with what its subject is called, as far as they may know that."""

from typing import Any

from django.db.models import Case, CharField, OuterRef, Subquery, UUIDField, Value, When
from django.db.models.functions import Coalesce

from config.models import ScopedQuerySet
from gifts.models.comments import Comment
from gifts.models.items import Claim, Gift, ItemPlan, ListItem
from gifts.models.lists import GiftList
from households.models import Activity, ActivityQuerySet, Household, Membership, Occasion, Person, Tag
from households.viewer import Viewer

# How the API calls what an entry is about.
WORD_OF = {
    "household": "household",
    "membership": "membership",
    "person": "person",
    "occasion": "occasion",
    "tag": "tag",
    "giftlist": "list",
    "listitem": "item",
    "itemplan": "plan",
    "claim": "claim",
    "gift": "gift",
    "comment": "comment",
}


def diary_read_by(viewer: Viewer | None) -> ActivityQuerySet:
    """The entries that the viewer may read, with `subject_title` and `subject_item`, all in one statement."""
    entries = Activity.objects.visible_to(viewer)
    if viewer is None:
        return entries
    item = Case(*_items(), default=Value(None), output_field=UUIDField(null=True))
    title = Case(*_titles(), default=_title_of_item(viewer), output_field=CharField(null=True))
    return entries.select_related("actor").annotate(subject_item=item).annotate(subject_title=title)


def _items() -> list[When]:
    """The item that an entry leads to. Whoever may read the entry may know of it."""
    items: dict[type, str] = {ListItem: "id", ItemPlan: "item", Claim: "item", Comment: "item"}
    return [_when(model, _own(model, column)) for model, column in items.items()]


def _titles() -> list[When]:
    """What the subjects are called today that are no items. They are rows that whoever reads the entry may know of."""
    columns: dict[type, str] = {
        Household: "name",
        Membership: "user__name",
        Person: "display_name",
        Occasion: "name",
        Tag: "name",
        GiftList: "name",
        Gift: "title",
    }
    about = Coalesce("gift__title", "list__name", "occasion__name", "person__display_name")
    comment = _one(Comment.objects.filter(item__isnull=True, pk=OuterRef("subject_id")).annotate(about=about), "about")
    said = When(subject_type="comment", subject_item__isnull=True, then=comment)
    return [said, *(_when(model, _own(model, column)) for model, column in columns.items())]


def _title_of_item(viewer: Viewer) -> Subquery:
    """The item's gift's, and through the gift's own door: an item stays known when it is taken off its list, but since
    then its gift may have become a surprise under another title."""
    return _one(Gift.objects.known_to(viewer).filter(items=OuterRef("subject_item")), "title")


def _own(model: Any, column: str) -> Subquery:
    return _one(model.objects.filter(pk=OuterRef("subject_id")), column)


def _one(rows: ScopedQuerySet, column: str) -> Subquery:
    return Subquery(rows.values(column)[:1])


def _when(model: Any, then: Subquery) -> When:
    return When(subject_type=model._meta.model_name, then=then)
