"""Rows with all that is read of them, and what follows from them. Which rows are seen, Hearth's models say."""

from functools import cached_property

from django.db.models import Case, Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from gifts.models import Claim, Gift, GiftList, ItemPlan, ListItem
from households.models import Tag
from households.viewer import Viewer
from tasks.models import Task

UNDER_WAY = list(Claim.Status)[1:]


def gifts_seen_by(viewer: Viewer) -> QuerySet[Gift]:
    # Their own household says nothing new, and finds the index that pages are read along.
    gifts = Gift.objects.visible_to(viewer).filter(household__in=viewer.household_ids)
    return gifts.select_related("created_by").prefetch_related(_tags("tags"))


def lists_seen_by(viewer: Viewer) -> QuerySet[GiftList]:
    return GiftList.objects.visible_to(viewer).select_related("owner", "recipient")


def items_seen_by(viewer: Viewer) -> QuerySet[ListItem]:
    claims = Claim.objects.alive().select_related("giver").order_by("id")
    items = ListItem.objects.visible_to(viewer).filter(household__in=viewer.household_ids)
    items = items.select_related("gift", "list", "plan", "added_by")
    return items.prefetch_related(Prefetch("claims", claims), _tags("gift__tags")).annotate(ordinal=_ordinal(viewer))


def tasks_seen_by(viewer: Viewer) -> QuerySet[Task]:
    return Task.objects.visible_to(viewer).as_seen_by(viewer)


def _tags(path: str) -> Prefetch:
    return Prefetch(path, Tag.objects.alive().order_by("name_key"))


def _ordinal(viewer: Viewer) -> Case:
    """The item's place in its list, on a companion after the list's own; none when withdrawn."""
    before = Q(position__lt=OuterRef("position")) | Q(position=OuterRef("position"), id__lt=OuterRef("id"))
    in_front = _count(ListItem.objects.alive().filter(before, list=OuterRef("list")))
    of_main = _count(ListItem.objects.alive().filter(list=OuterRef("list__companion_of")))
    closed = Q(list__companion_of__visibility="private") & ~Q(list__companion_of__owner=viewer.user)
    beside = Q(list__companion_of__isnull=False, list__companion_of__deleted_at=None) & ~closed
    gone = Q(deleted_at__isnull=False) | Q(list__deleted_at__isnull=False)
    return Case(
        When(gone, then=None),
        When(beside, then=in_front + of_main + 1),
        default=in_front + 1,
        output_field=IntegerField(),
    )


def _count(rows: QuerySet) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("list").annotate(n=Count("id")).values("n")), 0)


class GiversView:
    """What givers read of an item that came from `items_seen_by`."""

    def __init__(self, item: ListItem, viewer: Viewer) -> None:
        self.item = item
        self.claims = list(item.claims.all())
        self.stage = item.plan.stage
        self.planned_price = item.plan.planned_price
        self.giver_note = item.plan.giver_note
        self.withdrawn = item.is_withdrawn
        me = viewer.belonging(item.household_id).person_id
        self.my_claim = next((claim for claim in self.claims if claim.giver_id == me), None)

    @cached_property
    def claimed(self) -> int:
        return sum(claim.quantity for claim in self.claims)

    @property
    def remaining(self) -> int:
        return 0 if self.withdrawn else max(self.item.quantity - self.claimed, 0)

    @property
    def over_claimed(self) -> bool:
        return self.claimed > self.item.quantity

    @property
    def status(self) -> str:
        """The stage, until all of it is under way: then what the slowest giver has reached."""
        under_way = [claim for claim in self.claims if claim.status in UNDER_WAY]
        if sum(claim.quantity for claim in under_way) < self.item.quantity:
            return self.stage
        return min((claim.status for claim in under_way), key=UNDER_WAY.index)

    @property
    def allowed_transitions(self) -> list[str]:
        if self.stage == ItemPlan.Stage.DROPPED:
            return ["idea"]
        moves = ["idea", "shortlisted"]
        if self.my_claim or self.remaining:
            moves += Claim.Status.values
        if not self.claims and not self.withdrawn:
            moves.append("dropped")
        return moves
