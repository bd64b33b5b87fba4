"""Writes, each in one transaction: lock, judge, save, and the diary last."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.serializers import ModelSerializer
from uuid_utils.compat import uuid7

from benchmarks.rivals.plain_drf.rows import GiversView
from config.models import BaseModel
from gifts.models import Claim, Gift, GiftTag, ItemPlan, ListItem
from households.models import Activity, DiaryCounter
from households.viewer import Viewer
from tasks.models import Task


class Conflict(APIException):
    status_code = 409


@transaction.atomic
def create_gift(viewer: Viewer, asked: ModelSerializer) -> Gift:
    place = viewer.planning()
    tags = asked.validated_data.pop("tags", [])
    currency = asked.validated_data.pop("currency", place.currency)
    home = {"household_id": place.household_id}
    gift = asked.save(**home, currency=currency, created_by=viewer.user, in_catalog=True)
    GiftTag.objects.bulk_create(GiftTag(**home, gift=gift, tag=tag) for tag in tags)
    record(viewer, "gift.created", gift)
    return gift


@transaction.atomic
def claim_item(viewer: Viewer, pk: UUID, quantity: int) -> None:
    item = _locked(viewer, pk)
    if item.withdrawn or item.stage == ItemPlan.Stage.DROPPED:
        raise Conflict
    record(viewer, "claim.made", _take(viewer, item, quantity))


@transaction.atomic
def move_item(viewer: Viewer, pk: UUID, status: str, quantity: int | None = None) -> None:
    item = _locked(viewer, pk)
    if status not in item.allowed_transitions:
        raise Conflict
    quantity = quantity or (item.my_claim.quantity if item.my_claim else item.remaining)
    claim = _take(viewer, item, quantity, status=status, gifted_on=_gifted_on(viewer, item, status))
    record(viewer, "claim.moved", claim, status=status)


@transaction.atomic
def toggle_task(viewer: Viewer, pk: UUID) -> None:
    """Of what does not repeat."""
    task = Task.objects.visible_to(viewer).select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if task is None:
        raise Http404
    task.completed = not task.completed
    task.completed_at = timezone.now() if task.completed else None
    task.save()


def record(viewer: Viewer, verb: str, subject: BaseModel, **payload: Any) -> None:
    """Under the lock of the counter: the order of commits is the order of entries."""
    counter = DiaryCounter.objects.select_for_update().get(household_id=subject.household_id)
    key = uuid7()
    if counter.last_entry and key <= counter.last_entry:
        key = UUID(int=counter.last_entry.int + 1)
    counter.last_seq, counter.last_entry = counter.last_seq + 1, key
    counter.save()
    Activity.objects.create(
        id=key,
        household_id=subject.household_id,
        seq=counter.last_seq,
        actor=viewer.user,
        verb=verb,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        payload=payload,
    )


def _locked(viewer: Viewer, pk: UUID) -> GiversView:
    """Its list, plan and claims are read after the lock."""
    item = ListItem.objects.visible_to(viewer).select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if item is None:
        raise Http404
    if item.list.recipient_id in viewer.person_ids:
        raise PermissionDenied
    item._prefetched_objects_cache = {"claims": Claim.objects.alive().filter(item=item)}
    return GiversView(item, viewer)


def _take(viewer: Viewer, item: GiversView, quantity: int, **changes: Any) -> Claim:
    held = item.my_claim.quantity if item.my_claim else 0
    if quantity - held > item.remaining:
        raise Conflict
    claim = item.my_claim or _own_row(viewer, item.item)
    changes |= {"quantity": quantity, "claimed_by": viewer.user} | _given_words(claim, item.item, changes)
    for name, value in changes.items():
        setattr(claim, name, value)
    claim.save()
    return claim


def _own_row(viewer: Viewer, item: ListItem) -> Claim:
    """A new one, or the one that was released."""
    me = viewer.belonging(item.household_id).person_id
    claim = Claim.objects.filter(item=item, giver=me).first()
    claim = claim or Claim(household_id=item.household_id, item=item, giver_id=me)
    claim.status, claim.deleted_at, claim.gifted_on, claim.actual_price = Claim.Status.PLANNED, None, None, None
    return claim


def _given_words(claim: Claim, item: ListItem, changes: dict[str, Any]) -> dict[str, str]:
    status = changes.get("status")
    if status == Claim.Status.GIFTED and claim.status != Claim.Status.GIFTED:
        return {"given_title": item.gift.title, "given_image_url": item.gift.image_url}
    return {} if status in (None, Claim.Status.GIFTED) else {"given_title": "", "given_image_url": ""}


def _gifted_on(viewer: Viewer, item: GiversView, status: str) -> date | None:
    if status != Claim.Status.GIFTED:
        return None
    return (item.my_claim and item.my_claim.gifted_on) or viewer.belonging(item.item.household_id).today()
