"""What somebody has to do for what they give."""

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from config.errors import Code, Refusal
from gifts.services.claims import Standing, lock_to_give
from households.viewer import Viewer
from tasks.models import Task
from tasks.services.tasks import create_task


class Errand(NamedTuple):
    """What is done with a gift, and how many days before it is given."""

    title: str
    days_before: int


KINDS = {
    "order": Errand("Order: {}", 21),
    "buy": Errand("Buy: {}", 7),
    "wrap": Errand("Wrap: {}", 2),
    "deliver": Errand("Deliver: {}", 0),
}


class Unset:
    """Said neither way: null is a day, too."""


@transaction.atomic
def create_errand(*, viewer: Viewer, item_id: UUID, kind: str, due_on: date | type[Unset] | None = Unset) -> Task:
    """A task about an item that the viewer has taken upon themself. CONFLICT_STATE when they have not."""
    standing = lock_to_give(viewer, item_id)
    if standing.mine is None:
        raise Refusal(Code.CONFLICT_STATE, "Take it upon yourself first.")
    item, errand = standing.item, KINDS[kind]
    return create_task(
        viewer=viewer,
        household=item.household,
        title=errand.title.format(item.gift.title),
        due_on=_in_good_time(standing, errand) if due_on is Unset else due_on,
        item=item,
    )


def _in_good_time(standing: Standing, errand: Errand) -> date | None:
    """Before the day that its list is for, but never before today; no day while that is unknown."""
    given_on = standing.item.list.occurs_on
    if given_on is None:
        return None
    today = standing.viewer.belonging(standing.item.household_id).today()
    return max(today, given_on - timedelta(days=min(errand.days_before, (given_on - date.min).days)))
