import json
import secrets
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gifts.services.seeding.seeding import Seeding
from gifts.services.seeding.sizes import HouseholdSize, host_of

MAX = 100_000_000


class Command(BaseCommand):
    help = (
        "Fills this server with made-up households to measure on: one family of 5,000 items, and others beside it. "
        "All of their logins share one password. remove_demo removes them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", metavar="N", help="about so many in all (default: 18 and 8 to each household)")
        parser.add_argument("--items", metavar="N", help="so many on lists in all (default: 100000)")
        parser.add_argument("--households", metavar="N", help="so many in all (default: as many as it takes)")
        parser.add_argument("--seed", default="hearth", help="the same seed makes the same data, keys and logins apart")
        parser.add_argument("--password", help="of all seeded logins (default: a random one)")
        parser.add_argument("--json", action="store_true", help="print what was made and the sign-ins as JSON")
        parser.add_argument(
            "--yes-this-server-is-for-measuring",
            action="store_true",
            help="in production, too: it fills the database with strangers",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION and not options["yes_this_server_is_for_measuring"]:
            raise CommandError(
                "This would fill a server in production with strangers; "
                "if it is there to be measured, say --yes-this-server-is-for-measuring.",
                returncode=2,
            )
        sizes = _sizes(options)
        password = options["password"] or secrets.token_urlsafe(9)
        seeding = Seeding(sizes, seed=options["seed"], password=password)
        began = time.monotonic()
        for _ in seeding.run():
            pass
        seconds = round(time.monotonic() - began, 1)
        made = {"seconds": seconds, "rows": seeding.rows, "sign_ins": seeding.sign_ins, "password": password}
        self.stdout.write(json.dumps(made, indent=2))


def _sizes(options: dict[str, Any]) -> list[HouseholdSize]:
    numbers = {name: _number(options, name) for name in ("people", "items", "households")}
    try:
        return host_of(**numbers, seed=options["seed"])
    except ValueError as error:
        raise CommandError(str(error), returncode=2) from error


def _number(options: dict[str, Any], name: str) -> int | None:
    """Looked at here and not by the parser, so that what is wrong is said in one sentence."""
    text = options[name]
    if text is None:
        return None
    if not str(text).isdecimal() or not 1 <= int(text) <= MAX:
        raise CommandError(f"--{name} must be a whole number from 1 to {MAX}.", returncode=2)
    return int(text)
