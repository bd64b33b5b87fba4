from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.errors import Refusal
from gifts.services.imports.arguments import planner, said_of_names
from gifts.services.imports.imports import import_rows
from gifts.services.imports.reading import read_rows
from gifts.services.imports.report import Report
from households.management.lookups import household_called


class Command(BaseCommand):
    help = "Imports a family's gift list from a CSV file, and says of each row what was understood, guessed or refused."

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
        parser.add_argument("--dry-run", action="store_true", help="write nothing, and say the same")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._import(options)
        except Refusal as refusal:
            raise CommandError(self._sentence(refusal), returncode=2) from refusal
        for line in report.lines():
            self._say(line)
        if not report.imported and not report.known_before:
            raise CommandError("No row of this file could be imported.", returncode=2)

    def _import(self, options: dict[str, Any]) -> Report:
        household = household_called(options["household"])
        return import_rows(
            rows=read_rows(options["file"]),
            household=household,
            user=planner(options["as"], household),
            said=said_of_names(options["map"], household),
            is_rehearsal=options["dry_run"],
        )

    def _say(self, line: str) -> None:
        """Also on a terminal that cannot show every sign: what has been written must not end in a crash."""
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        self.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding))

    def _sentence(self, refusal: Refusal) -> str:
        return " ".join([refusal.message, *(message for messages in refusal.details.values() for message in messages)])
