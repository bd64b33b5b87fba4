from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.commands import StaffCommand, bad
from config.errors import Refusal
from gifts.services.imports.arguments import planner, said_of_names
from gifts.services.imports.imports import import_rows
from gifts.services.imports.reading import read_rows
from gifts.services.imports.report import Report
from households.management.lookups import household_called


class Command(StaffCommand):
    help = "Imports a family's gift list from a CSV file, and says of each row what was understood, guessed or refused."
    has_json = False
    dry_run = "write nothing, and say the same"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--household", required=True, metavar="X", help="its id or its name")
        parser.add_argument("--as", required=True, metavar="LOGIN", help="the member in whose name it is imported")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="NAME=LOGIN",
            help="the member that a name in the file means; NAME= for somebody without a login; may be repeated",
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._import(options)
        except Refusal as refusal:
            raise bad(_all_of(refusal)) from refusal
        for line in report.lines():
            self.say(line)
        if not report.imported and not report.known_before:
            raise bad("No row of this file could be imported.")

    def _import(self, options: dict[str, Any]) -> Report:
        household = household_called(options["household"])
        return import_rows(
            rows=read_rows(options["file"]),
            household=household,
            user=planner(options["as"], household),
            said=said_of_names(options["map"], household),
            is_rehearsal=options["dry_run"],
        )


def _all_of(refusal: Refusal) -> str:
    """Every complaint there is: whoever mends a file wants to do it once."""
    return " ".join([refusal.message, *(message for messages in refusal.details.values() for message in messages)])
