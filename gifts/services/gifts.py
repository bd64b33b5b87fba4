from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from config.errors import Code, Refusal
from config.kept_rows import locked_row
from gifts.models import Gift
from households.models import Household, Tag
from households.services import diary, undo
from households.services.households import require_planner
from households.services.tags import put_tags
from households.viewer import Viewer


@transaction.atomic
def create_gift(*, viewer: Viewer, household: Household | None = None, **fields: Any) -> Gift:
    """A gift in the catalog, for everybody who plans in this household."""
    place = viewer.planning(household)
    gift = make_gift(viewer=viewer, household_id=place.household_id, in_catalog=True, **fields)
    diary.record(household_id=place.household_id, actor=viewer.user, verb="gift.created", subject=gift)
    return gift


def make_gift(*, viewer: Viewer, household_id: UUID, in_catalog: bool, tags: Iterable[Tag] = (), **fields: Any) -> Gift:
    """The row alone, for whoever makes it as part of something larger."""
    fields = {"currency": viewer.belonging(household_id).currency, "created_by": viewer.user} | fields
    gift = Gift.objects.create(household_id=household_id, in_catalog=in_catalog, **fields)
    put_tags(gift, tags, is_new=True)
    return gift


@transaction.atomic
def update_gift(*, viewer: Viewer, gift_id: UUID, changes: dict[str, Any]) -> Gift:
    gift = _changeable_gift(viewer, gift_id)
    _refuse_frozen(viewer, gift)
    fields = put_tags(gift, changes.get("tags"))
    own_fields = gift.assign({name: value for name, value in changes.items() if name != "tags"})
    if fields := fields + own_fields:
        # Its tags are read with it, so the row counts as changed by them, too.
        gift.save(update_fields=[*own_fields, "search_text", "updated_at"])
        diary.record(
            household_id=gift.household_id, actor=viewer.user, verb="gift.updated", subject=gift, fields=fields
        )
    return gift


@transaction.atomic
def publish_gift(*, viewer: Viewer, gift_id: UUID) -> Gift:
    """Show it in the catalog, to everybody: a deliberate act, and the only way there."""
    gift = _changeable_gift(viewer, gift_id)
    require_planner(viewer, gift.household_id)
    if gift.created_by_id != viewer.user.pk and not viewer.owns(gift.household_id):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    if not gift.in_catalog:
        gift.in_catalog = True
        gift.save(update_fields=["in_catalog", "updated_at"])
        diary.record(household_id=gift.household_id, actor=viewer.user, verb="gift.published", subject=gift)
    return gift


@transaction.atomic
def delete_gift(*, viewer: Viewer, gift_id: UUID) -> None:
    """Leave a tombstone. Items that it stands on, seen or not, stay as they are."""
    gift = _changeable_gift(viewer, gift_id)
    _refuse_frozen(viewer, gift)
    gift.entomb(by=viewer.user)
    diary.record(household_id=gift.household_id, actor=viewer.user, verb="gift.deleted", subject=gift)


def restore_gift(*, viewer: Viewer, pk: UUID) -> Gift:
    return undo.restore(viewer=viewer, model=Gift, pk=pk, verb="gift.restored", check=_refuse_guests)


def _changeable_gift(viewer: Viewer, gift_id: UUID) -> Gift:
    """Its maker's; in the catalog an owner's, too; and anybody's who plans and sees it when nobody in particular made
    it. Of a guest's own making, what is not in the catalog."""
    gift = locked_row(Gift, viewer, gift_id)
    made_it = gift.created_by_id in {None, viewer.user.pk}
    _refuse_guests(viewer, gift)
    if not made_it and not (gift.in_catalog and viewer.owns(gift.household_id)):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    return gift


def _refuse_frozen(viewer: Viewer, gift: Gift) -> None:
    if not gift.in_catalog and Gift.objects.frozen_for(viewer).filter(pk=gift.pk).exists():
        raise Refusal(
            Code.CONFLICT_STATE, "Others knew this gift and may want it back as it was. Put a new gift on the list."
        )


def _refuse_guests(viewer: Viewer, gift: Gift) -> None:
    if gift.in_catalog or gift.created_by_id is None:
        require_planner(viewer, gift.household_id)
