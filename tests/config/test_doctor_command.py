"""`manage.py doctor`: what is wrong with this server, and what to do about it."""

import json
import os
import shutil
import sqlite3
from collections import namedtuple
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.doctor import server
from gifts.models import ItemPlan
from tests.console import Console
from tests.own_redis import own_redis

BAUERS = ("create_household", "--name", "The Bauers", "--owner-name", "Mia", "--owner-handle", "mia")
HTTPS = {"HEARTH_PUBLIC_URL": "https://hearth.example.org", "TRUSTED_PROXIES": "127.0.0.1", "SECRET_KEY": "aB3-x" * 16}
INTO_NOTHING = "INSERT INTO households_diarycounter (household_id, last_seq) VALUES (?, 1)"
Disk = namedtuple("Disk", "total used free")


def looked(console: Console, code: int, **variables: str) -> dict[str, dict]:
    """What it finds, by name."""
    ran = console("doctor", "--json", **variables)
    assert ran.returncode == code, ran
    answer = json.loads(ran.stdout)
    assert answer["ok"] is (code == 0)
    return {finding["name"]: finding for finding in answer["findings"]}


def wrong(findings: dict[str, dict]) -> list[str]:
    return sorted(name for name, finding in findings.items() if finding["state"] == "wrong")


@pytest.fixture
def examined(db, capsys, tmp_path, settings):
    """What it says of this process and the tests' database: its words, and its exit code."""
    settings.DATA_DIR, settings.REDIS_URL, settings.PUBLIC_URL = tmp_path, "", "http://127.0.0.1:8000"
    tmp_path.chmod(0o700)

    def run() -> tuple[str, int]:
        code = 0
        try:
            call_command("doctor")
        except CommandError as error:
            code = error.returncode
        return capsys.readouterr().out, code

    return run


def test_all_is_well_and_all_of_it_is_told(console: Console):
    console.done(*BAUERS)
    console.done("backup")
    findings = looked(console, 0)
    assert {"disk", "backups", "cache", "database", "migrations", "rows"} <= findings.keys()
    assert findings["database"]["says"].startswith("SQLite 3" if connection.vendor == "sqlite" else "PostgreSQL 1")
    ran = console("doctor")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(line.startswith(("ok   ", "note ")) for line in ran.stdout.splitlines())


def test_what_is_wrong_is_told_with_what_to_do_and_no_word_of_a_surprise(family, examined):
    item = family.mia.add(family.mia.list("Psst for Leo", recipient=family.leo.person), "A telescope")
    ItemPlan.objects.all().delete()
    words, code = examined()
    assert code == 1
    (line,) = (line for line in words.splitlines() if line.startswith("wrong"))
    assert line.startswith(
        f"wrong  items_without_a_plan: 1 items have no plan, so nothing can be planned for them ({item.pk})."
    )
    assert "Restore the newest backup" in line
    assert not any(secret in words for secret in ("telescope", "Psst", "Leo", "Bauers", family.leo.user.email))


@pytest.mark.parametrize(
    ("total", "free", "state", "code"), [(100, 50, "ok", 0), (100, 5, "note", 0), (100, 0.4, "wrong", 1)]
)
def test_a_disk_that_fills_up_is_told(examined, monkeypatch, total, free, state, code):
    disk = Disk(total * 10**9, 0, int(free * 10**9))
    monkeypatch.setattr(server.shutil, "disk_usage", lambda path: disk)
    words, found = examined()
    assert f"{state:<5}  disk: {free:.1f} GB of 100.0 GB are free" in words
    assert found == code


def test_files_that_others_may_read_are_told(examined, tmp_path):
    (tmp_path / "secret_key").write_text("geheim")
    (tmp_path / "secret_key").chmod(0o644)
    assert examined()[1] == 0
    tmp_path.chmod(0o755)
    words, code = examined()
    assert code == 1
    assert f"Run `chmod go= {tmp_path / 'secret_key'}`." in words
    assert "geheim" not in words


def test_backups_that_are_old_are_told(examined, tmp_path):
    manifest = tmp_path / "backups" / "hearth-1" / "manifest.json"
    assert "note   backups: there is none" in examined()[0]
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    assert "ok     backups: the newest is 0 days old." in examined()[0]
    os.utime(manifest, (0, 0))
    words, code = examined()
    assert "note   backups: the newest is" in words
    assert code == 0


def test_tables_that_are_missing_end_the_look(console: Console):
    console.done("migrate", "gifts", "0007", "--verbosity", "0")
    findings = looked(console, 1)
    assert wrong(findings) == ["migrations"]
    assert findings["migrations"]["advice"] == "Run `manage.py migrate`."
    assert "rows" not in findings


def test_a_newer_hearths_tables_are_told(console: Console):
    record = (
        "from django.db import connection\n"
        "from django.db.migrations.recorder import MigrationRecorder as Recorder\n"
        "Recorder(connection).record_applied('gifts', '9999_tomorrow')"
    )
    console.done("shell", "--no-imports", "-c", record)
    assert looked(console, 1)["migrations"]["ids"] == ["gifts.9999_tomorrow"]


def test_a_redis_that_is_away_is_told_and_its_password_is_not(console: Console, tmp_path):
    with own_redis(tmp_path) as redis:
        assert looked(console, 0, REDIS_URL=redis.url)["cache"]["says"] == "Redis answers"
    ran = console("doctor", REDIS_URL="redis://:geheim@127.0.0.1:9/0")
    assert ran.returncode == 1
    assert "wrong  cache: Redis does not answer." in ran.stdout
    assert "geheim" not in ran.stdout + ran.stderr


def test_a_database_that_is_away_is_told_and_its_password_is_not(console: Console):
    ran = console("doctor", DATABASE_URL="postgres://hearth:geheim@127.0.0.1:9/hearth", **HTTPS)
    assert ran.returncode == 1
    assert ran.stderr == "CommandError: 1 thing is wrong.\n"
    assert "Connection refused" in ran.stdout
    assert "geheim" not in ran.stdout
    assert HTTPS["SECRET_KEY"] not in ran.stdout


def test_a_server_without_https_is_told_once(console: Console):
    assert "https" not in looked(console, 0, **HTTPS)
    plain = {"HEARTH_PUBLIC_URL": "http://hearth.lan", "SECRET_KEY": HTTPS["SECRET_KEY"]}
    findings = looked(console, 0, **plain)
    assert findings["https"]["state"] == "note"
    assert not [name for name in findings if name.startswith("security.")]


def test_wrong_arguments(console: Console):
    assert "unrecognized arguments" in console.refused("doctor", "--fix")


@pytest.mark.skipif("connection.vendor != 'sqlite'")
class TestSQLite:
    def test_a_damaged_file_is_told(self, console: Console):
        with (console.folder / "hearth.sqlite3").open("r+b") as file:
            file.seek(4096 * 30)
            file.write(b"\xff" * 4096 * 2)
        assert "damage" in wrong(looked(console, 1))

    def test_rows_that_refer_to_nothing_are_told(self, console: Console):
        with sqlite3.connect(console.folder / "hearth.sqlite3") as past_hearth:
            past_hearth.execute(INTO_NOTHING, [uuid4().hex])
        past_hearth.close()
        findings = looked(console, 1)
        assert findings["dangling"]["count"] == 1
        assert findings["dangling"]["ids"][0].startswith("households_diarycounter row ")

    def test_what_is_no_database_is_told(self, console: Console):
        shutil.copy(__file__, console.folder / "hearth.sqlite3")
        assert "database" in wrong(looked(console, 1))


@pytest.mark.skipif("connection.vendor != 'postgresql'")
class TestPostgreSQL:
    def test_more_connections_than_the_server_allows_are_told(self, console: Console):
        findings = looked(console, 1, WEB_CONCURRENCY="500")
        assert wrong(findings) == ["connections"]
        assert findings["connections"]["says"].startswith("Hearth may open 4000, the server allows ")

    def test_limits_that_are_missing_are_told(self, console: Console):
        assert "statement_timeout" in looked(console, 0, DATABASE_STATEMENT_TIMEOUT_MS="0")
        findings = looked(console, 0, DATABASE_TRANSACTION_POOLER="true")
        assert {"statement_timeout", "jit"} <= findings.keys()
