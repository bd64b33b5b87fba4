"""The words of a household's own."""

from typing import TYPE_CHECKING, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from config.models import CasefoldKey, Deletable, ScopedQuerySet, SearchText, by_deleter, validate_one_line
from households.models.households import HouseholdRow, by_household

if TYPE_CHECKING:
    from households.viewer import Viewer


class TagQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.alive().known_to(viewer)

    def known_to(self, viewer: "Viewer | None") -> Self:
        """A household's vocabulary is public to everybody who plans there."""
        return self.none() if viewer is None else self.filter(household__in=viewer.planning_household_ids)

    def on_what_is_seen_by(self, viewer: "Viewer | None") -> Self:
        """The tags to show on gifts that have come through their own door.

        Guests read them there, too: a tag says nothing about its gift that the gift does not say itself.
        """
        return self.none() if viewer is None else self.alive().filter(household__in=viewer.household_ids)


class Tag(HouseholdRow, Deletable):
    """A word of the household's own for its people and gifts. Making one is a public act; using it is not."""

    class Kind(models.TextChoices):
        INTEREST = "interest"
        OCCASION = "occasion"
        MOOD = "mood"
        BUDGET = "budget"
        CUSTOM = "custom"

    name = models.CharField(max_length=60, validators=[validate_one_line])
    name_key = CasefoldKey("name", max_length=120)
    search_text = SearchText("name")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CUSTOM)
    colour = models.CharField(
        max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "Use a colour such as #c0ffee.")]
    )

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            # Deleted ones count: the same word again revives the row, and whatever it was put on has it again.
            models.UniqueConstraint(fields=["household", "name_key"], name="one_tag_of_a_name"),
            models.CheckConstraint(condition=Q(name_key__isnull=False), name="tag_has_a_name"),
        ]
        indexes = [by_household("tag_by_household"), by_deleter("tag_by_deleter")]

    def __str__(self) -> str:
        return self.name
