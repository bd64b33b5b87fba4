"""Whom a person, occasion, list, gift or item is for, and who must not learn what is said about it."""

from collections.abc import Iterable
from uuid import UUID

from gifts.models import Gift, GiftList, ListItem
from households.models import HouseholdRow, Membership, Occasion, Person
from households.viewer import Viewer


def whom_it_is_for(subject: HouseholdRow) -> set[UUID]:
    """Its recipient or honoree, or the person it is. A gift is for whoever it will be for, so for nobody yet."""
    match subject:
        case Person():
            return {subject.pk}
        case Occasion():
            return _known(subject.honoree_id)
        case GiftList():
            return _known(subject.recipient_id)
        case ListItem():
            return whom_it_is_for(subject.list)
    return set()


def who_may_not_know(viewer: Viewer, subject: HouseholdRow) -> set[UUID]:
    """From whom the subject itself is hidden now, as far as the viewer can tell.

    Somebody may open the list one day, or wish again for what they took back. What was said behind their back until
    then is shown to them by its author, or not at all.
    """
    match subject:
        case Occasion():
            return whom_it_is_for(subject) if subject.visibility == Occasion.Visibility.HIDDEN else set()
        case GiftList():
            return _behind_the_list(viewer, subject)
        case ListItem():
            return who_took_it_back(viewer, subject) | _behind_the_list(viewer, subject.list)
        case Gift(in_catalog=False):
            hidden = _common(who_may_not_know(viewer, item) for item in _items_of(viewer, subject))
            return hidden | who_took_it_back(viewer, subject)
    return set()


def who_took_it_back(viewer: Viewer, subject: HouseholdRow) -> set[UUID]:
    """Whose wish it was that givers alone still see."""
    match subject:
        case ListItem(is_withdrawn=True):
            return whom_it_is_for(subject.list)
        case Gift(in_catalog=False) if Gift.objects.frozen_for(viewer).filter(pk=subject.pk).exists():
            return _who_knew(viewer, subject)
    return set()


def _who_knew(viewer: Viewer, gift: Gift) -> set[UUID]:
    """Whose wish a gift was; where it was on a list for nobody, everybody who signs in, but the viewer."""
    knew = set(ListItem.objects.elsewhere(viewer).filter(gift=gift).values_list("list__recipient", flat=True))
    if None in knew:
        members = Membership.objects.filter(household=gift.household_id, person__isnull=False)
        knew |= set(members.values_list("person", flat=True))
    return knew - viewer.person_ids - {None}


def _behind_the_list(viewer: Viewer, gift_list: GiftList) -> set[UUID]:
    is_open = gift_list.visibility == GiftList.Visibility.HOUSEHOLD
    hidden = set() if is_open else whom_it_is_for(gift_list)
    return hidden | (who_may_not_know(viewer, gift_list.occasion) if gift_list.occasion else set())


def _items_of(viewer: Viewer, gift: Gift) -> Iterable[ListItem]:
    """Where the gift stands. Of a list that nobody else reads and that is for nobody, nobody learns anything."""
    nobodys = {"list__visibility": GiftList.Visibility.PRIVATE, "list__recipient": None}
    rows = ListItem.objects.visible_to(viewer).filter(gift=gift).exclude(**nobodys)
    return rows.select_related("list__occasion")


def _common(groups: Iterable[set[UUID]]) -> set[UUID]:
    """Who is in all of these: where one of them shows it to somebody, it is not hidden from them."""
    found = list(groups)
    return set.intersection(*found) if found else set()


def _known(person_id: UUID | None) -> set[UUID]:
    return {person_id} if person_id else set()
