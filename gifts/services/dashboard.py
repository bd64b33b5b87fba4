"""The first page of an app: what comes next, who still needs something, and what oneself has promised.

`rows` says which rows are read, and `dashboard` what is made of them.
"""

from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When

from config.joins import among
from gifts.models import Claim, GiftList, ListItem
from gifts.models.diary import diary_read_by
from gifts.models.items import ListItemQuerySet
from gifts.models.lists import GiftListQuerySet
from gifts.services.figures import SEEN_STATUSES, Row
from gifts.services.summaries import Found, days_until, occasion_of, serving
from households.models import Occasion, Person, PersonMember
from households.viewer import Belonging, Viewer

NEW_IDEAS = 5
MY_NEXT = 10
LAST_ENTRIES = 10


def rows(*, viewer: Viewer, place: Belonging, a_year_ago: date) -> dict[str, QuerySet]:
    """What the dashboard of one household is made of, as the viewer sees it today; without what is for themself."""
    inbox = _idea_inbox(viewer, place)
    ideas = ListItem.objects.standing_on(inbox).as_seen_by(viewer)
    return {
        **_coming(viewer, place, a_year_ago),
        "people": _people(viewer, place),
        "statuses": _statuses(viewer, place),
        "idea_lists": inbox.select_related("recipient").order_by("id"),
        "ideas": ideas.order_by("-id")[:NEW_IDEAS],
        "assignments": _my_assignments(viewer, place),
        "activity": diary_read_by(viewer).filter(household=place.household_id).order_by("-id")[:LAST_ENTRIES],
    }


def dashboard(*, place: Belonging, found: Found) -> dict[str, Any]:
    """The dashboard that these rows make."""
    people = found["people"]
    counted = {row["status"]: row["items"] for row in found["statuses"]}
    return {
        "household": place.household_id,
        "next_occasion": _next_occasion(found["occasions"], found["lists"], place.today()),
        "people": {"covered": sum(row["is_covered"] for row in people), "total": len(people)},
        "items_by_status": dict.fromkeys(SEEN_STATUSES, 0) | counted,
        "people_needing_gifts": [row["person"] for row in people if not row["is_covered"]],
        "idea_inbox": {"lists": found["idea_lists"], "items": found["ideas"]},
        "my_assignments": found["assignments"],
        "activity": found["activity"],
    }


def _coming(viewer: Viewer, place: Belonging, a_year_ago: date) -> dict[str, QuerySet]:
    """All occasions that may be next, and all lists that may be for that day: which it is, follows from these."""
    dated = Occasion.objects.visible_to(viewer).filter(household=place.household_id, date__isnull=False)
    occasions = dated.filter(Q(is_yearly=True) | Q(date__gte=place.today()))
    lists = GiftList.objects.visible_to(viewer).standing_alone(viewer).filter(occasion__in=occasions)
    recent = Q(occurs_on__isnull=True) | Q(occurs_on__gt=a_year_ago) | Q(occasion__is_yearly=False)
    return {"occasions": occasions, "lists": lists.filter(recent).select_related("recipient").order_by("id")}


def _next_occasion(occasions: list[Row], lists: list[Row], today: date) -> dict[str, Any] | None:
    """The one that is celebrated soonest, today included, with the lists for that day."""
    days = ((occasion_of(row).next_date(today), row["occasion"]["id"], row) for row in occasions)
    # The day may have ended since they were read.
    coming = [(day, occasion_id, row) for day, occasion_id, row in days if day and day >= today]
    if not coming:
        return None
    _, occasion_id, row = min(coming)
    occasion = occasion_of(row)
    for_it = serving(occasion, [one for one in lists if one["occasion"] == occasion_id], today)
    return {"occasion": row["occasion"], **days_until(occasion, today), "lists": [one["list"] for one in for_it]}


def _people(viewer: Viewer, place: Belonging) -> Any:
    """Everybody whom a gift could be for, by name, and whether somebody is getting one for a day still to come.

    A couple or group counts while a list is for it, and what is for it covers everybody in it.
    """
    day = Q(occurs_on__gte=place.today()) | Q(occurs_on__isnull=True)
    to_come = GiftList.objects.visible_to(viewer).filter(day)
    taken = Claim.objects.unconcealed_from(viewer).filter(item__list=OuterRef("pk"), item__deleted_at=None)
    given_to = to_come.filter(Exists(taken)).values("recipient")
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


def _statuses(viewer: Viewer, place: Belonging) -> QuerySet:
    items = ListItem.objects.visible_to(viewer).filter(household=place.household_id)
    counted: Any = items.as_counted_by(viewer)
    return counted.order_by().values("status").annotate(items=Count("pk"))


def _idea_inbox(viewer: Viewer, place: Belonging) -> GiftListQuerySet:
    """The lists of ideas for nobody and nothing in particular yet."""
    return GiftList.objects.visible_to(viewer).filter(
        household=place.household_id, kind=GiftList.Kind.IDEA, recipient=None, occasion=None
    )


def _my_assignments(viewer: Viewer, place: Belonging) -> ListItemQuerySet:
    """What the viewer has taken and not given yet, soonest first. Whoever sees a claim sees what it is on."""
    mine = Claim.objects.visible_to(viewer).filter(giver=place.person_id).exclude(status=Claim.Status.GIFTED)
    items = among(ListItem.objects.as_seen_by(viewer), mine.values("item"))
    return items.order_by(F("occurs_on").asc(nulls_last=True), "id")[:MY_NEXT]
