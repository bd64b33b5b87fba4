"""A household from its founding to the last thing that is said in it."""

from random import Random
from zoneinfo import ZoneInfo

from django.utils import timezone

from config.bulk import Batch
from gifts.services.seeding.calendar import Calendar
from gifts.services.seeding.catalog import Catalog
from gifts.services.seeding.diary import Diary
from gifts.services.seeding.home import Home
from gifts.services.seeding.items import fill
from gifts.services.seeding.lists import Lists
from gifts.services.seeding.people import Logins, move_in
from gifts.services.seeding.sizes import HouseholdSize, shares
from gifts.services.seeding.talk import say
from households.models import Household

PLACES = [("EUR", "Europe/Berlin"), ("GBP", "Europe/London"), ("USD", "America/New_York"), ("PLN", "Europe/Warsaw")]


def furnish(batch: Batch, rng: Random, *, name: str, place: int, logins: Logins, size: HouseholdSize) -> Home:
    """A household of this size; `place` says where it is and how it pays."""
    home = _found(batch, rng, name, place)
    move_in(home, logins, size.people)
    calendar = Calendar(home)
    catalog = Catalog(home, size)
    counts = shares(size.items, [rng.uniform(0.5, 1.5) for _ in range(size.lists)])
    for shelf, count in zip(Lists(home, calendar).make(size.lists), counts, strict=True):
        fill(home, shelf, catalog, count)
        if shelf.givers and home.chance(0.2):
            say(home, home.choose(shelf.givers), "list", shelf.gift_list, shelf.kept_from)
    _talk_at_table(home, calendar)
    home.diary.close()
    return home


def _found(batch: Batch, rng: Random, name: str, place: int) -> Home:
    currency, zone = PLACES[place % len(PLACES)]
    household = Household(name=name, currency=currency, timezone=zone, is_demo=True)
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    return Home(batch.add(household), batch, rng, today, Diary(household.pk, batch))


def _talk_at_table(home: Home, calendar: Calendar) -> None:
    """About whoever is not there, and about Christmas with everybody."""
    for resident in home.residents[::3]:
        say(home, home.choose(home.planners), "person", resident.person, {resident.person.pk})
    say(home, home.owner, "occasion", calendar.christmas)
