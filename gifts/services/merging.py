"""Two Persons who are the same in real life become one. Nobody sees more afterwards than they saw before."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from config.errors import Code, Refusal, invalid
from config.models import ScopedQuerySet
from gifts.models import MAX_PRICE, MAX_QUANTITY, Claim, Comment, CommentHiddenFrom, GiftList, ListItem
from gifts.services.claims import may_give
from households.models import Membership, Occasion, Person, PersonMember, PersonQuerySet
from households.services import diary
from households.services.households import locked_among, require_planner
from households.services.invitations import move_invitations
from households.services.people import is_linked, may_decide_over
from households.viewer import Viewer

FILLED_IN = ["relationship", "birthdate", "photo_url"]
JOINED = ["interests", "constraints", "notes"]


@transaction.atomic
def merge_people(*, viewer: Viewer, source_id: UUID, target_id: UUID) -> Person:
    """Everything of the source becomes the target's, and the source a tombstone.

    Where one of them is somebody with a login, or a couple of such a one, an owner decides who is none of them.
    CONFLICT_STATE when each has a login of their own.
    """
    source, target = _locked_pair(Person.objects.visible_to(viewer), source_id, target_id)
    require_planner(viewer, source.household_id)
    # Their members, too: the viewer knows their persons from before the locks, and may have joined a couple since.
    concerned = {source.pk, target.pk} | _members_of(source) | _members_of(target)
    if is_linked(source.pk, target.pk) and not may_decide_over(viewer, source.household_id, concerned):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    return _merge(source, target, actor=viewer.user)


@transaction.atomic
def merge_people_as_staff(*, source_id: UUID, target_id: UUID) -> Person:
    """The same where no owner may: in a family whose only owner is there twice."""
    source, target = _locked_pair(Person.objects.alive(), source_id, target_id)
    return _merge(source, target, actor=None)


def _locked_pair(people: PersonQuerySet, source_id: UUID, target_id: UUID) -> tuple[Person, Person]:
    """Both, locked after their household and in the order of their keys."""
    if source_id == target_id:
        raise invalid(into="Nobody can be merged into themself.")
    locked = {pk: locked_among(people, pk) for pk in sorted([source_id, target_id])}
    source, target = locked[source_id], locked[target_id]
    if source.household_id != target.household_id:
        raise invalid(into="There is no such person in this household.")
    return source, target


def _merge(source: Person, target: Person, *, actor: User | None) -> Person:
    _check(source, target)
    # Before any list, as for whoever shares one with them.
    _locked(Membership.objects.filter(person__in=[source, target]))
    # Whoever claims at this moment takes an item's lock first, and sees afterwards whose wish it is.
    items = ListItem.objects.filter(Q(list__recipient__in=[source, target]) | Q(pk__in=_claimed_by(source)))
    # A list comes before its items, as for whoever puts them in order.
    _locked(GiftList.objects.filter(Q(recipient=source) | Q(pk__in=items.values("list"))))
    _locked(items)
    _move_place_in_household(source, target)
    Occasion.objects.filter(honoree=source).update(honoree=target, updated_at=timezone.now())
    _move_lists(source, target)
    _move_claims(source, target)
    _move_comments(source, target)
    released = _release_gifts_to_themselves(target)
    _absorb(source, target)
    for claim in released:
        diary.record(household_id=target.household_id, actor=actor, verb="claim.released", subject=claim)
    diary.record(
        household_id=target.household_id, actor=actor, verb="person.merged", subject=target, merged=str(source.pk)
    )
    return target


def _check(source: Person, target: Person) -> None:
    if bool(_members_of(source)) != bool(_members_of(target)):
        raise invalid(into="A couple or group merges with another one, one person with one person.")
    if Membership.objects.filter(person__in=[source, target]).count() > 1:
        raise Refusal(Code.CONFLICT_STATE, "Both of them sign in, so they are two people.")
    move_invitations(source, target)


def _members_of(group: Person) -> set[UUID]:
    return set(group.member_links.values_list("member_id", flat=True))


def _move_place_in_household(source: Person, target: Person) -> None:
    """Who the source is to others: a member with a login, one of a couple, or a couple itself."""
    now = timezone.now()
    Membership.objects.filter(person=source).update(person=target, updated_at=now)
    # Blind to either couple's surprises, blind to those of the two as one.
    _link(target, _members_of(source))
    for link in source.group_links.select_related("group"):
        _link(link.group, [target.pk])
        link.delete()
    # A list for the source that is being made at this very moment comes too late to be moved. So the tombstone goes
    # on meaning the target: whoever the target is, or is part of, stays blind to it.
    _link(source, _members_of(target) or [target.pk])


def _link(group: Person, member_ids: Iterable[UUID]) -> None:
    present = _members_of(group)
    PersonMember.objects.bulk_create(
        PersonMember(household_id=group.household_id, group=group, member_id=member_id)
        for member_id in sorted(member_ids)
        if member_id not in present
    )


def _move_lists(source: Person, target: Person) -> None:
    lists = _locked(GiftList.objects.filter(recipient=source))
    GiftList.objects.filter(pk__in=lists).update(recipient=target, updated_at=timezone.now())
    # Whoever hid a list from the source and turns out to be the target may not go on deciding about it.
    is_recipient = Q(recipient__membership__user=F("owner"))
    is_one_of_them = Q(recipient__member_links__member__membership__user=F("owner"))
    hidden = GiftList.objects.filter(household=target.household_id, visibility=GiftList.Visibility.HIDDEN)
    their_own = _locked(hidden.filter(pk__in=hidden.filter(is_recipient | is_one_of_them).values("pk")))
    GiftList.objects.filter(pk__in=their_own).update(owner=None, updated_at=timezone.now())


def _move_claims(source: Person, target: Person) -> None:
    """On an item that both take, the target's claim grows by the source's."""
    mine = {claim.item_id: claim for claim in Claim.objects.filter(giver=target)}
    for claim in Claim.objects.alive().filter(giver=source).order_by("pk"):
        kept = mine.get(claim.item_id)
        if kept is None:
            claim.giver = target
            claim.save(update_fields=["giver", "updated_at"])
        else:
            _fold(claim, kept)


def _move_comments(source: Person, target: Person) -> None:
    """What was said about the source, and whatever was hidden from them. That is no change of anybody's words."""
    Comment.objects.filter(person=source).update(person=target)
    hidden = CommentHiddenFrom.objects.filter(person=source)
    hidden.filter(comment__in=CommentHiddenFrom.objects.filter(person=target).values("comment")).delete()
    hidden.update(person=target, updated_at=timezone.now())


def _claimed_by(giver: Person) -> QuerySet:
    return Claim.objects.alive().filter(giver=giver).values("item")


def _fold(claim: Claim, kept: Claim) -> None:
    """One claim out of two on the same item. A released one counts for nothing, but there is one row for each giver."""
    names = ["quantity", "status", "gifted_on", "actual_price", "claimed_by_id", "given_title", "given_image_url"]
    values = {name: getattr(claim, name) for name in names} if kept.deleted_at else _sum_of(claim, kept)
    for name, value in values.items():
        setattr(kept, name, value)
    kept.deleted_at = None
    kept.save()
    claim.entomb()


def _sum_of(claim: Claim, kept: Claim) -> dict[str, Any]:
    """Both quantities, what was paid for them together, and the status of the slower one."""
    paid = [price for price in (claim.actual_price, kept.actual_price) if price is not None]
    days = [day for day in (claim.gifted_on, kept.gifted_on) if day]
    status = min(claim.status, kept.status, key=Claim.Status.values.index)
    quantity, price = claim.quantity + kept.quantity, sum(paid, Decimal(0)) if paid else None
    if quantity > MAX_QUANTITY or (price or 0) > MAX_PRICE:
        raise Refusal(Code.CONFLICT_STATE, "Both have claims on one item, and together they are too large.")
    return {
        "quantity": quantity,
        "status": status,
        # Given on the later day: it decides when the recipient may know.
        "gifted_on": max(days) if status == Claim.Status.GIFTED else None,
        "actual_price": price,
        "claimed_by_id": kept.claimed_by_id or claim.claimed_by_id,
    }


def _release_gifts_to_themselves(target: Person) -> list[Claim]:
    """Let go of what somebody would now give to themself, and return it. What has been given stays given."""
    people = {target.pk} | _members_of(target)
    kin = Person.objects.filter(Q(pk__in=people) | Q(member_links__member__in=people)).values("pk")
    own = Claim.objects.alive().filter(giver__in=kin, item__list__recipient__in=kin)
    open_claims = own.exclude(status=Claim.Status.GIFTED).select_related("giver", "item__list__recipient")
    members = ("giver__member_links", "item__list__recipient__member_links")
    released = [
        claim
        for claim in open_claims.prefetch_related(*members).order_by("pk")
        if not may_give(claim.giver, claim.item.list.recipient)
    ]
    for claim in released:
        claim.entomb()
    return released


def _absorb(source: Person, target: Person) -> None:
    """What was known of the source only is known of the target now, and nothing that was written is lost."""
    for name in FILLED_IN:
        setattr(target, name, getattr(target, name) or getattr(source, name))
    for name in JOINED:
        texts = [getattr(target, name), getattr(source, name)]
        setattr(target, name, "\n".join(dict.fromkeys(text for text in texts if text)))
    target.sizes = source.sizes | target.sizes
    target.tags.add(*source.tags.all(), through_defaults={"household_id": target.household_id})
    target.save(update_fields=[*FILLED_IN, *JOINED, "sizes", "updated_at"])
    source.entomb()


def _locked(rows: ScopedQuerySet) -> list[UUID]:
    """The keys of these rows, locked in the order of their keys."""
    return [row.pk for row in rows.order_by("pk").for_update()]
