"""A backup is a folder: the database, whole and of one moment, and a manifest."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from config.backups import postgres, sqlite
from config.backups.manifest import FORMAT, Manifest, hearths_version, sha256_of
from config.backups.progress import Tell
from config.commands import bad
from config.drafts import new_folder
from config.environment import private_folder

KINDS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}
PREFIX = "hearth-"


def usual_folder() -> Path:
    return settings.DATA_DIR / "backups"


def usual_name() -> str:
    return f"{PREFIX}{datetime.now(UTC):%Y%m%d-%H%M%S}"


def make_backup(target: Path, tell: Tell) -> Manifest:
    """Writes a backup to this folder, which must not be there yet: whole, or not at all."""
    kind = KINDS[connection.vendor]
    with new_folder(target) as draft:
        made_at = datetime.now(UTC)
        file = draft / kind.FILE
        found = kind.dump(file, tell)
        manifest = Manifest(
            format=FORMAT,
            hearth=hearths_version(),
            made_at=f"{made_at:%Y-%m-%dT%H:%M:%SZ}",
            kind=connection.vendor,
            server=kind.server(),
            file=kind.FILE,
            bytes=file.stat().st_size,
            sha256=sha256_of(file),
            migrations=found.migrations,
            rows=found.rows,
        )
        manifest.write(draft)
    return manifest


def remove_older(folder: Path, *, keep: int) -> list[Path]:
    """Of the backups in here that got their names from us, all but the newest."""
    ours = [path for path in folder.glob(f"{PREFIX}*") if (path / "manifest.json").exists()]
    older = sorted(ours)[:-keep]
    for path in older:
        shutil.rmtree(path)
    return older


def verified(folder: Path) -> Manifest:
    """The manifest of this backup, which is whole and which this Hearth can restore here. It changes nothing."""
    manifest = Manifest.read(folder)
    if manifest.kind != connection.vendor:
        raise bad(f"This is a backup of {manifest.kind}, and the database here is {connection.vendor}.")
    unknown = set(manifest.migrations) - _known_migrations()
    if unknown:
        raise bad(f"This backup is of a newer Hearth: {min(unknown)} is not known here.")
    file = folder / manifest.file
    if not file.exists():
        raise bad(f"{manifest.file} is missing from {folder}.")
    if file.stat().st_size != manifest.bytes or sha256_of(file) != manifest.sha256:
        raise bad(f"{manifest.file} is not what it was when the backup was made (its SHA-256 differs).")
    KINDS[manifest.kind].check(file, manifest)
    return manifest


def place_of_replaced() -> Path:
    """Where a copy goes of what a restore replaces."""
    return usual_folder() / f"before-{usual_name()}{KINDS[connection.vendor].KEPT_SUFFIX}"


def holds_anybody() -> bool:
    """Whether somebody or something is in the database here, or it cannot be read at all."""
    if not KINDS[connection.vendor].is_there():
        return False
    try:
        with connection.cursor() as cursor:
            tables = {"accounts_user", "households_household"} & set(connection.introspection.table_names(cursor))
            for table in tables:
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 (names of tables)
                if cursor.fetchone():
                    return True
    except DatabaseError:
        return True
    return False


def require_restorable() -> None:
    """One sentence while a server works with the database here, and where a newer Hearth did."""
    kind = KINDS[connection.vendor]
    if kind.is_there():
        _require_known_tables()
        kind.require_nobody_else()


def restore_backup(folder: Path, manifest: Manifest, *, replaced: Path | None, tell: Tell) -> None:
    """Puts this verified backup into the place of whatever is there, of which `replaced` becomes a copy."""
    kind = KINDS[manifest.kind]
    try:
        if replaced:
            private_folder(replaced.parent)
        if replaced and kind is postgres:
            make_backup(replaced, tell)
        connection.close()
        kind.restore(folder / manifest.file, manifest, replaced)
    except OSError as error:
        why = f"The backup cannot be put in place: {error.strerror or error}."
        raise CommandError(f"{why} The database is as it was, or wholly restored: run doctor.") from error


def missing_migrations(manifest: Manifest) -> list[str]:
    """What a database from this backup lacks to be one of this Hearth."""
    return sorted(_known_migrations() - set(manifest.migrations))


def _require_known_tables() -> None:
    # Which tables are a newer Hearth's own nobody here knows, so they could not all be replaced.
    try:
        present = MigrationLoader(connection).applied_migrations
    except DatabaseError:
        return
    unknown = {f"{app}.{name}" for app, name in present} - _known_migrations()
    if unknown:
        raise CommandError(f"The database here is of a newer Hearth: {min(unknown)} is not known here.")


def _known_migrations() -> set[str]:
    loader = MigrationLoader(None)
    return {f"{app}.{name}" for app, name in loader.disk_migrations}
