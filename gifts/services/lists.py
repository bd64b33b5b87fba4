from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from config.errors import Code, Refusal, invalid
from config.kept_rows import locked_row, locked_rows, row_behind
from config.models import ScopedQuerySet
from config.statements import Places
from gifts.models import GiftList, ListItem
from households.models import Household, Occasion, Person
from households.services import diary, undo
from households.services.households import require_planner
from households.viewer import Belonging, Viewer

# From the most secret to the most public.
OPENNESS: list[str] = [GiftList.Visibility.PRIVATE, GiftList.Visibility.HIDDEN, GiftList.Visibility.HOUSEHOLD]


@transaction.atomic
def create_list(*, viewer: Viewer, name: str, household: Household | None = None, **fields: Any) -> GiftList:
    """A list owned by the viewer. Whom it is for and what for is fixed from now on.

    A wishlist is by default its owner's own, a list for an occasion is for who is honoured by it; it is hidden
    from its recipient unless that is its owner, and falls on the occasion's next date.
    """
    place = viewer.planning(household)
    gift_list = GiftList(household_id=place.household_id, owner=viewer.user, name=name)
    gift_list.assign(_defaults(viewer, place, fields) | fields)
    _same_household(place.household_id, recipient=gift_list.recipient, occasion=gift_list.occasion)
    if gift_list.kind == GiftList.Kind.WISHLIST and gift_list.recipient is None:
        raise invalid(recipient="Say whose wishes these are.")
    if fields.get("occurs_on") and gift_list.is_for(viewer):
        # On that day the recipient learns what was given, so it is not theirs to choose.
        raise invalid(occurs_on="Somebody who gives has to say when this is for.")
    _check_visibility(viewer, gift_list)
    gift_list.save()
    diary.record(household_id=place.household_id, actor=viewer.user, verb="list.created", subject=gift_list)
    return gift_list


@transaction.atomic
def update_list(*, viewer: Viewer, list_id: UUID, changes: dict[str, Any]) -> GiftList:
    """Change its name, its visibility, or set the date that was unknown so far."""
    gift_list = changeable_list(viewer, list_id)
    if "occurs_on" in changes:
        _check_date(viewer, gift_list)
    if changes.get("visibility", gift_list.visibility) != gift_list.visibility:
        _check_new_visibility(viewer, gift_list, changes["visibility"])
    hidden_since = _hidden_since(viewer, gift_list) if "visibility" in changes else None
    if fields := gift_list.assign(changes):
        _save_changes(viewer, gift_list, fields, hidden_since)
        diary.record(
            household_id=gift_list.household_id,
            actor=viewer.user,
            verb="list.updated",
            subject=gift_list,
            fields=fields,
        )
    return gift_list


def _save_changes(viewer: Viewer, gift_list: GiftList, fields: list[str], hidden_since: datetime | None) -> None:
    if "visibility" in fields:
        _check_visibility(viewer, gift_list)
        gift_list.hidden_since = None if _recipient_sees(viewer, gift_list) else hidden_since or timezone.now()
    gift_list.save(update_fields=[*fields, "hidden_since", "updated_at"])
    if "occurs_on" in fields:
        # The two are read as one, so they stay on one date.
        GiftList.objects.filter(companion_of=gift_list).update(occurs_on=gift_list.occurs_on)
    if "visibility" in fields:
        _settle_visibility(gift_list, hidden_since)


def _settle_visibility(gift_list: GiftList, hidden_since: datetime | None) -> None:
    """What follows when it was closed, or opened to a recipient from whom it had been hidden since then."""
    if gift_list.visibility == GiftList.Visibility.PRIVATE:
        # Should its owner open it again, guests have to be asked in again.
        gift_list.shares.all().delete()
    if hidden_since and gift_list.hidden_since is None:
        _keep_what_was_hidden(gift_list, since=hidden_since)


def _hidden_since(viewer: Viewer, gift_list: GiftList) -> datetime | None:
    return None if _recipient_sees(viewer, gift_list) else gift_list.hidden_since or gift_list.created_at


def _recipient_sees(viewer: Viewer, gift_list: GiftList) -> bool:
    """Whether there is nobody to hide it from, or they see it: an open list, and a private one of their own."""
    if gift_list.recipient_id is None or gift_list.is_seen_by_recipient:
        return True
    return gift_list.visibility == GiftList.Visibility.PRIVATE and _is_its_owners(viewer, gift_list)


def _is_its_owners(viewer: Viewer, gift_list: GiftList) -> bool:
    """Whether its owner, who may be the viewer, is its recipient."""
    if gift_list.owner_id == viewer.user.pk:
        return gift_list.is_for(viewer)
    return gift_list.owner is not None and gift_list.is_for(Viewer.of(gift_list.owner))


def _keep_what_was_hidden(gift_list: GiftList, *, since: datetime) -> None:
    """What was taken off while its recipient did not see the list stays with the givers: put on again by the
    recipient, it must not come back as the row that it was.

    It goes beside the list; where the same gift stands there, to a list that is gone. Which of the two plays no part
    for the recipient, who sees neither.
    """
    taken_off = ListItem.objects.filter(list=gift_list, deleted_at__gte=since)
    if taken_off.exists():
        companion = companion_for(gift_list)
        there = ListItem.objects.filter(list=companion).values("gift")
        gone = GiftList.objects.create(**_beside(gift_list), deleted_at=timezone.now())
        # From there nobody's undo brings them back.
        taken_off.filter(gift__in=there).update(list=gone, deleted_by=None)
        taken_off.update(list=companion)


@transaction.atomic
def delete_list(*, viewer: Viewer, list_id: UUID) -> None:
    """Leave a tombstone. What givers hid beside it stays with them."""
    gift_list = changeable_list(viewer, list_id)
    gift_list.entomb(by=viewer.user)
    diary.record(household_id=gift_list.household_id, actor=viewer.user, verb="list.deleted", subject=gift_list)


def restore_list(*, viewer: Viewer, pk: UUID) -> GiftList:
    return undo.restore(
        viewer=viewer,
        model=GiftList,
        pk=pk,
        verb="list.restored",
        check=_refuse_second_companion,
        lock=locked_after_main_list,
    )


def locked_after_main_list(model: type[GiftList], viewer: Viewer, pk: UUID, *, door: str = "visible_to") -> GiftList:
    """A companion's lock comes after that of the list it belongs to, under which a new one would be made."""
    locked_rows(_main_list_behind, viewer, model, door, row=pk)
    return locked_row(model, viewer, pk, door=door)


def _main_list_behind(viewer: Viewer, places: Places, model: type[GiftList], door: str) -> ScopedQuerySet:
    return GiftList.objects.filter(companions__in=row_behind(viewer, places, model, door))


def _refuse_second_companion(viewer: Viewer, gift_list: GiftList) -> None:
    others = GiftList.objects.alive().filter(companion_of=gift_list.companion_of_id)
    if gift_list.companion_of_id and others.exists():
        raise Refusal(Code.CONFLICT_DUPLICATE, "Givers have begun a new one beside this list.")


def companion_for(gift_list: GiftList) -> GiftList:
    """The hidden companion of a list, found or made. It belongs to no one giver, so nobody can open it alone.

    The caller holds the list's lock: two first surprises at the same moment share one companion. It comes locked, as
    others may be writing to it directly.
    """
    companions = GiftList.objects.alive().filter(companion_of=gift_list)
    found = companions.for_update().first()
    return found or GiftList.objects.create(companion_of=gift_list, **_beside(gift_list))


def _beside(gift_list: GiftList) -> dict[str, Any]:
    """What a list is made of that holds, for the same, what the recipient does not see."""
    return {
        "household_id": gift_list.household_id,
        "name": gift_list.name,
        "kind": GiftList.Kind.GIFT,
        "recipient_id": gift_list.recipient_id,
        "occasion_id": gift_list.occasion_id,
        "occurs_on": gift_list.occurs_on,
        "visibility": GiftList.Visibility.HIDDEN,
    }


def _defaults(viewer: Viewer, place: Belonging, fields: dict[str, Any]) -> dict[str, Any]:
    """What follows from the fields that are given: whom it is for, who sees it, and when it is."""
    occasion = fields.get("occasion")
    kind = fields.get("kind", GiftList.Kind.GIFT)
    recipient = fields["recipient"] if "recipient" in fields else _default_recipient(viewer, place, kind, occasion)
    for_somebody_else = recipient is not None and not viewer.is_any_of(recipient.pk)
    return {
        "recipient": recipient,
        "visibility": GiftList.Visibility.HIDDEN if for_somebody_else else GiftList.Visibility.HOUSEHOLD,
        "occurs_on": _day_to_come(occasion, place, is_own=recipient is not None and not for_somebody_else),
    }


def _day_to_come(occasion: Occasion | None, place: Belonging, *, is_own: bool) -> date | None:
    """The day of the occasion, unless it is over: what is given for such a day would be revealed at once, and anybody,
    the recipient too, may date an occasion. On a list for oneself today is as good as over."""
    today = place.today()
    day = occasion.next_date(today) if occasion else None
    return day if day and (day > today or (day == today and not is_own)) else None


def _default_recipient(viewer: Viewer, place: Belonging, kind: str, occasion: Occasion | None) -> Person | None:
    people = Person.objects.alive().filter(household=place.household_id)
    if kind == GiftList.Kind.WISHLIST:
        return people.filter(membership__user=viewer.user).first()
    return people.filter(occasions=occasion).first() if occasion else None


def changeable_list(viewer: Viewer, list_id: UUID) -> GiftList:
    gift_list = locked_after_main_list(GiftList, viewer, list_id)
    require_changer(viewer, gift_list)
    return gift_list


def require_changer(viewer: Viewer, gift_list: GiftList) -> None:
    if gift_list.owner_id != viewer.user.pk and not viewer.owns(gift_list.household_id):
        raise Refusal(Code.RESOURCE_FORBIDDEN)


def _check_date(viewer: Viewer, gift_list: GiftList) -> None:
    if gift_list.is_for(viewer):
        raise Refusal(Code.RESOURCE_FORBIDDEN, "Somebody who gives has to say when this is for.")
    if GiftList.objects.alive().filter(companions=gift_list).exists():
        raise Refusal(Code.CONFLICT_STATE, "This follows the date of the list that it belongs to.")
    if gift_list.occurs_on is not None:
        raise Refusal(Code.CONFLICT_STATE, "The date is fixed once it is known.")


def _check_new_visibility(viewer: Viewer, gift_list: GiftList, visibility: str) -> None:
    if gift_list.companion_of_id:
        raise Refusal(Code.CONFLICT_STATE, "This part of the list is always hidden from its recipient.")
    widening = OPENNESS.index(visibility) > OPENNESS.index(gift_list.visibility)
    only_for_its_owner = widening or visibility == GiftList.Visibility.PRIVATE
    if only_for_its_owner and gift_list.owner_id != viewer.user.pk:
        raise Refusal(Code.RESOURCE_FORBIDDEN, "Only the list's owner may do that.")
    if visibility == GiftList.Visibility.HIDDEN:
        # A hidden list is for those who plan together: a guest would lose sight of it.
        require_planner(viewer, gift_list.household_id)


def _check_visibility(viewer: Viewer, gift_list: GiftList) -> None:
    if gift_list.visibility != GiftList.Visibility.HIDDEN:
        return
    if gift_list.recipient_id is None:
        raise invalid(visibility="Without a recipient there is nobody to hide it from.")
    # Nor from its owner, whoever asks: nobody's own wishes are hidden from them by somebody else.
    if gift_list.is_for(viewer) or _is_its_owners(viewer, gift_list):
        raise invalid(visibility="A list cannot be hidden from its owner, nor by somebody from themself.")


def _same_household(household_id: UUID, **rows: Any) -> None:
    for name, row in rows.items():
        if row is not None and row.household_id != household_id:
            raise invalid(**{name: "There is no such row in this household."})
