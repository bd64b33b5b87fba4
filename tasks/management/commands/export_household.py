from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from config.commands import StaffCommand, progress
from config.drafts import new_file, new_folder
from households.management.lookups import household_called
from tasks.services.household_files.sheets import Sheets
from tasks.services.household_files.tables import TABLES, name_of
from tasks.services.household_files.writing import JSONLines, Sink, export_household


class Command(StaffCommand):
    help = (
        "Writes all of one household into a file that import_household reads again: its people, plans, claims, "
        "comments and diary, what was deleted as well. Every surprise is in it, so only you may read it; passwords, "
        "codes and sessions are not. The family can go on meanwhile."
    )
    if_stopped = "Stopped. Nothing was written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.jsonl", type=Path, help="must not be there yet")
        parser.add_argument("--household", required=True, metavar="X", help="its name or id")
        parser.add_argument(
            "--csv", metavar="FOLDER", type=Path, help="also a table each, to look at; must not be there yet"
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        household = household_called(options["household"])
        counts = _export(household.pk, options["file"], options["csv"])
        self.report(
            f"{household} is in {options['file']} now: {sum(counts.values()):,} rows. It tells every surprise, so keep "
            "it from the family.",
            household={"id": str(household.pk), "name": household.name},
            file=str(options["file"]),
            csv=str(options["csv"]) if options["csv"] else None,
            rows=counts,
        )


def _export(household_id: UUID, path: Path, folder: Path | None) -> dict[str, int]:
    counts = {name_of(table): 0 for table in TABLES}
    with ExitStack() as drafts:
        lines = JSONLines(drafts.enter_context(new_file(path)), household_id)
        sinks: list[Sink] = [lines]
        if folder is not None:
            sinks.append(Sheets(drafts.enter_context(new_folder(folder))))
        with progress("rows") as bar:
            for name, number in export_household(household_id=household_id, sinks=sinks):
                counts[name] += number
                bar.update(number)
        lines.end()
    return counts
