"""`manage.py restore`: wholly or not at all, and never over somebody's data by mistake."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from config.backups.backups import verified
from tests.backups import rows_of
from tests.console import Console, own_console
from tests.server import ROOT, environment, migrate, running_server

BAUERS = ("create_household", "--name", "The Bauers", "--owner-name", "Mia", "--owner-handle", "mia")
NEIGHBOURS = ("create_household", "--name", "The Neighbours", "--owner-name", "Eve", "--owner-handle", "eve")
NAMES = "from households.models import Household; print(*Household.objects.all())"
NOT_EMPTY = "The database here is not empty; to replace it, and keep a copy, say --replace."


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A backup of a server on which the Bauers are."""
    folder = tmp_path_factory.mktemp("made")
    with own_console(folder / "server") as console:
        console.done(*BAUERS)
        console.done("backup", str(folder / "one"))
    return folder / "one"


@pytest.fixture
def backup(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with what one likes."""
    return shutil.copytree(made, tmp_path / "a-copy")


@pytest.fixture
def bauers(console: Console, backup: Path) -> Console:
    """The server it was made on."""
    console.done("restore", str(backup))
    return console


@pytest.fixture
def elsewhere(tmp_path_factory) -> Iterator[Console]:
    """Another machine, on which nothing is yet."""
    with own_console(tmp_path_factory.mktemp("elsewhere"), migrated=False) as found:
        yield found


def change(backup: Path, **values) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    (backup / "manifest.json").write_text(json.dumps(manifest | values))


def test_restored_elsewhere_it_is_row_for_row_the_same_and_works(console, elsewhere, tmp_path):
    console.done(*BAUERS)
    backup = tmp_path / "made"
    console.done("backup", str(backup))
    answer = elsewhere.facts("restore", str(backup))
    assert (answer["replaced"], answer["must_migrate"], answer["dry_run"]) == (None, False, False)
    assert rows_of(elsewhere) == rows_of(console)
    assert "belongs to the household already" in elsewhere.refused(
        "invite_member", "--household", "The Bauers", "--name", "Mia", "--handle", "mia"
    )
    with running_server(elsewhere.folder, **elsewhere.variables) as server:
        assert server.status("/api/v1/health") == 200


def test_tables_without_anybody_in_them_are_as_good_as_none(backup, elsewhere):
    migrate(elsewhere.folder, **elsewhere.variables)
    assert elsewhere.done("restore", str(backup)).startswith(f"Restored {backup} of ")


def test_a_database_that_somebody_is_in_is_not_touched(bauers, backup):
    bauers.done(*NEIGHBOURS)
    before = rows_of(bauers)
    assert bauers.refused("restore", str(backup)) == NOT_EMPTY
    assert bauers.refused("restore", str(backup), "--dry-run") == NOT_EMPTY
    assert rows_of(bauers) == before


def test_replaced_there_is_a_copy_of_what_was_there(bauers, backup, elsewhere):
    whole = rows_of(bauers)
    bauers.done(*NEIGHBOURS)
    both = rows_of(bauers)
    rehearsal = bauers.facts("restore", str(backup), "--replace", "--dry-run")
    assert rehearsal["dry_run"] is True
    assert rows_of(bauers) == both
    kept = Path(bauers.facts("restore", str(backup), "--replace")["replaced"])
    assert rows_of(bauers) == whole
    assert kept.parent == bauers.folder / "backups"
    if connection.vendor == "sqlite":
        kept.rename(elsewhere.folder / "hearth.sqlite3")
    else:
        elsewhere.done("restore", str(kept))
    assert rows_of(elsewhere) == both


def test_twice_is_as_good_as_once(bauers, backup):
    once = rows_of(bauers)
    for _ in range(2):
        bauers.done("restore", str(backup), "--replace")
        assert rows_of(bauers) == once


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"format": 2}, "has another format than this Hearth writes."),
        ({"kind": "oracle"}, "This is a backup of oracle, and the database here is "),
        ({"migrations": ["gifts.9999_tomorrow"]}, "of a newer Hearth: gifts.9999_tomorrow is not known here."),
        ({"bytes": 1}, "is not what it was when the backup was made"),
        ({"sha256": "0" * 64}, "is not what it was when the backup was made (its SHA-256 differs)."),
        ({"file": "../../etc/passwd"}, "points somewhere else."),
        ({"surprise": 1}, "is not complete."),
    ],
)
def test_what_is_not_a_backup_for_here_is_refused(db, backup, values, sentence):
    change(backup, **values)
    with pytest.raises(CommandError) as error:
        verified(backup)
    assert sentence in str(error.value)
    assert error.value.returncode == 2


def test_what_is_no_backup_or_not_all_of_one_is_refused(backup, elsewhere, tmp_path):
    assert "is no backup" in elsewhere.refused("restore", str(tmp_path))
    file = next(path for path in backup.iterdir() if path.name != "manifest.json")
    file.write_bytes(file.read_bytes()[:-1])
    assert "is not what it was" in elsewhere.refused("restore", str(backup))
    assert "is not what it was" in elsewhere.refused("restore", str(backup), "--dry-run")
    file.unlink()
    assert "is missing from" in elsewhere.refused("restore", str(backup))
    (backup / "manifest.json").write_text("{")
    assert "cannot be read" in elsewhere.refused("restore", str(backup))
    assert rows_of(elsewhere) == {}


def test_a_table_that_is_not_what_the_manifest_says_changes_nothing(bauers, backup):
    before = rows_of(bauers)
    rows = json.loads((backup / "manifest.json").read_text())["rows"]
    change(backup, rows=rows | {"households_household": 7})
    ran = bauers("restore", str(backup), "--replace")
    assert ran.returncode in {1, 2}
    assert "other rows than its manifest says" in ran.stderr
    assert rows_of(bauers) == before


def test_while_hearth_is_running_nothing_is_restored(bauers, backup):
    with running_server(bauers.folder, **bauers.variables) as server:
        assert server.status("/api/v1/health") == 200
        sentence = "Hearth is running on this database: stop it first."
        assert bauers.refused("restore", str(backup), "--replace", code=1) == sentence
        assert server.status("/api/v1/health") == 200


def test_a_backup_of_an_older_hearth_is_migrated_afterwards(console, elsewhere, tmp_path):
    elsewhere.done("migrate", "gifts", "0007", "--verbosity", "0")
    target = tmp_path / "older"
    elsewhere.done("backup", str(target))
    assert console.facts("restore", str(target))["must_migrate"] is True
    assert "run `manage.py migrate` first" in console.refused("purge_expired", code=1)
    console.done("migrate", "--verbosity", "0")
    console.done(*BAUERS)


def test_a_database_of_a_newer_hearth_is_not_touched(console, backup):
    record = (
        "from django.db import connection\n"
        "from django.db.migrations.recorder import MigrationRecorder as Recorder\n"
        "Recorder(connection).record_applied('gifts', '9999_tomorrow')"
    )
    console.done("shell", "--no-imports", "-c", record)
    assert "gifts.9999_tomorrow is not known here" in console.refused("restore", str(backup), "--replace", code=1)


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_a_damaged_database_can_be_replaced_and_is_kept(bauers, backup):
    (bauers.folder / "hearth.sqlite3").write_bytes(b"this is no database" * 1000)
    assert bauers.refused("restore", str(backup)) == NOT_EMPTY
    kept = Path(bauers.facts("restore", str(backup), "--replace")["replaced"])
    assert kept.read_bytes().startswith(b"this is no database")
    assert bauers.facts("revoke_sessions", "--all")["sessions"] == 0


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_stopped_or_failed_in_between_the_database_is_as_it_was(bauers, backup, tmp_path):
    before = rows_of(bauers)
    whole = subprocess.run(["which", "pg_restore"], capture_output=True, text=True, check=True).stdout.strip()
    psql = subprocess.run(["which", "psql"], capture_output=True, text=True, check=True).stdout.strip()
    for name, script in {
        "half": f'[ "$1" = --list ] && exit; {whole} "$@" | /usr/bin/head -c 60000; exit 1',
        "wrong": f'[ "$1" = --list ] && exit; {whole} "$@"; echo "SELECT 1/0;"',
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pg_restore").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "pg_restore").chmod(0o755)
        (folder / "psql").symlink_to(psql)
        (folder / "pg_dump").symlink_to(Path(psql).with_name("pg_dump"))
        path = f"{folder}:/usr/bin:/bin"
        ran = subprocess.run(
            [sys.executable, "manage.py", "restore", str(backup), "--replace"],
            cwd=ROOT,
            env=environment(bauers.folder, **(bauers.variables | {"PATH": path})),
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 1
        assert "Nothing was changed." in ran.stderr
        assert rows_of(bauers) == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="there is no file to be written")
def test_where_nothing_can_be_written_it_says_so(bauers, backup):
    (bauers.folder / ".hearth.sqlite3.restoring").mkdir()
    sentence = bauers.refused("restore", str(backup), "--replace", code=1)
    assert sentence.startswith("The backup cannot be put in place: ")
    assert "The Bauers" in bauers.done("shell", "--no-imports", "-c", NAMES)
