from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from config.errors import Code, Refusal, invalid
from config.kept_rows import locked_row, locked_rows, row_behind
from config.models import ScopedQuerySet
from config.statements import Places
from gifts.models import Gift, GiftList, ItemPlan, ListItem
from gifts.services.claims import Standing, lock_to_give, move
from gifts.services.gifts import make_gift
from gifts.services.lists import companion_for
from households.services import diary, undo
from households.services.households import require_planner
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
    gift_list, companion = _locked_with_companion(viewer, list_id, openly=openly)
    if not (gift_list.is_planned_by(viewer) or gift_list.is_for(viewer)):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    plan = {name: fields.pop(name) for name in PLAN_FIELDS & fields.keys()}
    if gift_list.is_for(viewer) and plan:
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    target = gift_list
    if not openly and gift_list.is_seen_by_recipient and not gift_list.is_for(viewer):
        # Who sees no companion, as a guest does not, could neither find nor withdraw what they put there.
        require_planner(viewer, gift_list.household_id)
        target = companion or companion_for(gift_list)
    if gift_id:
        gift, row_id = _gift_for(viewer, gift_list, target, gift_id)
    else:
        gift = make_gift(viewer=viewer, household_id=target.household_id, in_catalog=False, **(new_gift or {}))
        row_id = None
    item = place_item(target, gift, row_id=row_id, plan=plan, added_by=viewer.user, **fields)
    diary.record(household_id=item.household_id, actor=viewer.user, verb="item.added", subject=item)
    return item


def place_item(
    gift_list: GiftList, gift: Gift, *, row_id: UUID | None = None, plan: dict[str, Any] | None = None, **fields: Any
) -> ListItem:
    """The row on the list, last in order, with its plan: a new one, or `row_id`, which was taken off.

    The caller holds the list's lock, and has looked whether the gift stands there already.
    """
    fresh = {"quantity": 1, "priority": 0, "note": "", "deleted_at": None, "deleted_by": None}
    values = fresh | {"position": _behind_all(gift_list)} | fields
    item = ListItem(household_id=gift_list.household_id, list=gift_list, gift=gift, **values)
    if row_id is None:
        item.save()
        ItemPlan.objects.create(household_id=gift_list.household_id, item=item, **(plan or {}))
    else:
        item.pk = row_id
        item.save(force_update=True, update_fields=[*values, "updated_at"])
        if plan:
            ItemPlan.objects.filter(item=item).update(**plan)
    # The database has counted it: whoever asks reads it there.
    del item.position
    return item


def _behind_all(gift_list: GiftList) -> CombinedExpression:
    rows = ListItem.objects.filter(list=gift_list).order_by().values("list")
    return Coalesce(Subquery(rows.annotate(last=Max("position")).values("last")), 0) + 1


def _locked_with_companion(viewer: Viewer, list_id: UUID, *, openly: bool) -> tuple[GiftList, GiftList | None]:
    """The list, and where something may be hidden beside it the companion that does it, if there is one by now."""
    found = {row.pk == list_id: row for row in locked_rows(_with_companion, viewer, openly, list=list_id)}
    if True not in found:
        raise Refusal(Code.RESOURCE_NOT_FOUND)
    return found[True], found.get(False)


def _with_companion(viewer: Viewer, places: Places, openly: bool) -> ScopedQuerySet:
    wanted = Q(pk=places["list"]) if openly else Q(pk=places["list"]) | Q(companion_of=places["list"])
    # Through the door, so that a recipient does not even wait for what is hidden from them; the list comes first.
    return GiftList.objects.visible_to(viewer).filter(wanted).order_by(F("companion_of").asc(nulls_first=True))


def _gift_for(viewer: Viewer, gift_list: GiftList, target: GiftList, gift_id: UUID) -> tuple[Gift, UUID | None]:
    """A gift that the viewer sees, or one that was taken off the target, where they could see it before.

    With the row that it was there. CONFLICT_DUPLICATE when it stands there, or on the list itself.
    """
    rows = ListItem.objects.filter(gift=OuterRef("pk"))
    there = rows.filter(list=target)
    known = Q(pk__in=Gift.objects.visible_to(viewer).filter(pk=gift_id)) | Q(Exists(there))
    standing = rows.alive().filter(list__in=[gift_list, target])
    gifts = Gift.objects.alive().filter(known, pk=gift_id, household=target.household_id)
    gift = gifts.annotate(row_id=Subquery(there.values("pk")), is_there=Exists(standing)).first()
    if gift is None:
        raise invalid(gift="There is no such row.")
    if gift.is_there:
        raise Refusal(Code.CONFLICT_DUPLICATE, "This gift is on the list already.")
    return gift, gift.row_id


def lock_item(*, viewer: Viewer, item_id: UUID, to_move: bool) -> ListItem:
    """The item, locked. Two who order one list at the same moment take turns."""
    lock = locked_after_list if to_move else locked_row
    return lock(ListItem, viewer, item_id)


def locked_after_list(model: type[ListItem], viewer: Viewer, item_id: UUID, *, door: str = "visible_to") -> ListItem:
    """A list's lock comes before those of its items."""
    lists = {row.pk: row for row in locked_rows(_list_behind, viewer, model, door, row=item_id)}
    item = locked_row(model, viewer, item_id, door=door)
    # Somebody may have put it on another list meanwhile.
    item.list = lists.get(item.list_id) or item.list
    return item


def _list_behind(viewer: Viewer, places: Places, model: type[ListItem], door: str) -> ScopedQuerySet:
    # Of items that the viewer may know of: for what is hidden nobody even waits.
    return GiftList.objects.filter(pk__in=row_behind(viewer, places, model, door).values("list"))


@transaction.atomic
def update_item(*, viewer: Viewer, item_id: UUID, changes: dict[str, Any]) -> ListItem:
    """Change the wish (its recipient, or who added it) or the givers' plan for it (who gives)."""
    plan = {name: changes[name] for name in changes if name in PLAN_FIELDS}
    wish = {name: changes[name] for name in changes if name not in PLAN_FIELDS}
    if plan and "position" in wish:
        locked_rows(_list_behind, viewer, ListItem, "visible_to", row=item_id)
    standing = lock_to_give(viewer, item_id) if plan else None
    item = standing.item if standing else lock_item(viewer=viewer, item_id=item_id, to_move="position" in wish)
    if standing and not standing.plans:
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    entries: list[diary.Entry] = []
    if wish:
        _require_wish_rights(viewer, item)
        entries += _update_wish(viewer, item, wish)
    if standing:
        entries += _update_plan(standing, plan)
    if entries:
        diary.record_all(household_id=item.household_id, actor=viewer.user, entries=entries)
    return item


@transaction.atomic
def delete_item(*, viewer: Viewer, item_id: UUID) -> None:
    """Leave a tombstone; claims on it stay where they are."""
    item = locked_row(ListItem, viewer, item_id)
    _require_wish_rights(viewer, item)
    item.entomb(by=viewer.user)
    diary.record(household_id=item.household_id, actor=viewer.user, verb="item.deleted", subject=item)


def restore_item(*, viewer: Viewer, pk: UUID) -> ListItem:
    """Undo a deletion. Whatever givers did to a wish meanwhile, its recipient is answered the same.

    Nobody opens the list, or puts the gift on it again, between the look and the undo.
    """
    return undo.restore(
        viewer=viewer,
        model=ListItem,
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
    if not _is_own_wish(viewer, item):
        raise Refusal(Code.RESOURCE_FORBIDDEN)


def may_change_wish(viewer: Viewer, item: ListItem) -> bool:
    """Whether what the recipient reads of it, and whether it stands there, is this viewer's to change."""
    return not item.is_withdrawn and _is_own_wish(viewer, item)


def _is_own_wish(viewer: Viewer, item: ListItem) -> bool:
    """Its recipient's, or who added it; where nobody in particular did, anybody's who plans, out of the recipient's
    sight."""
    anybodys = item.added_by_id is None and not item.list.is_seen_by_recipient and item.list.is_planned_by(viewer)
    return item.list.is_for(viewer) or item.added_by_id == viewer.user.pk or anybodys


def _update_wish(viewer: Viewer, item: ListItem, wish: dict[str, Any]) -> list[diary.Entry]:
    place = wish.pop("position", None)
    fields = item.assign(wish)
    if fields:
        item.save(update_fields=[*fields, "updated_at"])
    if place is not None:
        _move_to(viewer, item, place)
        fields.append("position")
    return [("item.updated", item, {"fields": fields})] if fields else []


def _move_to(viewer: Viewer, item: ListItem, place: int) -> None:
    """Put it at this place (1 is the first) among the items that its readers see.

    A companion is read after the list that it belongs to.
    """
    around = Q(list=item.list_id)
    if main := item.list.companion_of_id:
        around |= Q(list__in=GiftList.objects.visible_to(viewer).filter(pk=main))
    rows = list(ListItem.objects.alive().filter(around).exclude(pk=item.pk).order_by("position", "id"))
    siblings = [row for row in rows if row.list_id == item.list_id]
    siblings.insert(max(place - (len(rows) - len(siblings)), 1) - 1, item)
    moved = [row for position, row in enumerate(siblings, start=1) if row.assign({"position": position})]
    # Positions only: that somebody moved a neighbour is no change of an item.
    ListItem.objects.bulk_update(moved, ["position"])


def _update_plan(standing: Standing, changes: dict[str, Any]) -> list[diary.Entry]:
    stage = changes.pop("stage", None)
    entries = move(standing, stage) if stage else []
    plan = standing.item.plan
    if fields := plan.assign(changes):
        plan.save(update_fields=[*fields, "updated_at"])
        entries.append(("plan.updated", plan, {"fields": fields}))
    return entries
