from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.commands import StaffCommand, bad, progress
from tasks.services.household_files.importing import Report, import_household
from tasks.services.household_files.reading import lines_of


class Command(StaffCommand):
    help = (
        "Makes a household of a file that export_household has written: all of it, with its ids and times, or nothing. "
        "Whoever has no account here gets one without a password; issue_activation_code lets them in."
    )
    dry_run = "write nothing, and say what would be made and all that is wrong with the file"
    if_stopped = "Stopped. Nothing was imported."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.jsonl", type=Path)
        parser.add_argument(
            "--link-users",
            action="store_true",
            help="whoever in the file signs in like somebody here is this account, which stays as it is",
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        report = _import(options)
        self.report(_in_words(report, options["dry_run"]), **_facts(report, options["dry_run"]))
        if report.problems:
            raise bad("Nothing was imported.")


def _import(options: dict[str, Any]) -> Report:
    path = options["file"]
    try:
        with (
            path.open("rb") as file,
            progress("bytes", total=path.stat().st_size) as bar,
        ):
            return import_household(
                lines=_counted(lines_of(file), bar),
                may_link=options["link_users"],
                is_rehearsal=options["dry_run"],
            )
    except OSError as error:
        raise bad(f"{path} cannot be read: {error.strerror or error}.") from error


def _counted(lines: Any, bar: Any) -> Any:
    for line in lines:
        yield line
        bar.update(len(line))


def _in_words(report: Report, is_rehearsal: bool) -> str:
    if report.problems:
        return "\n".join(report.problems)
    would = "would be" if is_rehearsal else "are"
    lines = [f"{report.name}: {sum(report.counts.values()):,} rows {would} here."]
    lines += [f"{number:>12,}  {name}" for name, number in report.counts.items() if number]
    if report.linked:
        lines.append(f"Of those who sign in here already, these {would} in it: {', '.join(report.linked)}.")
    if report.made:
        lines.append(f"These logins {would} new, and need a code to come in: {', '.join(report.made)}.")
    return "\n".join(lines)


def _facts(report: Report, is_rehearsal: bool) -> dict[str, Any]:
    return {
        "household": {"id": str(report.household_id), "name": report.name},
        "rows": report.counts,
        "users_made": report.made,
        "users_linked": report.linked,
        "problems": report.problems,
        "dry_run": is_rehearsal,
    }
