"""Diary entries with what their subjects are called: the subjects of a page are looked up kind by kind."""

from collections import defaultdict
from typing import Any

from gifts.models import Claim, Comment, Gift, GiftList, ItemPlan, ListItem
from households.models import Activity, Household, Membership, Occasion, Person, Tag
from households.viewer import Viewer

WORDS = {"giftlist": "list", "listitem": "item", "itemplan": "plan"}
TITLES: dict[str, tuple[Any, str]] = {
    "household": (Household, "name"),
    "membership": (Membership, "user__name"),
    "person": (Person, "display_name"),
    "occasion": (Occasion, "name"),
    "tag": (Tag, "name"),
    "giftlist": (GiftList, "name"),
    "gift": (Gift, "title"),
}
ITEMS: dict[str, Any] = {"itemplan": ItemPlan, "claim": Claim, "comment": Comment}
ABOUT = ("gift__title", "list__name", "occasion__name", "person__display_name")


def with_subjects(entries: list[Activity], viewer: Viewer) -> list[Activity]:
    ids: dict[str, set[Any]] = defaultdict(set)
    for entry in entries:
        ids[entry.subject_type].add(entry.subject_id)
    items = _items(ids)
    titles = _titles(ids, set(items.values()), viewer)
    for entry in entries:
        item = items.get((entry.subject_type, entry.subject_id))
        title = titles.get(("item", item)) if item else titles.get((entry.subject_type, entry.subject_id))
        word = WORDS.get(entry.subject_type, entry.subject_type)
        entry.shown_subject = {"type": word, "id": entry.subject_id, "title": title, "item": item}
    return entries


def _items(ids: dict[str, set[Any]]) -> dict[tuple[str, Any], Any]:
    items = {("listitem", pk): pk for pk in ids["listitem"]}
    for kind, model in ITEMS.items():
        if ids[kind]:
            rows = model._base_manager.filter(pk__in=ids[kind]).values_list("pk", "item_id")
            items |= {(kind, pk): item for pk, item in rows if item}
    return items


def _titles(ids: dict[str, set[Any]], items: set[Any], viewer: Viewer) -> dict[tuple[str, Any], str]:
    titles = {}
    for kind, (model, column) in TITLES.items():
        if ids[kind]:
            rows = model._base_manager.filter(pk__in=ids[kind]).values_list("pk", column)
            titles |= {(kind, pk): title for pk, title in rows}
    if ids["comment"]:
        said = Comment.objects.filter(pk__in=ids["comment"], item=None).values_list("pk", *ABOUT)
        titles |= {("comment", pk): next(filter(None, about), None) for pk, *about in said}
    if items:
        known = ListItem.objects.filter(pk__in=items, gift__in=Gift.objects.known_to(viewer))
        titles |= {("item", pk): title for pk, title in known.values_list("pk", "gift__title")}
    return titles
