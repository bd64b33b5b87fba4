from typing import Self

from django.db import models

from config.models import ScopedQuerySet
from gifts.models.items import ListItem
from households.models import HouseholdRow
from households.viewer import Viewer


class ImportedRowQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        """Nobody reads the ledger: it would tell how many surprises a file held."""
        return self.none()

    def open_to_giver(self, viewer: Viewer) -> Self:
        """Rows that became something of which the viewer may know all: that these were imported is no secret."""
        return self.filter(item__in=ListItem.objects.known_to(viewer).unconcealed_from(viewer))

    def surprises_for(self, viewer: Viewer) -> Self:
        """Rows that became something for the viewer of which they must not know."""
        theirs = self.filter(item__list__recipient__in=viewer.person_ids)
        return theirs.exclude(item__in=ListItem.objects.known_to(viewer))


class ImportedRow(HouseholdRow):
    """A row of a file that has been imported, so that it never is again, whatever became of its item since.

    Only hashes are kept: `fingerprint` of the whole row, `wish_key` of whom it is for, the occasion and the title.
    """

    fingerprint = models.CharField(max_length=64)
    wish_key = models.CharField(max_length=64)
    item = models.ForeignKey(ListItem, models.RESTRICT, null=True, blank=True, related_name="imported_rows")

    objects = ImportedRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "fingerprint"], name="a_row_is_imported_once"),
        ]
        indexes = [models.Index(fields=["household", "wish_key"], name="imported_row_by_wish")]

    def __str__(self) -> str:
        return f"row of {self.household_id}"
