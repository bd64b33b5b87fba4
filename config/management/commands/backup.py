import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.backups.backups import make_backup, remove_older, usual_folder, usual_name
from config.backups.manifest import Manifest
from config.backups.progress import tell_on
from config.commands import StaffCommand, bad, progress
from config.environment import private_folder


class Command(StaffCommand):
    help = (
        "Backs the database up while Hearth runs: as it is at one moment, into a new folder, with a manifest by which "
        "`restore` sees that it is whole. On PostgreSQL it needs pg_dump. Not in it: SECRET_KEY and other settings."
    )
    needs_tables = False
    if_stopped = "Stopped. There is no backup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, help="the folder to make (default: a new one in HEARTH_DATA_DIR/backups)"
        )
        parser.add_argument("--keep", metavar="N", help="of those in HEARTH_DATA_DIR/backups keep the newest N only")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        keep = _number(options)
        began = time.monotonic()
        target = options["folder"] or private_folder(usual_folder()) / usual_name()
        with progress("done") as bar:
            manifest = make_backup(target.absolute(), tell_on(bar))
        older = remove_older(usual_folder(), keep=keep) if keep else []
        seconds = round(time.monotonic() - began, 1)
        self.report(_in_words(target, manifest, seconds, older), **_facts(target, manifest, seconds, older))


def _number(options: dict[str, Any]) -> int | None:
    text = options["keep"]
    if text is None:
        return None
    if options["folder"]:
        raise bad("--keep is for the usual folder, so name no other.")
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 100_000):
        raise bad("--keep must be a whole number from 1 to 100000.")
    return int(text)


def _in_words(target: Path, manifest: Manifest, seconds: float, older: list[Path]) -> str:
    size = f"{sum(manifest.rows.values()):,} rows, {manifest.bytes / 1e6:,.1f} MB in {seconds:,} s"
    removed = f" Removed {len(older)} older." if older else ""
    return f"Backed up to {target}: {size}.{removed}"


def _facts(target: Path, manifest: Manifest, seconds: float, older: list[Path]) -> dict[str, Any]:
    return {
        "folder": str(target.absolute()),
        "kind": manifest.kind,
        "made_at": manifest.made_at,
        "rows": sum(manifest.rows.values()),
        "bytes": manifest.bytes,
        "sha256": manifest.sha256,
        "seconds": seconds,
        "removed": [str(path) for path in older],
    }
