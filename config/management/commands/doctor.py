from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils.module_loading import autodiscover_modules

from config.commands import StaffCommand
from config.doctor import database, server
from config.doctor.findings import RULES, Finding, State, broken_rules


class Command(StaffCommand):
    help = (
        "Looks at this server from its settings to its rows, changes nothing, and says what to do where something is "
        "wrong. Exit code 1 when something is; what is only worth knowing is a note. It tells ids and numbers, never "
        "names, titles or secrets."
    )
    needs_tables = False

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in examine():
            findings.append(finding)
            if not self.speaks_json:
                self.say(finding.line)
        wrong = sum(finding.state == State.WRONG for finding in findings)
        if self.speaks_json:
            self.report("", ok=not wrong, findings=[finding.facts for finding in findings])
        if wrong:
            raise CommandError(f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong.")


def examine() -> Iterator[Finding]:
    """Each next look wants what came before it: rows are of no use where tables are missing."""
    yield from server.settings_of_this_server()
    yield from server.files()
    yield from server.cache()
    database_answers = database.reachable()
    yield database_answers
    if database_answers.state == State.OK:
        try:
            yield from _of_the_database()
        except DatabaseError as error:
            yield database.unreadable(error)


def _of_the_database() -> Iterator[Finding]:
    yield from database.state()
    migrations = list(database.migrations())
    yield from migrations
    if any(finding.state != State.OK for finding in migrations):
        return
    autodiscover_modules("diagnosis")
    broken = list(broken_rules())
    yield from broken or [Finding("rows", State.OK, f"{len(RULES)} rules hold")]
