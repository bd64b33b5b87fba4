"""What stands on a list, and what its givers make of it."""

from decimal import Decimal

from accounts.models import User
from gifts.models import ItemPlan, ListItem
from gifts.services.seeding.catalog import Catalog, Ware
from gifts.services.seeding.claims import take
from gifts.services.seeding.home import Home
from gifts.services.seeding.lists import Shelf
from gifts.services.seeding.talk import say
from gifts.services.seeding.words import GIVER_NOTES, NOTES

Stage = ItemPlan.Stage

CLAIMED = 0.5
TALKED_ABOUT = 0.04


def fill(home: Home, shelf: Shelf, catalog: Catalog, count: int) -> None:
    if not shelf.is_beside:
        # A companion is read with its list, and nothing stands on both.
        catalog.begin_list()
    for position in range(1, count + 1):
        adder = home.choose(shelf.adders).user
        ware = catalog.draw(adder)
        item = _item(home, shelf, ware, adder, position)
        if shelf.givers:
            _think_about(home, shelf, item, ware)
        else:
            home.batch.add(ItemPlan(household_id=item.household_id, item_id=item.pk))


def _item(home: Home, shelf: Shelf, ware: Ware, adder: User, position: int) -> ListItem:
    item = ListItem(
        household_id=home.household.pk,
        list_id=shelf.gift_list.pk,
        gift_id=ware.pk,
        quantity=home.choose((1, 1, 1, 1, 2, 4)),
        priority=home.choose((0, 0, 1, 2, 3)),
        note=home.choose(NOTES),
        position=position,
        added_by_id=adder.pk,
    )
    home.diary.note(adder, "item.added", home.batch.add(item))
    return item


def _think_about(home: Home, shelf: Shelf, item: ListItem, ware: Ware) -> None:
    is_claimed = home.chance(CLAIMED)
    plan = _plan(home, item, ware, is_claimed=is_claimed)
    # Whoever gives may plan what they add in the same breath. What is made of somebody's own wish comes afterwards.
    if shelf.is_recipients_own:
        _record_plan(home, home.choose(shelf.givers).user, plan)
    if is_claimed:
        take(home, shelf, item, ware)
    if home.chance(TALKED_ABOUT):
        say(home, home.choose(shelf.givers), "item", item, shelf.kept_from)


def _plan(home: Home, item: ListItem, ware: Ware, *, is_claimed: bool) -> ItemPlan:
    last = Stage.IDEA if is_claimed else Stage.DROPPED
    stage = home.choose((Stage.IDEA, Stage.IDEA, Stage.IDEA, Stage.SHORTLISTED, Stage.SHORTLISTED, last))
    price = {"planned_price": Decimal(round(ware.price))} if home.chance(0.25) else {}
    note = home.choose(GIVER_NOTES)
    return home.batch.add(
        ItemPlan(household_id=item.household_id, item_id=item.pk, stage=stage, giver_note=note, **price)
    )


def _record_plan(home: Home, giver: User, plan: ItemPlan) -> None:
    if plan.stage != Stage.IDEA:
        home.diary.note(giver, "plan.moved", plan, stage=str(plan.stage))
    written = [name for name in ("giver_note", "planned_price") if getattr(plan, name)]
    if written:
        home.diary.note(giver, "plan.updated", plan, fields=written)
