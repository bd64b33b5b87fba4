"""The days to give on."""

import datetime
from calendar import isleap
from typing import TYPE_CHECKING, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from config.models import Deletable, ScopedQuerySet, by_deleter, validate_one_line
from households.models.guests import shown_to_guest
from households.models.households import HouseholdRow, by_household
from households.models.people import Person

if TYPE_CHECKING:
    from households.viewer import Viewer


class OccasionQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.alive().known_to(viewer)

    def known_to(self, viewer: "Viewer | None") -> Self:
        """Every one in the household, but those hidden from the viewer. Guests know what the lists are for that they
        see."""
        if viewer is None:
            return self.none()
        known = Q(household__in=viewer.planning_household_ids)
        if viewer.guest_household_ids:
            known |= Q(pk__in=shown_to_guest(self.model, viewer).values("occasion"))
        return self.filter(known).exclude(visibility=Occasion.Visibility.HIDDEN, honoree__in=viewer.person_ids)


# Whatever is for the coming celebration of an occasion of every year is for a day since then.
LONGEST_YEAR = datetime.timedelta(days=366)


class Occasion(HouseholdRow, Deletable):
    """A day to give on. For its honoree, a hidden one does not exist."""

    class Kind(models.TextChoices):
        CHRISTMAS = "christmas"
        BIRTHDAY = "birthday"
        ANNIVERSARY = "anniversary"
        OTHER = "other"

    class Visibility(models.TextChoices):
        HOUSEHOLD = "household"
        HIDDEN = "hidden_from_honoree"

    name = models.CharField(max_length=120, validators=[validate_one_line])
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    date = models.DateField(null=True, blank=True)
    is_yearly = models.BooleanField(default=False)
    honoree = models.ForeignKey(Person, models.RESTRICT, null=True, blank=True, related_name="occasions")
    visibility = models.CharField(max_length=20, choices=Visibility.choices, default=Visibility.HOUSEHOLD)
    budget_total = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    notes = models.TextField(max_length=5000, blank=True)

    objects = OccasionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility="household") | Q(honoree__isnull=False), name="hidden_occasion_has_an_honoree"
            ),
            models.CheckConstraint(
                condition=Q(budget_total__isnull=True) | Q(budget_total__gte=0), name="budget_is_not_negative"
            ),
        ]
        indexes = [
            by_household("occasion_by_household"),
            by_deleter("occasion_by_deleter"),
        ]

    def __str__(self) -> str:
        return self.name

    def next_date(self, today: datetime.date) -> datetime.date | None:
        """When it is celebrated next, today included; a once-only one keeps its date. None while unknown."""
        if self.date is None or not self.is_yearly or self.date >= today:
            return self.date
        this_year = anniversary(self.date, today.year)
        return this_year if this_year >= today else anniversary(self.date, today.year + 1)

    def is_served_by(self, day: datetime.date | None, *, today: datetime.date, year: int | None = None) -> bool:
        """Whether what is for this occasion, on this day, is for one celebration of it: that of a year, or the coming
        one. Of an occasion that comes every year, earlier years are history; without a day it is still to come."""
        if year is not None:
            return day is not None and day.year == year
        next_date = self.next_date(today)
        if day is None or self.date is None or next_date is None or not self.is_yearly:
            return True
        return day > anniversary(self.date, next_date.year - 1)


def anniversary(day: datetime.date, year: int) -> datetime.date:
    """This day in another year; 29 February falls on the 28th in common years."""
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return datetime.date(year, 2, 28)
    return day.replace(year=year)
