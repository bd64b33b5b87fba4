from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.backups.backups import (
    holds_anybody,
    missing_migrations,
    place_of_replaced,
    require_restorable,
    restore_backup,
    verified,
)
from config.backups.manifest import Manifest
from config.backups.progress import tell_on
from config.commands import StaffCommand, bad, progress


class Command(StaffCommand):
    help = (
        "Restores a backup, wholly or not at all, into an empty database. First it sees that the backup is whole and "
        "not of a newer Hearth. Stop Hearth before. On PostgreSQL it needs pg_restore and psql."
    )
    needs_tables = False
    dry_run = "look at everything that could stand in the way, and change nothing"
    if_stopped = "Stopped. The database is as it was, or wholly restored: run doctor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="what `backup` has made")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="also where somebody is in the database; a copy of it is kept in HEARTH_DATA_DIR/backups",
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        manifest = verified(options["folder"])
        replaced = _replaced(may_replace=options["replace"])
        if not options["dry_run"]:
            with progress("done") as bar:
                restore_backup(options["folder"], manifest, replaced=replaced, tell=tell_on(bar))
        words = _in_words(options["folder"], manifest, replaced, is_rehearsal=options["dry_run"])
        self.report(words, **_facts(manifest, replaced, options["dry_run"]))


def _replaced(*, may_replace: bool) -> Path | None:
    """Where a copy of the present database goes; None when nobody is in it."""
    is_taken = holds_anybody()
    if is_taken and not may_replace:
        raise bad("The database here is not empty; to replace it, and keep a copy, say --replace.")
    require_restorable()
    return place_of_replaced() if is_taken else None


def _in_words(folder: Path, manifest: Manifest, replaced: Path | None, *, is_rehearsal: bool) -> str:
    what = f"{folder} of {manifest.made_at} ({sum(manifest.rows.values()):,} rows)"
    if is_rehearsal:
        return f"{what} is whole and could be restored here{', in place of what there is' if replaced else ''}."
    lines = [f"Restored {what}."]
    if replaced:
        lines.append(f"What was there before is kept in {replaced}.")
    if missing_migrations(manifest):
        lines.append("It is of an older Hearth: run `manage.py migrate` before you start it.")
    lines.append("Sessions are as they were then; `manage.py revoke_sessions --all` signs everybody out.")
    return "\n".join(lines)


def _facts(manifest: Manifest, replaced: Path | None, is_rehearsal: bool) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "rows": sum(manifest.rows.values()),
        "replaced": str(replaced) if replaced else None,
        "must_migrate": bool(missing_migrations(manifest)),
        "dry_run": is_rehearsal,
    }
