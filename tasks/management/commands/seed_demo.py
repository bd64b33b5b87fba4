import secrets
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from config.commands import StaffCommand, bad, progress
from gifts.services.seeding.seeding import Seeding
from gifts.services.seeding.sizes import HouseholdSize, host_of
from tasks.services.seeding import TaskSeeding

MAX = 100_000_000

# What is told of all that was made.
NAMED = {
    "household": "households",
    "person": "persons",
    "giftlist": "lists",
    "gift": "gifts",
    "listitem": "items",
    "claim": "claims",
    "task": "tasks",
    "activity": "diary entries",
}


class Command(StaffCommand):
    help = (
        "Fills this server with made-up households to measure on: one family of 5,000 items on 100 lists, and others "
        "beside it, with what they have to do. All of their logins share one password. remove_demo removes them."
    )
    if_stopped = "Stopped. The households that are there are whole; remove_demo removes them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", metavar="N", help="in all (default: 18, and 8 for each household beside)")
        parser.add_argument("--items", metavar="N", help="on lists in all (default: 100000)")
        parser.add_argument("--households", metavar="N", help="in all (default: as many as it takes)")
        parser.add_argument("--tasks", metavar="N", help="in all (default: 1000, and 5 for each of the people beside)")
        parser.add_argument("--seed", default="hearth", help="the same makes the same, but for keys, days and logins")
        parser.add_argument("--password", help="of every seeded login (default: a random one)")
        parser.add_argument(
            "--yes-this-server-is-for-measuring",
            action="store_true",
            help="without it, no server in production is filled with strangers",
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION and not options["yes_this_server_is_for_measuring"]:
            raise bad("This server is in production; if it is for measuring, add --yes-this-server-is-for-measuring.")
        sizes, password = _sizes(options), _password(options)
        tasks = TaskSeeding(sizes, _number(options, "tasks"))
        seeding = Seeding(sizes, seed=options["seed"], password=password, more=tasks.add_to)
        began = time.monotonic()
        _run(seeding, sum(size.items for size in sizes))
        seconds = round(time.monotonic() - began, 1)
        self.report(_in_words(seeding, seconds, password), **_facts(seeding, seconds, password))


def _sizes(options: dict[str, Any]) -> list[HouseholdSize]:
    numbers = {name: _number(options, name) for name in ("people", "items", "households")}
    try:
        return host_of(**numbers, seed=options["seed"])
    except ValueError as error:
        raise bad(str(error)) from error


def _number(options: dict[str, Any], name: str) -> int | None:
    """Looked at here and not by the parser, which would print its usage around what is wrong."""
    if options[name] is None:
        return None
    text = str(options[name])
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MAX):
        raise bad(f"--{name} must be a whole number from 1 to {MAX}.")
    return int(text)


def _password(options: dict[str, Any]) -> str:
    password = options["password"]
    if password is None:
        return secrets.token_urlsafe(12)
    try:
        validate_password(password)
    except ValidationError as error:
        raise bad(f"--password: {' '.join(error.messages)}") from error
    return password


def _run(seeding: Seeding, items: int) -> None:
    with progress("items", total=items) as bar:
        for done in seeding.run():
            bar.update(done)


def _in_words(seeding: Seeding, seconds: float, password: str) -> str:
    rows = seeding.rows
    counts = ", ".join(f"{rows.get(model, 0):,} {name}" for model, name in NAMED.items())
    logins = ", ".join(f"{login} ({role})" for role, login in seeding.sign_ins.items())
    return (
        f"Made in {seconds:,} s: {counts}.\nSign in as {logins}. Every login that was made has the password {password}"
    )


def _facts(seeding: Seeding, seconds: float, password: str) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "rows": seeding.rows,
        "household": str(seeding.family_id),
        "sign_ins": {role: {"login": login, "password": password} for role, login in seeding.sign_ins.items()},
        "note": "Every login that was made has this password.",
    }
