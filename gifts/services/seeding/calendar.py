"""A household's days: Christmas, birthdays, anniversaries, and parties that are a surprise."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gifts.services.seeding.home import Couple, Home, Resident
from households.models import Occasion, anniversary

Kind, Visibility = Occasion.Kind, Occasion.Visibility


class Calendar:
    def __init__(self, home: Home) -> None:
        self.home = home
        self.christmas = self._mark(
            None, name="Christmas", kind=Kind.CHRISTMAS, date=date(2020, 12, 24), is_yearly=True
        )
        self.birthdays = {resident: self._birthday(resident) for resident in home.residents}
        self.party = self._mark(None, name="Summer party", date=None)
        self.surprises = list(self._surprises())

    def day_of(self, occasion: Occasion) -> date | None:
        """Of one celebration: the next, or one of the last two years."""
        coming = occasion.next_date(self.home.today)
        if coming is None or occasion.date is None or not occasion.is_yearly:
            return coming
        return anniversary(occasion.date, coming.year - self.home.choose((0, 0, 1, 2)))

    def _birthday(self, resident: Resident) -> Occasion:
        person = resident.person
        name = f"{person.display_name}'s birthday"
        return self._mark(resident, name=name, kind=Kind.BIRTHDAY, date=person.birthdate, is_yearly=True)

    def _surprises(self) -> Iterator[tuple[Resident, Occasion]]:
        """Hidden from those for whom they are, and made by somebody else."""
        for resident in [*self.home.couples, *self.home.residents[1:4]]:
            if self.home.planners_but(resident):
                day = self.home.today + timedelta(days=self.home.rng.randrange(-300, 300))
                is_yearly = isinstance(resident, Couple)
                about = {"kind": Kind.ANNIVERSARY if is_yearly else Kind.OTHER, "is_yearly": is_yearly, "date": day}
                hidden = {"visibility": Visibility.HIDDEN, "budget_total": Decimal(300)}
                name = f"A surprise for {resident.person.display_name}"
                yield resident, self._mark(resident, name=name, **about, **hidden)

    def _mark(self, honoree: Resident | None, **fields: Any) -> Occasion:
        planners = self.home.planners_but(honoree) if honoree else self.home.planners
        person = honoree.person if honoree else None
        occasion = Occasion(household_id=self.home.household.pk, honoree=person, **fields)
        actor = self.home.choose(planners or self.home.planners).user
        self.home.diary.note(actor, "occasion.created", self.home.batch.add(occasion))
        return occasion
