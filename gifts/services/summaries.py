"""A list and an occasion at a glance: what is on it, how far it is, and what it costs."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from config.models import casefold_key
from gifts.models import GiftList, ListItem
from gifts.models.lists import GiftListQuerySet
from gifts.services.figures import Figures, Row, concealed_budget, count
from households.models import Occasion, Person
from households.viewer import Viewer


def list_summary(*, viewer: Viewer, gift_list: GiftList) -> dict[str, Any]:
    """A list and what is hidden beside it. Its recipient learns how many wishes they see, and nothing of the rest."""
    items = ListItem.objects.visible_to(viewer).on_list(gift_list.pk, viewer)
    currency = viewer.belonging(gift_list.household_id).currency
    if gift_list.is_for(viewer):
        concealed = {"by_status": None, "budget": concealed_budget(currency)}
        return {"list": gift_list, "items": items.count(), **concealed}
    return {"list": gift_list, **_counted(count(viewer, items), currency)}


def occasion_summary(*, viewer: Viewer, occasion: Occasion, year: int | None = None) -> dict[str, Any]:
    """One celebration of an occasion: the coming one, or that of a year. What is for nobody in particular stands last,
    under a person None, and is not among the people counted."""
    place = viewer.belonging(occasion.household_id)
    lists = GiftList.objects.for_celebration(occasion, today=place.today(), year=year)
    counted = count(viewer, ListItem.objects.visible_to(viewer).filter(list__in=lists))
    rows: dict[UUID | None, list[Row]] = defaultdict(list)
    for row in counted:
        rows[row["list__recipient"]].append(row)
    people = [
        _person_row(person, rows[person.pk], place.currency) for person in _people_of(viewer, occasion, lists, rows)
    ]
    nobodys = [_person_row(None, rows[None], place.currency)] if None in rows else []
    return {
        "occasion": occasion,
        **days_until(occasion, place.today()),
        "people": people + nobodys,
        "covered": sum(row["covered"] for row in people),
        "total": len(people),
        "budget": _against(occasion.budget_total, Figures.of(counted).budget(place.currency)),
    }


def days_until(occasion: Occasion, today: date) -> dict[str, Any]:
    next_date = occasion.next_date(today)
    return {"next_date": next_date, "days_to_go": next_date and (next_date - today).days}


def _counted(rows: list[Row], currency: str) -> dict[str, Any]:
    figures = Figures.of(rows)
    return {"items": figures.items, "by_status": figures.by_status, "budget": figures.budget(currency)}


def _person_row(person: Person | None, rows: list[Row], currency: str) -> dict[str, Any]:
    return {"person": person, **_counted(rows, currency), "covered": any(row["all_claimed"] for row in rows)}


def _people_of(
    viewer: Viewer, occasion: Occasion, lists: GiftListQuerySet, rows: dict[UUID | None, list[Row]]
) -> list[Person]:
    """Whom the lists that the viewer sees are for, and who is honoured; never the viewer, nor a couple of theirs."""
    seen = GiftList.objects.visible_to(viewer).filter(pk__in=lists)
    # What is taken of a list that was deleted goes on counting, and so does whom it is for.
    people = Person.objects.filter(pk__in=seen.values("recipient")) | Person.objects.filter(pk__in=filter(None, rows))
    if occasion.honoree_id:
        people |= Person.objects.alive().filter(pk=occasion.honoree_id)
    return sorted(people.exclude(pk__in=viewer.person_ids), key=_by_name)


def _by_name(person: Person) -> tuple[str, UUID]:
    return casefold_key(person.display_name) or "", person.pk


def _against(total: Decimal | None, budget: dict[str, Any]) -> dict[str, Any]:
    """With the occasion's own budget, and what is left of it: all that is neither spent nor bound by a claim."""
    left = None if total is None else total - budget["committed"] - budget["spent"]
    return budget | {"total": total, "remaining": left}
