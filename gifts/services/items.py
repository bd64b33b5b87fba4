from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from config.errors import Code, Refusal, invalid
from config.models import ScopedQuerySet
from gifts.models import Gift, GiftList, ItemPlan, ListItem
from gifts.services.claims import move_item
from gifts.services.gifts import make_gift
from gifts.services.lists import companion_for
from households.services import diary, undo
from households.viewer import Viewer

PLAN_FIELDS = {"stage", "planned_price", "giver_note"}


@transaction.atomic
def add_item(
    *,
    viewer: Viewer,
    list_id: UUID,
    gift_id: UUID | None = None,
    new_gift: dict[str, Any] | None = None,
    openly: bool = False,
    **fields: Any,
) -> ListItem:
    """Put a gift on a list: one that exists, or a new one made in the same breath.

    What a giver adds to a list that its recipient sees goes to the list's hidden companion, unless `openly`.
    The same gift again revives the row that was deleted; CONFLICT_DUPLICATE when it is there already.
    """
    gift_list = GiftList.objects.visible_to(viewer).locked(list_id)
    if not (gift_list.is_planned_by(viewer) or gift_list.is_for(viewer)):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    plan = {name: fields.pop(name) for name in PLAN_FIELDS & fields.keys()}
    if gift_list.is_for(viewer) and plan:
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    if not openly and gift_list.is_seen_by_recipient and not gift_list.is_for(viewer):
        gift_list = _beside(viewer, gift_list, gift_id)
    if gift_id:
        gift = _gift_for(viewer, gift_list, gift_id)
    else:
        gift = make_gift(viewer=viewer, household_id=gift_list.household_id, in_catalog=False, **(new_gift or {}))
    item = place_item(gift_list, gift, added_by=viewer.user, **fields)
    if plan:
        ItemPlan.objects.filter(item=item).update(**plan)
    diary.record(household_id=item.household_id, actor=viewer.user, verb="item.added", subject=item)
    return item


def place_item(gift_list: GiftList, gift: Gift, **fields: Any) -> ListItem:
    """The row on the list, last in order, with its plan. The caller holds the list's lock."""
    _refuse_duplicate(gift_list, gift.pk)
    last = ListItem.objects.filter(list=gift_list).aggregate(last=Max("position"))["last"] or 0
    fresh = {"quantity": 1, "priority": 0, "note": "", "deleted_at": None, "deleted_by": None}
    values = fresh | {"position": last + 1} | fields
    item = ListItem.objects.filter(list=gift_list, gift=gift).first()
    if item is None:
        item = ListItem.objects.create(household_id=gift_list.household_id, list=gift_list, gift=gift, **values)
        ItemPlan.objects.create(household_id=gift_list.household_id, item=item)
    else:
        item.assign(values)
        item.save(update_fields=[*values, "updated_at"])
    return item


def _beside(viewer: Viewer, gift_list: GiftList, gift_id: UUID | None) -> GiftList:
    """The list's companion, for what its recipient must not see."""
    # Who sees no companion, as a guest does not, could neither find nor withdraw what they put there.
    viewer.planning(gift_list.household)
    if gift_id:
        _refuse_duplicate(gift_list, gift_id)
    return companion_for(gift_list)


def _gift_for(viewer: Viewer, gift_list: GiftList, gift_id: UUID) -> Gift:
    """A gift that the viewer sees; or one that was taken off this list, where they could see it before."""
    taken_off = Gift.objects.alive().filter(items__list=gift_list)
    for gifts in (Gift.objects.visible_to(viewer), taken_off):
        gift = gifts.filter(pk=gift_id, household=gift_list.household_id).first()
        if gift:
            return gift
    raise invalid(gift="There is no such row.")


def _refuse_duplicate(gift_list: GiftList, gift_id: UUID) -> None:
    if ListItem.objects.alive().filter(list=gift_list, gift=gift_id).exists():
        raise Refusal(Code.CONFLICT_DUPLICATE, "This gift is on the list already.")


def lock_item(*, viewer: Viewer, item_id: UUID, to_move: bool) -> ListItem:
    """The item, locked. Two who order one list at the same moment take turns."""
    visible = ListItem.objects.visible_to(viewer)
    return locked_after_list(visible, item_id) if to_move else visible.locked(item_id)


def locked_after_list(rows: ScopedQuerySet, item_id: UUID) -> ListItem:
    """A list's lock comes before those of its items."""
    # Of items that the viewer may know of: for what is hidden nobody even waits.
    lists = GiftList.objects.filter(pk__in=rows.filter(pk=item_id).values("list"))
    list(lists.select_for_update(of=("self",), no_key=True))
    return rows.locked(item_id)


@transaction.atomic
def update_item(*, viewer: Viewer, item_id: UUID, changes: dict[str, Any]) -> ListItem:
    """Change the wish (its recipient, or who added it) or the givers' plan for it (who gives)."""
    item = lock_item(viewer=viewer, item_id=item_id, to_move="position" in changes)
    plan = {name: changes[name] for name in changes if name in PLAN_FIELDS}
    wish = {name: changes[name] for name in changes if name not in PLAN_FIELDS}
    if plan and (item.list.is_for(viewer) or not item.list.is_planned_by(viewer)):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    if wish:
        _require_wish_rights(viewer, item)
        _update_wish(viewer, item, wish)
    if plan:
        _update_plan(viewer, item, plan)
    return item


@transaction.atomic
def delete_item(*, viewer: Viewer, item_id: UUID) -> None:
    """Leave a tombstone; claims on it stay where they are."""
    item = ListItem.objects.visible_to(viewer).locked(item_id)
    _require_wish_rights(viewer, item)
    item.entomb(by=viewer.user)
    diary.record(household_id=item.household_id, actor=viewer.user, verb="item.deleted", subject=item)


def restore_item(*, viewer: Viewer, pk: UUID) -> ListItem:
    """Undo a deletion. Whatever givers did to a wish meanwhile, its recipient is answered the same.

    Nobody opens the list, or puts the gift on it again, between the look and the undo.
    """
    return undo.restore(
        viewer=viewer,
        rows=ListItem.objects.all(),
        pk=pk,
        verb="item.restored",
        check=_refuse_lost_place,
        lock=locked_after_list,
    )


def _refuse_lost_place(viewer: Viewer, item: ListItem) -> None:
    _require_own_wish(viewer, item)
    if item.list.deleted_at:
        raise Refusal(Code.CONFLICT_STATE, "The list that it was on has been deleted.")
    # To its recipient, who sees no companion, what is kept there plays no part.
    beside = ListItem.objects.visible_to(viewer).alive().filter(list__companion_of=item.list_id, gift=item.gift_id)
    if beside.exists():
        raise Refusal(Code.CONFLICT_DUPLICATE, "Givers keep this gift beside the list already.")


def _require_wish_rights(viewer: Viewer, item: ListItem) -> None:
    if item.is_withdrawn:
        raise Refusal(Code.CONFLICT_STATE, "This has been withdrawn.")
    _require_own_wish(viewer, item)


def _require_own_wish(viewer: Viewer, item: ListItem) -> None:
    """Its recipient's, or who added it; where nobody in particular did, anybody's who plans, out of the recipient's
    sight."""
    anybodys = item.added_by_id is None and not item.list.is_seen_by_recipient and item.list.is_planned_by(viewer)
    if not (item.list.is_for(viewer) or item.added_by_id == viewer.user.pk or anybodys):
        raise Refusal(Code.RESOURCE_FORBIDDEN)


def _update_wish(viewer: Viewer, item: ListItem, wish: dict[str, Any]) -> None:
    place = wish.pop("position", None)
    fields = item.assign(wish)
    if fields:
        item.save(update_fields=[*fields, "updated_at"])
    if place is not None:
        _move_to(item, place - _read_before(viewer, item.list))
        fields.append("position")
    if fields:
        diary.record(
            household_id=item.household_id, actor=viewer.user, verb="item.updated", subject=item, fields=fields
        )


def _read_before(viewer: Viewer, gift_list: GiftList) -> int:
    """How many items a reader of this list has before its first: a companion is read after the list it belongs to."""
    if gift_list.companion_of_id is None:
        return 0
    main = GiftList.objects.visible_to(viewer).filter(pk=gift_list.companion_of_id)
    return ListItem.objects.alive().filter(list__in=main).count()


def _move_to(item: ListItem, place: int) -> None:
    """Put it at this place (1 is the first) among the items that its readers see."""
    siblings = list(ListItem.objects.alive().filter(list=item.list).exclude(pk=item.pk).order_by("position", "id"))
    siblings.insert(max(place, 1) - 1, item)
    for position, sibling in enumerate(siblings, start=1):
        sibling.position = position
    # Positions only: that somebody moved a neighbour is no change of an item.
    ListItem.objects.bulk_update(siblings, ["position"])


def _update_plan(viewer: Viewer, item: ListItem, changes: dict[str, Any]) -> None:
    stage = changes.pop("stage", None)
    if stage:
        move_item(viewer=viewer, item_id=item.pk, status=stage)
    plan = ItemPlan.objects.get(item=item)
    if fields := plan.assign(changes):
        plan.save(update_fields=[*fields, "updated_at"])
        diary.record(
            household_id=item.household_id, actor=viewer.user, verb="plan.updated", subject=plan, fields=fields
        )
