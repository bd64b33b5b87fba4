"""`manage.py backup`: a folder that one can trust, or none."""

import hashlib
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.console import Console
from tests.server import ROOT, environment

FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
BAUERS = ("create_household", "--name", "The Bauers", "--owner-name", "Mia", "--owner-handle", "mia")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def target(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("backups") / "one"


def path_with(folder: Path, **programs: str) -> str:
    """A PATH on which these programs are such shell scripts, and nothing else is."""
    folder.mkdir()
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_a_backup_says_what_it_is(console: Console, target):
    console.done(*BAUERS)
    answer = console.facts("backup", str(target))
    manifest = json.loads((target / "manifest.json").read_text())
    file = target / FILES[connection.vendor]
    assert left_in(target) == sorted([file.name, "manifest.json"])
    assert (manifest["format"], manifest["hearth"], manifest["kind"]) == (1, "0.1.0", connection.vendor)
    assert manifest["sha256"] == answer["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert manifest["bytes"] == answer["bytes"] == file.stat().st_size
    assert manifest["rows"]["households_household"] == manifest["rows"]["accounts_user"] == 1
    assert "gifts.0001_initial" in manifest["migrations"]
    assert answer["rows"] == sum(manifest["rows"].values())
    assert answer["made_at"] == manifest["made_at"]


def test_only_its_owner_may_read_it(console: Console, target):
    console.done("backup", str(target))
    assert {path.name: mode(path) for path in target.iterdir()} == dict.fromkeys(left_in(target), 0o600)
    assert mode(target) == 0o700


def test_it_overwrites_nothing(console: Console, target):
    target.mkdir()
    assert console.refused("backup", str(target)) == f"{target} is there already, and nothing is overwritten."
    assert left_in(target) == []
    nowhere = target / "a" / "b"
    assert console.refused("backup", str(nowhere)) == f"There is no folder {nowhere.parent}."


def test_without_a_name_it_goes_to_the_data_folder_and_old_ones_may_go(console: Console):
    kept = console.folder / "backups"
    mine = kept / "hearth-of-mine"
    mine.mkdir(parents=True)
    first, second = (console.facts("backup") for _ in range(2) if not time.sleep(1))
    assert Path(first["folder"]).parent == kept
    third = console.facts("backup", "--keep", "2")
    assert third["removed"] == [first["folder"]]
    assert left_in(kept) == sorted(Path(path).name for path in (mine, second["folder"], third["folder"]))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--keep", "0"), "--keep must be a whole number from 1 to 100000."),
        (("--keep", "two"), "--keep must be a whole number from 1 to 100000."),
        (("somewhere", "--keep", "2"), "--keep is for the usual folder, so name no other."),
    ],
)
def test_what_cannot_be_gets_one_sentence(console: Console, arguments, sentence):
    assert console.refused("backup", *arguments) == sentence
    assert not (console.folder / "backups").exists()


def test_it_is_quiet_in_a_pipe_and_shows_its_progress_on_a_terminal(console: Console, target):
    ours, theirs = pty.openpty()
    command = [sys.executable, "manage.py", "backup", str(target)]
    variables = environment(console.folder, **console.variables)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        ran = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        assert ran.returncode == 0
        assert ran.stdout.startswith(b"Backed up to ")
        assert terminal.read(1000)


@pytest.mark.skipif("connection.vendor != 'sqlite'")
class TestSQLite:
    def test_a_database_that_is_not_there_is_not_made(self, console: Console, target):
        (console.folder / "hearth.sqlite3").unlink()
        assert console.refused("backup", str(target), code=1).startswith("There is no database at ")
        assert "hearth.sqlite3" not in left_in(console.folder)
        assert left_in(target.parent) == []

    def test_a_damaged_database_makes_no_backup(self, console: Console, target):
        with (console.folder / "hearth.sqlite3").open("r+b") as file:
            file.seek(4096 * 3)
            file.write(b"\xff" * 4096 * 40)
        assert "malformed" in console.refused("backup", str(target), code=1)
        assert left_in(target.parent) == []

    def test_no_room_makes_no_backup(self, console: Console, target):
        assert "written" in console.refused("backup", "/proc/one", code=1)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
class TestPostgreSQL:
    def test_without_pg_dump_it_says_what_to_install(self, console: Console, target, tmp_path_factory):
        path = path_with(tmp_path_factory.mktemp("bin") / "none")
        sentence = "There is no pg_dump here; on Debian and Ubuntu: apt install postgresql-client."
        assert console.refused("backup", str(target), code=1, PATH=path) == sentence
        assert left_in(target.parent) == []

    def test_a_pg_dump_that_is_too_old_is_told_from_one_that_fails(self, console: Console, target, tmp_path_factory):
        folder = tmp_path_factory.mktemp("bin")
        old = path_with(folder / "old", pg_dump='echo "pg_dump (PostgreSQL) 9.6.1"')
        sentence = console.refused("backup", str(target), code=1, PATH=old)
        assert sentence.startswith("pg_dump here is version 9 and the server is PostgreSQL ")
        assert "install postgresql-client-" in sentence
        complaints = "pg_dump: error: aborting because of server version mismatch"
        wrapped = path_with(folder / "wrapped", pg_dump=f'echo "{complaints}" >&2; exit 1')
        assert console.refused("backup", str(target), code=1, PATH=wrapped).startswith("pg_dump here is older")
        broken = path_with(folder / "broken", pg_dump='echo "pg_dump: error: no room\npg_dump: more" >&2; exit 1')
        assert console.refused("backup", str(target), code=1, PATH=broken) == "pg_dump failed: pg_dump: error: no room."
        assert left_in(target.parent) == []

    def test_stopped_in_between_it_leaves_nothing_behind(self, console: Console, target, tmp_path_factory):
        slow = path_with(tmp_path_factory.mktemp("bin") / "slow", pg_dump="exec /bin/sleep 60")
        variables = environment(console.folder, **(console.variables | {"PATH": slow}))
        for sent in (signal.SIGINT, signal.SIGTERM):
            command = [sys.executable, "manage.py", "backup", str(target)]
            process = subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True)
            while not left_in(target.parent):
                time.sleep(0.05)
            time.sleep(1)
            process.send_signal(sent)
            assert process.communicate(timeout=20)[1] == "CommandError: Stopped. There is no backup.\n"
            assert (process.returncode, left_in(target.parent)) == (1, [])

    def test_no_password_is_on_a_command_line(self, console: Console, target, tmp_path_factory):
        folder = tmp_path_factory.mktemp("bin")
        spy = f'echo "$@" >> {folder}/said; [ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit; '
        spied = path_with(folder / "spy", pg_dump=f'{spy} echo "$PGPASSWORD" > {folder}/password; exit 1')
        url = console.variables["DATABASE_URL"].replace("postgres:@", "postgres:geheim@")
        assert "geheim" in url
        assert "geheim" not in console.refused("backup", str(target), code=1, PATH=spied, DATABASE_URL=url)
        assert "geheim" not in (folder / "said").read_text()
        assert (folder / "password").read_text() == "geheim\n"

    def test_a_database_that_does_not_answer_is_said_in_one_sentence(self, console: Console, target):
        sentence = console.refused("backup", str(target), code=1, DATABASE_URL="postgres://hearth:geheim@127.0.0.1:9/x")
        assert sentence.startswith("The database does not answer: ")
        assert "geheim" not in sentence
