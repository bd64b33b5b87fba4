"""The first page of an app: what comes next, who still needs something, and what oneself has promised."""

from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, When

from gifts.models import Claim, GiftList, ListItem
from gifts.models.diary import diary_read_by
from gifts.models.items import ListItemQuerySet
from gifts.services.figures import SEEN_STATUSES
from gifts.services.summaries import days_until
from households.models import ActivityQuerySet, Occasion, Person, PersonMember
from households.viewer import Belonging, Viewer

NEW_IDEAS = 5
MY_NEXT = 10
LAST_ENTRIES = 10


def dashboard(*, viewer: Viewer, place: Belonging) -> dict[str, Any]:
    """One household as the viewer sees it today; whatever is for themself is left out."""
    people = list(_people(viewer, place))
    return {
        "household": place.household_id,
        "next_occasion": _next_occasion(viewer, place),
        "people": {"covered": sum(person.is_covered for person in people), "total": len(people)},
        "items_by_status": _items_by_status(viewer, place),
        "people_needing_gifts": [person for person in people if not person.is_covered],
        "idea_inbox": _idea_inbox(viewer, place),
        "my_assignments": _my_assignments(viewer, place),
        "activity": _latest_entries(viewer, place),
    }


def _next_occasion(viewer: Viewer, place: Belonging) -> dict[str, Any] | None:
    """The one that is celebrated soonest, today included, with the lists for that day."""
    today = place.today()
    occasions = Occasion.objects.visible_to(viewer).filter(household=place.household_id, date__isnull=False)
    coming = [(day, row.pk, row) for row in occasions if (day := row.next_date(today)) and day >= today]
    if not coming:
        return None
    _, _, occasion = min(coming)
    lists = GiftList.objects.visible_to(viewer).standing_alone(viewer).for_celebration(occasion, today=today)
    return {
        "occasion": occasion,
        **days_until(occasion, today),
        "lists": lists.select_related("recipient").order_by("id"),
    }


def _people(viewer: Viewer, place: Belonging) -> Any:
    """Everybody whom a gift could be for, by name, and whether somebody is getting one for a day still to come.

    A couple or group counts while a list is for it, and what is for it covers everybody in it.
    """
    to_come = GiftList.objects.visible_to(viewer).filter(_is_to_come("", place.today()))
    taken = Claim.objects.visible_to(viewer).filter(_is_to_come("item__list__", place.today()))
    given_to = taken.filter(item__deleted_at=None, item__list__deleted_at=None).values("item__list__recipient")
    # To guests who know the name alone, nobody is put aside, and no couple is made of anybody.
    members = PersonMember.objects.visible_to(viewer)
    in_a_group = members.filter(member=OuterRef("pk"), group__in=given_to)
    is_group = Exists(members.filter(group=OuterRef("pk")))
    people: Any = Person.objects.visible_to(viewer).as_seen_by(viewer)
    return (
        people.filter(~Q(is_group) | Q(pk__in=to_come.values("recipient")))
        .filter(household=place.household_id, seen_archived_at=None)
        .exclude(pk__in=viewer.person_ids)
        .annotate(is_covered=Case(When(Q(pk__in=given_to) | Exists(in_a_group), then=True), default=False))
        .order_by("display_name", "id")
    )


def _is_to_come(prefix: str, today: date) -> Q:
    """Lists for a day that is not over; without a date, it may come any day."""
    return Q(**{f"{prefix}occurs_on__gte": today}) | Q(**{f"{prefix}occurs_on__isnull": True})


def _items_by_status(viewer: Viewer, place: Belonging) -> dict[str, int]:
    rows = _items(viewer, place).order_by().values_list("seen_status").annotate(Count("pk"))
    return dict.fromkeys(SEEN_STATUSES, 0) | dict(rows)


def _idea_inbox(viewer: Viewer, place: Belonging) -> dict[str, Any]:
    """Ideas for nobody and nothing in particular yet."""
    inbox = GiftList.objects.visible_to(viewer).filter(
        household=place.household_id, kind=GiftList.Kind.IDEA, recipient=None, occasion=None
    )
    items = _items(viewer, place).filter(list__in=inbox, withdrawn=False)
    return {"lists": inbox.select_related("recipient").order_by("id"), "items": items.order_by("-id")[:NEW_IDEAS]}


def _my_assignments(viewer: Viewer, place: Belonging) -> ListItemQuerySet:
    """What the viewer has taken and not given yet, soonest first."""
    mine = Claim.objects.visible_to(viewer).filter(giver=place.person_id).exclude(status=Claim.Status.GIFTED)
    items = _items(viewer, place).filter(pk__in=mine.values("item"))
    return items.order_by(F("occurs_on").asc(nulls_last=True), "id")[:MY_NEXT]


def _items(viewer: Viewer, place: Belonging) -> ListItemQuerySet:
    items = ListItem.objects.visible_to(viewer).filter(household=place.household_id)
    return items.unconcealed_from(viewer).as_seen_by(viewer)


def _latest_entries(viewer: Viewer, place: Belonging) -> ActivityQuerySet:
    return diary_read_by(viewer).filter(household=place.household_id).order_by("-id")[:LAST_ENTRIES]
