"""PostgreSQL: pg_dump on the way out; pg_restore and psql, in one transaction, on the way back."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from django.core.management.base import CommandError
from django.db import connection, transaction
from psycopg.pq import Conninfo

from config.backups.manifest import Contents, Manifest, contents
from config.backups.progress import Tell
from config.commands import require_database

FILE = "database.dump"
KEPT_SUFFIX = ""  # what a restore replaces is kept as a backup like any other
TELL_EVERY_S = 0.2
HEADER_LINES = 40


def is_there() -> bool:
    return True


def server() -> str:
    return f"PostgreSQL {_major()}"


def dump(target: Path, tell: Tell) -> Contents:
    """All of the database as it is at one moment, in pg_dump's own format; and what that moment's rows are."""
    program = _program("pg_dump")
    require_database()
    _refuse_older(program)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # The role's limits are for requests.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run_dump(program, snapshot, target, tell)

        def ask(sql: str) -> list:
            cursor.execute(sql)
            return cursor.fetchall()

        return contents(ask, connection.introspection.table_names(cursor))


def check(source: Path, manifest: Manifest) -> None:
    _program("psql")
    require_database()
    listed = subprocess.run(  # noqa: S603 (our own words, no shell)
        [_program("pg_restore"), "--list", str(source)], env=_environment(), capture_output=True, text=True
    )
    if listed.returncode:
        raise CommandError(_explained("pg_restore", listed.stderr))


def require_nobody_else() -> None:
    """One sentence while a server has this database open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'hearth' AND pid <> pg_backend_pid()"
        )
        others = cursor.fetchone()[0]
    if others:
        raise CommandError("Hearth is running on this database: stop it first.")


def restore(source: Path, manifest: Manifest, kept: Path | None) -> None:
    """Hearth's tables go and the backup's come, in one transaction. A copy of what goes has been made by the caller."""
    before = _drop_tables()
    connection.close()
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as complaints:
        reader = subprocess.Popen(  # noqa: S603 (our own words, no shell)
            [_program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(source)],
            stdout=subprocess.PIPE,
            stderr=words,
            env=_environment(),
        )
        writer = subprocess.Popen(  # noqa: S603 (our own words, no shell)
            [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password", "--file=-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=_environment(),
        )
        try:
            whole = _play(reader, writer, before, _counts(manifest))
        finally:
            # Whatever is not committed is rolled back with it.
            for process in (reader, writer):
                process.kill()
                process.wait()
        if not whole:
            said = _text(complaints) + _text(words)
            raise CommandError(f"{_explained('The restore', said)} Nothing was changed.")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("ANALYZE")


def _play(reader: subprocess.Popen, writer: subprocess.Popen, before: str, after: str) -> bool:
    """Whether all of it was carried out. `COMMIT` is the last thing to be said, and only once all came through."""
    script, ear = reader.stdout, writer.stdin
    if script is None or ear is None:
        raise ValueError("no pipes")
    try:
        ear.write(f"BEGIN;\n{before}\n".encode())
        ear.writelines(_header(script))
        shutil.copyfileobj(script, ear, 1 << 20)
        if reader.wait():
            return False
        ear.write(f"\n{after}\nCOMMIT;\n".encode())
        ear.close()
    except BrokenPipeError:
        writer.wait()
        return False
    return writer.wait() == 0


def _header(script: IO[bytes]) -> Iterator[bytes]:
    """The settings at its beginning, without the one that servers before 17 do not know."""
    for line in islice(script, HEADER_LINES):
        if line.strip() != b"SET transaction_timeout = 0;":
            yield line


def _drop_tables() -> str:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    ours = {*connection.introspection.django_table_names(), "django_migrations"} & tables
    names = ", ".join(connection.ops.quote_name(table) for table in sorted(ours))
    # Nobody waits for ever for somebody who forgot to end a transaction.
    return f"SET lock_timeout = '10s';\nDROP TABLE {names} CASCADE;" if ours else ""


def _counts(manifest: Manifest) -> str:
    """That each table holds as many rows as it did, asked before anybody else sees them."""
    checks = [
        f"IF (SELECT count(*) FROM {connection.ops.quote_name(table)}) <> {int(count)} "  # noqa: S608 (quoted, and a number)
        "THEN RAISE EXCEPTION 'the backup holds other rows than its manifest says'; END IF;"
        for table, count in manifest.rows.items()
    ]
    return f"RESET search_path;\nDO $hearth$ BEGIN {' '.join(checks)} END $hearth$;"


def _run_dump(program: str, snapshot: str, target: Path, tell: Tell) -> None:
    command = [program, "--format=custom", "--no-owner", "--no-privileges", "--no-comments", "--no-password"]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 (our own words, no shell)
            [*command, f"--snapshot={snapshot}", f"--file={target}"],
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=_environment(),
            umask=0o077,
        )
        try:
            while process.poll() is None:
                tell(target.stat().st_size if target.exists() else 0, None)
                _wait(process)
        finally:
            process.kill()
        if process.returncode:
            raise CommandError(_explained("pg_dump", _text(complaints)))


def _wait(process: subprocess.Popen) -> None:
    try:
        process.wait(TELL_EVERY_S)
    except subprocess.TimeoutExpired:
        return


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise CommandError(f"There is no {name} here; on Debian and Ubuntu: apt install postgresql-client.")
    return path


def _refuse_older(program: str) -> None:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, env=_environment()).stdout  # noqa: S603 (our own words, no shell)
    found = re.search(r"\b(\d+)(\.\d+|devel|beta|rc)", said)
    if found and int(found[1]) < _major():
        raise CommandError(_too_old("pg_dump", f"version {found[1]}"))


def _too_old(name: str, version: str) -> str:
    wanted = f"install postgresql-client-{_major()} or newer"
    return f"{name} here is {version} and the server is PostgreSQL {_major()}: {wanted}."


def _explained(name: str, complaints: str) -> str:
    """One sentence of what a program has complained about. Only its first line: the others may quote rows."""
    if "server version mismatch" in complaints:
        return _too_old(name, "older")
    if "unsupported version" in complaints and "file header" in complaints:
        return "pg_restore here is older than the pg_dump that made this backup: install a newer postgresql-client."
    lines = [line for line in complaints.splitlines() if "error:" in line.lower()] or complaints.splitlines()
    return f"{name} failed: {lines[0].strip() if lines else 'it does not say why'}."


def _environment() -> dict[str, str]:
    """What libpq's programs are told, and never on a command line, where everybody on this machine could read it."""
    variables = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    found = {
        variables[name].decode(): str(value)  # type: ignore[union-attr]
        for name, value in connection.get_connection_params().items()
        # A pooler refuses options, and these are for requests anyway.
        if variables.get(name) and name not in {"options", "application_name"} and value is not None
    }
    return os.environ | {"LC_ALL": "C.UTF-8", "PGAPPNAME": "hearth backup"} | found


def _major() -> int:
    return connection.pg_version // 10_000  # type: ignore[attr-defined]


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(100_000).decode(errors="replace")
