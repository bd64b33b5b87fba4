"""An import whose report is read by a member of the family."""

from functools import partial

from django.db import transaction

from gifts.models import ImportedRow
from gifts.services.imports.imports import import_rows
from gifts.services.imports.reading import Row
from gifts.services.imports.report import Report
from households.models import Household
from households.services.households import require_planner
from households.viewer import Viewer


@transaction.atomic
def import_as_member(*, viewer: Viewer, household: Household, rows: list[Row], is_rehearsal: bool) -> Report:
    """Import what is new; the report says the same whether or not others have imported something behind their back.

    "Imported before" would confirm a guess: whoever types a row for themself learns that somebody has such a row. So
    the report is that of a rehearsal in which only those rows count as known that the reader may know all about.
    """
    require_planner(viewer, household.pk)
    again = partial(import_rows, rows=rows, household=household, user=viewer.user, said={})
    report = again(is_rehearsal=True, known=ImportedRow.objects.open_to_giver(viewer))
    if not is_rehearsal:
        again()
        report.is_rehearsal = False
    return report
