"""Who takes what. Every change locks the item first, so that of those who want the last one exactly one gets it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects

from config.errors import Code, Refusal, invalid
from config.kept_rows import locked_row, locked_rows, side_by_side_in_models
from config.models import ScopedQuerySet
from config.statements import Draft, Places, statements
from gifts.models import Claim, Gift, GiftList, ItemPlan, ListItem
from gifts.moves import CLAIM_STATUSES, STAGES, allowed_moves
from households.models import Membership, Person, Role
from households.services import diary
from households.viewer import Viewer


@dataclass
class Standing:
    """A locked item and how it stands for one giver."""

    viewer: Viewer
    item: ListItem
    # Of each giver who ever took some, also of those who let go of it.
    rows: list[Claim]

    @property
    def claims(self) -> list[Claim]:
        return [claim for claim in self.rows if claim.deleted_at is None]

    @property
    def mine(self) -> Claim | None:
        own = self.viewer.belonging(self.item.household_id).person_id
        return next((claim for claim in self.claims if claim.giver_id == own), None)

    def row_of(self, giver_id: UUID) -> Claim:
        """This giver's row, or a new one."""
        found = next((claim for claim in self.rows if claim.giver_id == giver_id), None)
        return found or Claim(household_id=self.item.household_id, item=self.item, giver_id=giver_id)

    @property
    def remaining(self) -> int:
        if self.item.is_withdrawn:
            return 0
        return max(self.item.quantity - sum(claim.quantity for claim in self.claims), 0)

    @property
    def plans(self) -> bool:
        return self.item.list.is_planned_by(self.viewer)

    @property
    def takes_no_claims(self) -> bool:
        return self.item.is_withdrawn or self.item.plan.stage == ItemPlan.Stage.DROPPED

    @property
    def allowed(self) -> list[str]:
        return allowed_moves(
            stage=self.item.plan.stage,
            has_claim=self.mine is not None,
            claimed=len(self.claims),
            remaining=self.remaining,
            plans=self.plans,
            withdrawn=self.item.is_withdrawn,
        )

    def giver(self) -> UUID:
        """The Person that the viewer gives as."""
        person_id = self.viewer.belonging(self.item.household_id).person_id
        if person_id is None:
            raise Refusal(Code.CONFLICT_PERSON_REQUIRED)
        return person_id

    def unavailable(self) -> Refusal:
        return Refusal(Code.CONFLICT_CLAIM_UNAVAILABLE, details={"remaining": self.remaining})

    def not_from_here(self) -> Refusal:
        return Refusal(Code.CONFLICT_INVALID_TRANSITION, details={"allowed": self.allowed})


@transaction.atomic
def claim_item(*, viewer: Viewer, item_id: UUID, quantity: int = 1) -> Claim:
    """Take `quantity` of the item, all in all: claiming again says how many it is now, so a repeat takes no more."""
    standing = lock_to_give(viewer, item_id)
    if standing.takes_no_claims:
        raise standing.not_from_here()
    claim = take(standing, standing.giver(), quantity, claimed_by_id=viewer.user.pk)
    _record(viewer, "claim.made", claim)
    return claim


@transaction.atomic
def release_item(*, viewer: Viewer, item_id: UUID) -> None:
    """Let go of one's own claim, if there is one."""
    standing = lock_to_give(viewer, item_id)
    if standing.mine:
        _release(viewer, standing.mine)


@transaction.atomic
def move_item(*, viewer: Viewer, item_id: UUID, status: str, quantity: int | None = None) -> None:
    """Move one's own claim, made of all that remains if there is none; or, for a stage, the item's plan.

    CONFLICT_INVALID_TRANSITION names what is allowed; CONFLICT_CLAIM_UNAVAILABLE says what remains.
    """
    entries = move(lock_to_give(viewer, item_id), status, quantity)
    if entries:
        diary.record_all(household_id=entries[0][1].household_id, actor=viewer.user, entries=entries)


@transaction.atomic
def update_claim(*, viewer: Viewer, claim_id: UUID, changes: dict[str, Any]) -> Claim:
    """Change one's own claim. An owner may change any, and hand it to another `giver`.

    When its giver has left, whoever plans may hand it on.
    """
    standing, claim = lock_claim(viewer=viewer, claim_id=claim_id)
    entries: list[diary.Entry] = []
    giver = changes.pop("giver", None)
    if giver and giver.pk != claim.giver_id:
        if not _may_take_over(viewer, claim):
            raise Refusal(Code.RESOURCE_FORBIDDEN)
        claim = _reassign(standing, claim, giver)
        entries.append(("claim.reassigned", claim, {}))
    if changes:
        if claim != standing.mine and not viewer.owns(claim.household_id):
            raise Refusal(Code.RESOURCE_FORBIDDEN)
        if "status" in changes:
            changes["gifted_on"] = _gifted_on(viewer, claim, changes["status"], claim.household_id)
        claim = take(standing, claim.giver_id, changes.pop("quantity", claim.quantity), **changes)
        entries.append(("claim.updated", claim, {}))
    if entries:
        diary.record_all(household_id=claim.household_id, actor=viewer.user, entries=entries)
    return claim


@transaction.atomic
def release_claim(*, viewer: Viewer, claim_id: UUID) -> None:
    """Let go of one's own claim; an owner of any; whoever plans of one whose giver has left."""
    standing, claim = lock_claim(viewer=viewer, claim_id=claim_id)
    if claim != standing.mine and not _may_take_over(viewer, claim):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    _release(viewer, claim)


def move(standing: Standing, status: str, quantity: int | None = None) -> list[diary.Entry]:
    """The move alone, for whoever makes it as part of something larger; returns what the diary should tell."""
    if status in STAGES and status != standing.item.plan.stage and not standing.plans:
        raise Refusal(Code.RESOURCE_FORBIDDEN, "The plan is for those who plan here; you may let go of what you took.")
    if status not in standing.allowed:
        is_taken = status in CLAIM_STATUSES and not standing.takes_no_claims
        raise standing.unavailable() if is_taken else standing.not_from_here()
    return _move_stage(standing, status) if status in STAGES else _move_claim(standing, status, quantity)


def refuse_recipient(viewer: Viewer, item: ListItem) -> None:
    """The same 403 for whatever a recipient tries to do as a giver of their own wish."""
    if item.list.is_for(viewer):
        raise Refusal(Code.RESOURCE_FORBIDDEN, "This is your own wish.")


def may_give(giver: Person, recipient: Person | None) -> bool:
    """Whether this Person can be the giver: nobody gives to themself, nor to a couple they are part of."""
    return recipient is None or _people_in(giver).isdisjoint(_people_in(recipient))


def _people_in(person: Person) -> set[UUID]:
    return {person.pk, *(link.member_id for link in person.member_links.all())}


def lock_to_give(viewer: Viewer, item_id: UUID) -> Standing:
    """The item, locked for somebody who gives."""
    try:
        locked_row(ListItem, viewer, item_id, door="open_to_giver")
    except Refusal:
        # Its recipient does not even wait for those who give.
        for item in ListItem.objects.visible_to(viewer).filter(pk=item_id).select_related("list"):
            refuse_recipient(viewer, item)
        raise
    return _as_it_stands(viewer, item_id)


def _as_it_stands(viewer: Viewer, item_id: UUID) -> Standing:
    """The locked item and all that decides, read after the lock, see `locked`; in one row for each claim, or in one."""
    rows, as_models = statements.ask("an item as it stands", {"item": item_id}, _all_that_decides)
    found = as_models(rows)
    item, item.list, item.plan, item.gift, _ = found[0]
    refuse_recipient(viewer, item)
    return Standing(viewer, item, [claim for *_, claim in found if claim])


def _all_that_decides(places: Places) -> Draft:
    rows = ListItem.objects.filter(pk=places["item"])
    return side_by_side_in_models(rows, list=GiftList, plan=ItemPlan, gift=Gift, claims=Claim)


def lock_claim(*, viewer: Viewer, claim_id: UUID) -> tuple[Standing, Claim]:
    """The claim as it is once its item is locked."""
    items = locked_rows(_item_of_claim, viewer, claim=claim_id)
    standing = _as_it_stands(viewer, items[0].pk) if items else None
    claim = next((claim for claim in standing.claims if claim.pk == claim_id), None) if standing else None
    if standing is None or claim is None:
        raise Refusal(Code.RESOURCE_NOT_FOUND)
    return standing, claim


def _item_of_claim(viewer: Viewer, places: Places) -> ScopedQuerySet:
    return ListItem.objects.filter(pk__in=Claim.objects.visible_to(viewer).filter(pk=places["claim"]).values("item"))


def take(standing: Standing, giver_id: UUID, quantity: int, **values: Any) -> Claim:
    """This giver's claim on the item, if that much of it is left."""
    held = next((claim.quantity for claim in standing.claims if claim.giver_id == giver_id), 0)
    # Taking fewer is always possible, also where the wish has shrunk below what is claimed.
    if quantity - held > standing.remaining:
        raise standing.unavailable()
    return _write(standing, giver_id, quantity=quantity, **values)


def _write(standing: Standing, giver_id: UUID, **values: Any) -> Claim:
    """The row of this giver's claim: made, revived or changed."""
    claim, gift = standing.row_of(giver_id), standing.item.gift
    is_new = claim._state.adding
    if is_new or claim.deleted_at:
        fresh = {"status": Claim.Status.PLANNED, "gifted_on": None, "actual_price": None, "deleted_at": None}
        values = fresh | values
    was_given = not is_new and claim.deleted_at is None and claim.status == Claim.Status.GIFTED
    if values.get("status", Claim.Status.GIFTED) != Claim.Status.GIFTED:
        values |= {"given_title": "", "given_image_url": ""}
    elif "status" in values and not was_given:
        values = {"given_title": gift.title, "given_image_url": gift.image_url} | values
    fields = claim.assign(values)
    claim.save(update_fields=None if is_new else [*fields, "updated_at"])
    if is_new:
        standing.rows.append(claim)
    return claim


def _move_stage(standing: Standing, stage: str) -> list[diary.Entry]:
    """Back to an idea one lets go of it, whoever else holds on. For a guest, that is all it does."""
    plan, mine = standing.item.plan, standing.mine
    entries: list[diary.Entry] = []
    if mine:
        mine.entomb()
        entries.append(("claim.released", mine, {}))
    if standing.plans:
        entries.append(("plan.moved", plan, {"stage": stage}))
        if plan.assign({"stage": stage}):
            plan.save(update_fields=["stage", "updated_at"])
    return entries


def _move_claim(standing: Standing, status: str, quantity: int | None) -> list[diary.Entry]:
    viewer, mine = standing.viewer, standing.mine
    claim = take(
        standing,
        standing.giver(),
        quantity or (mine.quantity if mine else standing.remaining),
        claimed_by_id=viewer.user.pk,
        status=status,
        gifted_on=_gifted_on(viewer, mine, status, standing.item.household_id),
    )
    return [("claim.moved", claim, {"status": status})]


def _gifted_on(viewer: Viewer, claim: Claim | None, status: str, household_id: UUID) -> date | None:
    if status != Claim.Status.GIFTED:
        return None
    return (claim and claim.gifted_on) or viewer.belonging(household_id).today()


def _reassign(standing: Standing, claim: Claim, giver: Person) -> Claim:
    """The same claim in another's name: ended here, written there. Nothing more is taken, so nothing has to be left."""
    recipient = standing.item.list.recipient
    prefetch_related_objects([giver, *([recipient] if recipient else [])], "member_links")
    if giver.household_id != claim.household_id or not may_give(giver, recipient):
        raise invalid(giver="This person cannot be the giver here.")
    if any(other.giver_id == giver.pk for other in standing.claims):
        raise Refusal(Code.CONFLICT_DUPLICATE, "This person has a claim on it already.")
    claim.entomb()
    membership = Membership.objects.active().filter(person=giver).first()
    return _write(
        standing,
        giver.pk,
        quantity=claim.quantity,
        claimed_by_id=membership and membership.user_id,
        status=claim.status,
        actual_price=claim.actual_price,
        gifted_on=claim.gifted_on,
        given_title=claim.given_title,
        given_image_url=claim.given_image_url,
    )


def _may_take_over(viewer: Viewer, claim: Claim) -> bool:
    """Whether somebody else's claim is theirs to hand on or to release."""
    return viewer.owns(claim.household_id) or (viewer.plans(claim.household_id) and _is_abandoned(claim))


def _is_abandoned(claim: Claim) -> bool:
    """Whether its giver has left, with the gift not given yet: gone from the household, archived or deleted; or a
    guest who does not see the item any more, and so could not let go of it themself.

    Whoever still signs in and sees it has not left, whatever anybody does to their Person.
    """
    if claim.status == Claim.Status.GIFTED:
        return False
    membership = Membership.objects.filter(person=claim.giver).select_related("user").first()
    if membership and membership.is_active and membership.user.is_active:
        is_shown = ListItem.objects.visible_to(Viewer.of(membership.user)).filter(pk=claim.item_id)
        return membership.role == Role.GUEST and not is_shown.exists()
    if membership:
        return True
    return claim.giver.archived_at is not None or claim.giver.deleted_at is not None


def _release(viewer: Viewer, claim: Claim) -> None:
    claim.entomb()
    _record(viewer, "claim.released", claim)


def _record(viewer: Viewer, verb: str, claim: Claim) -> None:
    diary.record(household_id=claim.household_id, actor=viewer.user, verb=verb, subject=claim)
