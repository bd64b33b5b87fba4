"""A list and an occasion at a glance: what is on it, how far it is, and what it costs.

Of each, one function says which rows are read, and the other what is made of them.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from config.models import casefold_key
from gifts.models import GiftList, ListItem
from gifts.services.figures import Figures, Row, concealed_budget, counted
from households.models import Occasion, Person
from households.viewer import Viewer

Found = dict[str, list[Row]]


def rows_of_list(*, viewer: Viewer, list_id: UUID) -> dict[str, QuerySet]:
    """What stands on a list and is hidden beside it."""
    items = ListItem.objects.visible_to(viewer).on_list(list_id, viewer)
    wishes = items.filter(list__recipient__in=viewer.person_ids).order_by()
    return {
        "counted": counted(viewer, items),
        "wishes": wishes.values("list").annotate(items=Count("pk")),
    }


def list_summary(*, viewer: Viewer, gift_list: Row, found: Found) -> dict[str, Any]:
    """Its recipient learns how many wishes they see, and nothing of the rest."""
    currency = viewer.belonging(UUID(gift_list["household"])).currency
    recipient = gift_list["list"]["recipient"]
    if recipient and viewer.is_any_of(UUID(recipient["id"])):
        concealed = {"by_status": None, "budget": concealed_budget(currency)}
        return {"list": gift_list["list"], "items": sum(row["items"] for row in found["wishes"]), **concealed}
    return {"list": gift_list["list"], **_summed_up(found["counted"], currency)}


def rows_of_occasion(*, viewer: Viewer, occasion_id: UUID) -> dict[str, QuerySet]:
    """What is planned for an occasion, in all years."""
    items = ListItem.objects.visible_to(viewer).filter(list__occasion=occasion_id)
    lists = GiftList.objects.visible_to(viewer).filter(occasion=occasion_id, recipient__isnull=False)
    return {
        "counted": counted(viewer, items),
        "lists": lists.exclude(recipient__in=viewer.person_ids),
        "honoree": Person.objects.alive().filter(occasions=occasion_id).exclude(pk__in=viewer.person_ids),
    }


def occasion_summary(*, viewer: Viewer, occasion: Row, found: Found, year: int | None = None) -> dict[str, Any]:
    """One celebration of an occasion: the coming one, or that of a year. What is for nobody in particular stands last,
    under a person None, and is not among the people counted."""
    place = viewer.belonging(UUID(occasion["household"]))
    days = occasion_of(occasion)
    lists, rows = (serving(days, found[part], place.today(), year) for part in ("lists", "counted"))
    rows_of = defaultdict(list)
    for row in rows:
        rows_of[row["person"]].append(row)
    people = [_person_row(one, rows_of[one["id"]], place.currency) for one in _people(lists, rows, found["honoree"])]
    nobodys = [_person_row(None, rows_of[None], place.currency)] if None in rows_of else []
    return {
        "occasion": occasion["occasion"],
        **days_until(days, place.today()),
        "people": people + nobodys,
        "covered": sum(row["covered"] for row in people),
        "total": len(people),
        "budget": _budget(occasion["budget_total"], Figures.of(rows), place.currency),
    }


def occasion_of(row: Row) -> Occasion:
    """The occasion of this row, as far as it knows its days."""
    return Occasion(date=_day(row["date"]), is_yearly=row["is_yearly"])


def serving(occasion: Occasion, rows: list[Row], today: date, year: int | None = None) -> list[Row]:
    """Those of the rows that are for the coming celebration, or for that of a year."""
    return [row for row in rows if occasion.is_served_by(_day(row["occurs_on"]), today=today, year=year)]


def days_until(occasion: Occasion, today: date) -> dict[str, Any]:
    next_date = occasion.next_date(today)
    return {"next_date": next_date, "days_to_go": next_date and (next_date - today).days}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _summed_up(rows: list[Row], currency: str) -> dict[str, Any]:
    figures = Figures.of(rows)
    return {"items": figures.items, "by_status": figures.by_status, "budget": figures.budget(currency)}


def _person_row(person: Row | None, rows: list[Row], currency: str) -> dict[str, Any]:
    summed_up = _summed_up(rows, currency)
    budget = summed_up.pop("budget")
    return {"person": person, **summed_up, "covered": any(row["claimed"] for row in rows), "budget": budget}


def _people(lists: list[Row], rows: list[Row], honoree: list[Row]) -> list[Row]:
    """Whom the lists that the viewer sees are for, and who is honoured; never the viewer, nor a couple of theirs."""
    people = {row["person"]["id"]: row["person"] for row in lists} | {row["id"]: row for row in honoree}
    # What is taken of a list that was deleted goes on counting, and so does whom it is for.
    taken = {row["person"]: {"id": row["person"], "display_name": row["name"]} for row in rows if row["person"]}
    return sorted((people | taken).values(), key=_by_name)


def _by_name(person: Row) -> tuple[str, str]:
    return casefold_key(person["display_name"]) or "", person["id"]


def _budget(total: str | None, figures: Figures, currency: str) -> dict[str, Any]:
    """With the occasion's own budget, and what is left of it."""
    left = None if total is None else str(figures.left_of(Decimal(total), currency))
    return figures.budget(currency) | {"total": total, "remaining": left}
