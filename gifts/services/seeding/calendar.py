"""A household's days: Christmas, birthdays, anniversaries, and parties that are a surprise."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

from gifts.services.seeding.home import Couple, Home, Resident
from households.models import Occasion, anniversary

Kind, Visibility = Occasion.Kind, Occasion.Visibility


class Calendar:
    """Christmas is always in it, and a party that has no date yet; what else, comes with the lists for it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.christmas = self._mark(None, name="Christmas", kind=Kind.CHRISTMAS, date=date(2020, 12, 24))
        self.party = self._mark(None, name="Summer party", kind=Kind.OTHER)
        self._birthdays: dict[Resident, Occasion] = {}
        self._surprised = cycle([*home.couples, *home.others[:1], *home.planners[1:3], home.owner])
        self._surprises: dict[Resident, Occasion] = {}

    def birthday(self, resident: Resident) -> Occasion:
        if resident not in self._birthdays:
            person = resident.person
            name = f"{person.display_name}'s birthday"
            self._birthdays[resident] = self._mark(resident, name=name, kind=Kind.BIRTHDAY, date=person.birthdate)
        return self._birthdays[resident]

    def surprise(self) -> tuple[Resident, Occasion] | None:
        """Somebody, or a couple, and what is planned for them behind their back; None where nobody could."""
        resident = next(self._surprised)
        if resident not in self._surprises and self.home.planners_but(resident):
            self._surprises[resident] = self._behind_the_back_of(resident)
        return (resident, self._surprises[resident]) if resident in self._surprises else None

    def day_of(self, occasion: Occasion) -> date | None:
        """Of one celebration: the next, or one of the last two years."""
        coming = occasion.next_date(self.home.today)
        if coming is None or occasion.date is None or not occasion.is_yearly:
            return coming
        return anniversary(occasion.date, coming.year - self.home.choose((0, 0, 1, 2)))

    def _behind_the_back_of(self, resident: Resident) -> Occasion:
        return self._mark(
            resident,
            name=f"A surprise for {resident.person.display_name}",
            kind=Kind.ANNIVERSARY if isinstance(resident, Couple) else Kind.OTHER,
            date=self.home.today + timedelta(days=self.home.rng.randrange(-300, 300)),
            visibility=Visibility.HIDDEN,
            budget_total=Decimal(300),
        )

    def _mark(self, honoree: Resident | None, **fields: Any) -> Occasion:
        planners = self.home.planners_but(honoree) if honoree else self.home.planners
        occasion = Occasion(
            household_id=self.home.household.pk,
            honoree=honoree.person if honoree else None,
            is_yearly=fields["kind"] != Kind.OTHER,
            **fields,
        )
        actor = self.home.choose(planners or self.home.planners).user
        self.home.diary.note(actor, "occasion.created", self.home.batch.add(occasion))
        return occasion
