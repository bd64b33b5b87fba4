"""What the commands of whoever runs the server have in common."""

import json
import signal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from tqdm import tqdm

from config.errors import Refusal


class StaffCommand(BaseCommand):
    """Says what has come of it in words, or with `--json` in facts for scripts.

    Exit codes: 0 done; 1 it went wrong; 2 wrong arguments or input. Whatever goes wrong is said in one sentence.
    """

    has_json = True
    # What `--dry-run` does, for its help; without it there is no such option.
    dry_run = ""
    requires_system_checks = []  # they are for whoever works on Hearth, and take longer than most commands
    needs_tables = True
    if_stopped = "Stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        if self.dry_run:
            parser.add_argument("--dry-run", action="store_true", help=self.dry_run)
        if self.has_json:
            parser.add_argument("--json", action="store_true", help="print JSON, for scripts")

    def run_from_argv(self, argv: list[str]) -> None:
        # systemd ends a command by SIGTERM: it is to tidy up then, as after Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # One connection and no pool: a pool would say after ten seconds, and not why, that it got none.
        connection.settings_dict["OPTIONS"].pop("pool", None)
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.speaks_json = bool(options.get("json"))
        try:
            if self.needs_tables:
                require_tables()
            return super().execute(*args, **options)
        except Refusal as refusal:
            raise CommandError(refusal.sentence, returncode=2) from refusal
        except KeyboardInterrupt as stop:
            raise CommandError(self.if_stopped) from stop

    def report(self, words: str, **facts: Any) -> None:
        """What has come of it: one or the other."""
        self.say(json.dumps(facts, ensure_ascii=False, indent=2) if self.speaks_json else words)

    def say(self, line: str) -> None:
        """Also on a terminal that cannot show every sign: what has been written must not end in a crash."""
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        self.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding))


def progress(unit: str, *, total: int | None = None) -> tqdm:
    """How much is done, and of how much where that is known: on a terminal only."""
    return tqdm(total=total, unit=f" {unit}", unit_scale=True, disable=None)


def bad(sentence: str) -> CommandError:
    """For what somebody has typed."""
    return CommandError(sentence, returncode=2)


def require_tables() -> None:
    if unapplied():
        raise CommandError("The database's tables are not those of this Hearth: run `manage.py migrate` first.")


def unapplied() -> list[str]:
    """The migrations that this database still lacks. One sentence when it does not answer."""
    require_database()
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def require_database() -> None:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        # What libpq and SQLite say there names places, and no password.
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise CommandError(f"The database does not answer: {reason}.") from error


def check_fields(row: Model, *, prefix: str = "", exclude: tuple[str, ...] = ()) -> None:
    """One sentence about the first value that cannot be: a command is a door, and services trust it."""
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise bad(f"--{prefix}{field}: {messages[0]}") from error
