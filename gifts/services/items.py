from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from config.errors import Code, Refusal, invalid
from gifts.models import Gift, GiftList, ItemPlan, ListItem
from gifts.services.claims import move_item
from gifts.services.gifts import new_gift
from gifts.services.lists import companion_for
from households.services import diary
from households.viewer import Viewer

PLAN_FIELDS = {"stage", "planned_price", "giver_note"}


@transaction.atomic
def add_item(
    *,
    viewer: Viewer,
    list_id: UUID,
    gift: Gift | None = None,
    new: dict[str, Any] | None = None,
    openly: bool = False,
    **fields: Any,
) -> ListItem:
    """Put a gift on a list: one that exists, or a `new` one made in the same breath.

    What a giver adds to a list that its recipient sees goes to the list's hidden companion, unless `openly`.
    The same gift again revives the row that was deleted; CONFLICT_DUPLICATE when it is there already.
    """
    gift_list = GiftList.objects.visible_to(viewer).locked(list_id)
    viewer.belonging(gift_list.household_id)
    plan = {name: fields.pop(name) for name in PLAN_FIELDS & fields.keys()}
    if gift_list.is_for(viewer) and plan:
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    seen_by_recipient = gift_list.recipient_id and gift_list.visibility == GiftList.Visibility.HOUSEHOLD
    if seen_by_recipient and not gift_list.is_for(viewer) and not openly:
        # Who sees no companion, as a guest does not, could neither find nor withdraw what they put there.
        viewer.planning(gift_list.household)
        _refuse_duplicate(gift_list, gift)
        gift_list = companion_for(gift_list)
    if gift is None:
        gift = new_gift(viewer=viewer, household_id=gift_list.household_id, in_catalog=False, **(new or {}))
    elif gift.household_id != gift_list.household_id:
        raise invalid(gift="There is no such gift in this household.")
    item = place_item(gift_list, gift, added_by=viewer.user, **fields)
    if plan:
        ItemPlan.objects.filter(item=item).update(**plan)
    diary.record(household_id=item.household_id, actor=viewer.user, verb="item.added", subject=item)
    return item


def place_item(gift_list: GiftList, gift: Gift, **fields: Any) -> ListItem:
    """The row on the list, last in order, with its plan. The caller holds the list's lock."""
    _refuse_duplicate(gift_list, gift)
    item = ListItem.objects.filter(list=gift_list, gift=gift).first()
    last = ListItem.objects.filter(list=gift_list).aggregate(last=Max("position"))["last"] or 0
    values = {"quantity": 1, "priority": 0, "note": "", "position": last + 1, "deleted_at": None} | fields
    if item is None:
        item = ListItem.objects.create(household_id=gift_list.household_id, list=gift_list, gift=gift, **values)
        ItemPlan.objects.create(household_id=gift_list.household_id, item=item)
        return item
    for name, value in values.items():
        setattr(item, name, value)
    item.save(update_fields=[*values, "updated_at"])
    return item


def _refuse_duplicate(gift_list: GiftList, gift: Gift | None) -> None:
    if gift and ListItem.objects.alive().filter(list=gift_list, gift=gift).exists():
        raise Refusal(Code.CONFLICT_DUPLICATE, "This gift is on the list already.")


@transaction.atomic
def update_item(*, viewer: Viewer, item_id: UUID, changes: dict[str, Any]) -> ListItem:
    """Change the wish (its recipient, or who added it) or the givers' plan for it (who gives)."""
    if "position" in changes:
        _lock_order(item_id)
    item = ListItem.objects.visible_to(viewer).select_related("list").locked(item_id)
    plan = {name: changes[name] for name in changes if name in PLAN_FIELDS}
    wish = {name: changes[name] for name in changes if name not in PLAN_FIELDS}
    if plan and item.list.is_for(viewer):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    if wish:
        _require_wish_rights(viewer, item)
        _update_wish(item, wish)
        diary.record(
            household_id=item.household_id, actor=viewer.user, verb="item.updated", subject=item, fields=sorted(wish)
        )
    if plan:
        _update_plan(viewer, item, plan)
    return item


@transaction.atomic
def delete_item(*, viewer: Viewer, item_id: UUID) -> None:
    """Leave a tombstone; claims on it stay where they are."""
    item = ListItem.objects.visible_to(viewer).select_related("list").locked(item_id)
    _require_wish_rights(viewer, item)
    item.deleted_at = timezone.now()
    item.save(update_fields=["deleted_at", "updated_at"])
    diary.record(household_id=item.household_id, actor=viewer.user, verb="item.deleted", subject=item)


def _require_wish_rights(viewer: Viewer, item: ListItem) -> None:
    """Its recipient's, who added it, the list's owner; anybody's who sees it when nobody in particular added it."""
    if item.list.is_for(viewer) or item.list.owner_id == viewer.user.pk:
        return
    if item.added_by_id not in {None, viewer.user.pk}:
        raise Refusal(Code.RESOURCE_FORBIDDEN)


def _update_wish(item: ListItem, wish: dict[str, Any]) -> None:
    fields = wish.keys() - {"position"}
    for name in fields:
        setattr(item, name, wish[name])
    item.save(update_fields=[*fields, "updated_at"])
    if "position" in wish:
        _move_to(item, wish["position"])


def _lock_order(item_id: UUID) -> None:
    """Two who order one list at the same moment take turns: the list's lock comes before those of its items."""
    list(GiftList.objects.filter(items=item_id).select_for_update(of=("self",), no_key=True))


def _move_to(item: ListItem, place: int) -> None:
    """Put it at this place (1 is the first) among the items that its readers see."""
    siblings = list(ListItem.objects.alive().filter(list=item.list).exclude(pk=item.pk).order_by("position", "id"))
    siblings.insert(place - 1, item)
    for position, sibling in enumerate(siblings, start=1):
        sibling.position = position
    # Positions only: that somebody moved a neighbour is no change of an item.
    ListItem.objects.bulk_update(siblings, ["position"])


def _update_plan(viewer: Viewer, item: ListItem, changes: dict[str, Any]) -> None:
    stage = changes.pop("stage", None)
    if stage:
        move_item(viewer=viewer, item_id=item.pk, status=stage)
    if not changes:
        return
    plan = ItemPlan.objects.get(item=item)
    for name, value in changes.items():
        setattr(plan, name, value)
    plan.save(update_fields=[*changes, "updated_at"])
    diary.record(
        household_id=item.household_id, actor=viewer.user, verb="plan.updated", subject=plan, fields=sorted(changes)
    )
