"""SQLite: its online backup on the way out, a swap of files on the way back."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.core.management.base import CommandError
from django.db import connection

from config.backups.manifest import Contents, Manifest, contents
from config.backups.progress import Tell
from config.drafts import sync

FILE = "database.sqlite3"
KEPT_SUFFIX = ".sqlite3"  # what a restore replaces is set aside as the file that it is
PAGES_AT_ONCE = 4096
COMPANIONS = ("-wal", "-shm")


def is_there() -> bool:
    return _present().exists()


def server() -> str:
    return f"SQLite {sqlite3.sqlite_version}"


def dump(target: Path, tell: Tell) -> Contents:
    """A copy of the database as it is at one moment, however much is being written meanwhile."""
    with closing(_open(_present())) as source, closing(sqlite3.connect(target)) as copy:
        _copy(source, copy, tell)
        _check(copy, "The copy")
        return contents(lambda sql: copy.execute(sql).fetchall(), _tables(copy))


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection, tell: Tell) -> None:
    try:
        # A look of our own that stays open: otherwise each foreign write would make the copy begin anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master")
        source.backup(copy, pages=PAGES_AT_ONCE, progress=lambda _, left, total: tell(total - left, total))
    except sqlite3.Error as error:
        raise CommandError(f"The database cannot be copied: {error}.") from error


def check(source: Path, manifest: Manifest) -> None:
    with closing(_open(source)) as copy:
        _check(copy, "The backup")
        found = contents(lambda sql: copy.execute(sql).fetchall(), _tables(copy))
    if found.rows != manifest.rows:
        raise CommandError("The backup holds other rows than its manifest says.", returncode=2)


def require_nobody_else() -> None:
    """One sentence while a server has this database open."""
    connection.close()
    try:
        with closing(sqlite3.connect(_present(), timeout=1)) as present:
            # Only whoever is alone with a database may end its WAL. What was in it is in the file then.
            mode = present.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise CommandError("Hearth is running on this database: stop it first.") from error
    except sqlite3.DatabaseError:
        return  # It cannot be read, and so nobody works with it: a reason to restore.
    if mode != "delete":
        raise CommandError("Hearth is running on this database: stop it first.")


def restore(source: Path, manifest: Manifest, kept: Path | None) -> None:
    """The backup's file takes the place of the present one, which becomes `kept`."""
    present = _present()
    draft = present.with_name(f".{present.name}.restoring")
    try:
        shutil.copyfile(source, draft)
        draft.chmod(0o600)
        sync(draft)
        _set_aside(present, kept)
        os.replace(draft, present)
        sync(present.parent)
    finally:
        draft.unlink(missing_ok=True)


def _set_aside(present: Path, kept: Path | None) -> None:
    if kept and present.exists():
        # A second name first, so that at no moment there is no database.
        os.link(present, kept)
    for name in COMPANIONS:
        # Left where they are, they would be taken for the new file's.
        companion = present.with_name(present.name + name)
        if companion.exists() and kept:
            companion.rename(kept.with_name(kept.name + name))
        companion.unlink(missing_ok=True)


def _present() -> Path:
    return Path(connection.settings_dict["NAME"])


def _open(path: Path) -> sqlite3.Connection:
    """For reading only; a database that is not there stays that way."""
    try:
        return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=20, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise CommandError(f"There is no database at {path}.") from error


def _check(database: sqlite3.Connection, what: str) -> None:
    try:
        answer = database.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise CommandError(f"{what} is damaged: {error}.") from error
    if answer != "ok":
        raise CommandError(f"{what} is damaged.")


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name for (name,) in found if not name.startswith("sqlite_")]
