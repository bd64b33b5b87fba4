"""The tenant boundary: a household, and what every row inside it has."""

from typing import TYPE_CHECKING, Self
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from config.models import BaseModel, ScopedQuerySet, validate_one_line

if TYPE_CHECKING:
    from households.viewer import Viewer


def validate_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("This is not an IANA time zone such as Europe/Berlin.")


class HouseholdQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.known_to(viewer)

    def known_to(self, viewer: "Viewer | None") -> Self:
        return self.none() if viewer is None else self.filter(pk__in=viewer.household_ids)

    def planned_by(self, viewer: "Viewer") -> Self:
        """Those in which the viewer is more than a guest."""
        return self.filter(pk__in=viewer.planning_household_ids)

    def owned_by(self, viewer: "Viewer") -> Self:
        return self.filter(pk__in=viewer.owned_household_ids)


class Household(BaseModel):
    name = models.CharField(max_length=120, validators=[validate_one_line])
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}\Z", "Use a code of ISO 4217 such as EUR.")],
    )
    timezone = models.CharField(max_length=60, default="UTC", validators=[validate_timezone])
    is_demo = models.BooleanField(default=False, editable=False)

    objects = HouseholdQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class HouseholdRow(BaseModel):
    """A row that belongs to one household, as every row of the domain does; its foreign keys stay inside it.

    Each names an index that begins with its household (`by_household`), and no other one is made: with one of the
    household alone beside it, PostgreSQL collects all rows of a family and sorts them instead of reading a page.
    """

    household = models.ForeignKey(Household, models.RESTRICT, db_index=False, related_name="+")

    class Meta:
        abstract = True


def by_household(name: str) -> models.Index:
    """For each `HouseholdRow`: its household's rows, the newest first, as pages are read."""
    return models.Index(fields=["household", "-id"], name=name)
