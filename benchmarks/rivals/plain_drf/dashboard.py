"""The first page of an app, by the ORM and, for what is counted, by the database."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from benchmarks.rivals.plain_drf.diary import with_subjects
from benchmarks.rivals.plain_drf.rows import UNDER_WAY, items_seen_by, lists_seen_by
from gifts.models import Claim, GiftList, ItemPlan, ListItem
from households.models import Activity, Occasion, Person, PersonMember
from households.viewer import Belonging, Viewer


def dashboard(viewer: Viewer) -> dict[str, Any]:
    place = viewer.belonging()
    people = _people(viewer, place)
    needing = [person for person, is_covered in people if not is_covered]
    inbox = lists_seen_by(viewer).filter(
        household=place.household_id, kind=GiftList.Kind.IDEA, recipient=None, occasion=None
    )
    items = items_seen_by(viewer).filter(household=place.household_id)
    ideas = items.filter(list__in=inbox, deleted_at=None, list__deleted_at=None).order_by("-id")[:5]
    mine = Claim.objects.alive().filter(giver=place.person_id).exclude(status=Claim.Status.GIFTED)
    assigned = items.filter(pk__in=mine.values("item")).exclude(list__recipient__in=viewer.person_ids)
    entries = Activity.objects.visible_to(viewer).select_related("actor").order_by("-id")[:10]
    return {
        "household": place.household_id,
        "next_occasion": _next_occasion(viewer, place),
        "people": {"covered": len(people) - len(needing), "total": len(people)},
        "items_by_status": _by_status(viewer, place),
        "people_needing_gifts": needing,
        "idea_inbox": {"lists": inbox.order_by("id"), "items": ideas},
        "my_assignments": assigned.order_by(F("list__occurs_on").asc(nulls_last=True), "id")[:10],
        "activity": with_subjects(list(entries), viewer),
    }


def _next_occasion(viewer: Viewer, place: Belonging) -> dict[str, Any] | None:
    today = place.today()
    occasions = Occasion.objects.visible_to(viewer).filter(household=place.household_id, date__isnull=False)
    coming = [(day, row.pk, row) for row in occasions if (day := row.next_date(today)) and day >= today]
    if not coming:
        return None
    day, _, occasion = min(coming)
    lists = lists_seen_by(viewer).exclude(companion_of__in=GiftList.objects.visible_to(viewer))
    of_it = lists.filter(occasion=occasion).order_by("id")
    for_it = [one for one in of_it if occasion.is_served_by(one.occurs_on, today=today)]
    return {"occasion": occasion, "next_date": day, "days_to_go": (day - today).days, "lists": for_it}


def _people(viewer: Viewer, place: Belonging) -> list[tuple[Person, bool]]:
    today = place.today()
    expected = GiftList.objects.visible_to(viewer).filter(_to_come("", today)).values_list("recipient", flat=True)
    taken = Claim.objects.visible_to(viewer).filter(_to_come("item__list__", today))
    there = taken.filter(item__deleted_at=None, item__list__deleted_at=None)
    given_to = set(there.values_list("item__list__recipient", flat=True).distinct())
    links = PersonMember.objects.filter(household=place.household_id).values_list("group_id", "member_id")
    groups = {group for group, _ in links} - set(expected.distinct())
    covered = given_to | {member for group, member in links if group in given_to}
    people = Person.objects.visible_to(viewer).filter(household=place.household_id, archived_at=None)
    people = people.exclude(pk__in=viewer.person_ids).order_by("display_name", "id")
    return [(person, person.pk in covered) for person in people if person.pk not in groups]


def _to_come(prefix: str, today: date) -> Q:
    return Q(**{f"{prefix}occurs_on__gte": today}) | Q(**{f"{prefix}occurs_on__isnull": True})


def _by_status(viewer: Viewer, place: Belonging) -> dict[str, int]:
    """Counted here: by two narrow statements, without an instance for each item."""
    items = ListItem.objects.visible_to(viewer).filter(household=place.household_id)
    items = items.exclude(list__recipient__in=viewer.person_ids).order_by()
    under_way = _under_way(place)
    counts: Counter[str] = Counter()
    for pk, quantity, stage in items.values_list("pk", "quantity", "plan__stage"):
        covered, slowest = under_way.get(pk, (0, stage))
        counts[slowest if quantity <= covered else stage] += 1
    return dict.fromkeys([*ItemPlan.Stage.values, *map(str, UNDER_WAY)], 0) | counts


def _under_way(place: Belonging) -> dict[Any, tuple[int, str]]:
    claims: QuerySet = Claim.objects.alive().filter(household=place.household_id, status__in=UNDER_WAY)
    rows = claims.order_by().values_list("item", "status").annotate(Sum("quantity"))
    found: dict[Any, tuple[int, str]] = {}
    for item, status, quantity in rows:
        covered, slowest = found.get(item, (0, status))
        found[item] = covered + quantity, min(slowest, status, key=UNDER_WAY.index)
    return found
