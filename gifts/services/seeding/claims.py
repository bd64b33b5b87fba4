"""Who takes what: of every status, and never more than there is."""

from datetime import date, timedelta
from typing import Any

from gifts.models import Claim, ListItem
from gifts.services.seeding.catalog import Ware
from gifts.services.seeding.home import Home, Member, Resident, Taken
from gifts.services.seeding.lists import Shelf

Status = Claim.Status

# Before the day that something is for, and after it.
BEFORE = [Status.PLANNED, Status.BUYING, Status.ORDERED, Status.DELIVERED, Status.WRAPPED] * 2 + [Status.GIFTED]
AFTER = [*Status] + [Status.GIFTED] * 9
PAID = {Status.ORDERED, Status.DELIVERED, Status.WRAPPED, Status.GIFTED}


def take(home: Home, shelf: Shelf, item: ListItem, ware: Ware) -> None:
    """Somebody takes it, or a part of it; then perhaps somebody else takes of the rest."""
    giver = home.choose(shelf.givers)
    quantity = item.quantity if home.chance(0.7) else home.rng.randint(1, item.quantity)
    _claim(home, shelf, item, ware, giver, quantity)
    left = item.quantity - quantity
    other = home.choose([*shelf.givers, *shelf.silent_givers])
    if left and other is not giver:
        _claim(home, shelf, item, ware, other, left)


def _claim(home: Home, shelf: Shelf, item: ListItem, ware: Ware, giver: Resident, quantity: int) -> None:
    occurs_on = shelf.gift_list.occurs_on
    is_over = occurs_on is not None and occurs_on < home.today
    status = home.choose(AFTER if is_over else BEFORE)
    user = giver.user if isinstance(giver, Member) else None
    paid = {"actual_price": ware.price * quantity} if status in PAID and home.chance(0.5) else {}
    given = _given(home, ware, occurs_on if is_over else None) if status == Status.GIFTED else {}
    by = {"giver_id": giver.person.pk, "claimed_by_id": user.pk if user else None}
    claim = Claim(
        household_id=item.household_id, item_id=item.pk, quantity=quantity, status=status, **by, **paid, **given
    )
    home.batch.add(claim)
    if isinstance(giver, Member):
        home.taken.append(Taken(giver, item.pk, ware.title, occurs_on))
    # What others have taken was read from a spreadsheet: of that, the diary has no line for each.
    if user and status == Status.PLANNED:
        home.diary.note(user, "claim.made", claim)
    elif user:
        home.diary.note(user, "claim.moved", claim, status=str(status))


def _given(home: Home, ware: Ware, day: date | None) -> dict[str, Any]:
    gifted_on = day or home.today - timedelta(days=home.rng.randrange(1, 300))
    return {"gifted_on": gifted_on, "given_title": ware.title, "given_image_url": ware.image_url}
