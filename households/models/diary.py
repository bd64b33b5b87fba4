"""What has happened in a household, in the order in which it did."""

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q

from config.models import EachRow, ScopedQuerySet
from households.models.households import Household, HouseholdRow, by_household

if TYPE_CHECKING:
    from households.viewer import Viewer


class DiaryCounter(models.Model):
    """A household's last diary entry. Locking this row makes commit order reading order."""

    household = models.OneToOneField(Household, models.RESTRICT, primary_key=True, related_name="diary_counter")
    last_seq = models.PositiveBigIntegerField(default=0)
    last_entry = models.UUIDField(null=True, editable=False)

    def __str__(self) -> str:
        return f"{self.household_id}: {self.last_seq}"


class ActivityQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        """An entry is as secret as its subject: whoever plans here reads it, if they may know of what it is about.

        Rooms above this one have subjects, too, so they are found by their names. One that nobody answers for is
        read by nobody.
        """
        if viewer is None:
            return self.none()
        known = Q(pk__in=[])
        for subject in _subjects():
            row = subject._default_manager.known_to(viewer).filter(pk=OuterRef("subject_id"))
            known |= Q(subject_type=subject._meta.model_name) & Q(EachRow(row))
        return self.filter(known, household__in=viewer.planning_household_ids)


@cache
def _subjects() -> list[Any]:
    """The models that say who may know of their rows."""
    return [model for model in apps.get_models() if _says_who_may_know(type(model._default_manager.none()))]


def _says_who_may_know(rows: type[models.QuerySet]) -> bool:
    return issubclass(rows, ScopedQuerySet) and rows.known_to is not ScopedQuerySet.known_to


class Activity(HouseholdRow):
    """One line of a household's diary: append-only, references instead of titles.

    `seq` never leaves the server: a gap in it would tell of an entry that the reader may not see.
    """

    seq = models.PositiveBigIntegerField(editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    payload = models.JSONField(default=dict)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        constraints = [models.UniqueConstraint(fields=["household", "seq"], name="one_entry_per_seq")]
        indexes = [by_household("activity_by_household")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_id}"
