"""The databases: one made for the run and dropped after it, and what a server has to know to use it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).parents[1]
DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/hearth_bench"
COMMON = {
    "HEARTH_ENV_FILE": os.devnull,
    "HEARTH_PUBLIC_URL": "http://127.0.0.1",
    "SECRET_KEY": "only-for-benchmarks-" * 4,
    "API_LIMIT_PER_MINUTE": "0",
    "API_ANONYMOUS_LIMIT_PER_MINUTE": "0",
}
DATABASES = ("postgresql", "sqlite")


@contextmanager
def place_for(database: str, url: str = "") -> Iterator[dict[str, str]]:
    """The environment of everything that uses this database, which is empty but for its tables."""
    with tempfile.TemporaryDirectory(prefix="hearth-bench-", dir=_roomy()) as folder:
        environment = COMMON | {"HEARTH_DATA_DIR": folder, "DATABASE_URL": ""}
        if database == "sqlite":
            migrate(environment)
            yield environment
            return
        url = url or os.environ.get("DATABASE_URL") or DEFAULT_URL
        with _database(url):
            environment["DATABASE_URL"] = url
            migrate(environment)
            yield environment


def run(environment: dict[str, str], *arguments: str) -> None:
    """Python with these arguments, on this database; its words go where ours go. Who ends us ends it first."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=os.environ | environment)
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait(60)
        raise
    if code:
        sys.exit(code)


def end_politely() -> None:
    """Let whatever was begun be ended also when somebody terminates us: servers, and the database of the run."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def migrate(environment: dict[str, str]) -> None:
    run(environment, "manage.py", "migrate", "--no-input", "--verbosity", "0")
    run(environment, "manage.py", "collectstatic", "--no-input", "--verbosity", "0")


@contextmanager
def _database(url: str) -> Iterator[None]:
    """Refuses a database that is there already: it may be somebody's."""
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    maintenance = urlunsplit(parts._replace(scheme="postgresql", path="/postgres"))
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            sys.exit(f"There is a database {name} already. The benchmarks make and drop their own: name another one.")
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield
    finally:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _roomy() -> str | None:
    """A disk: a million items in memory would be measured as such. TMPDIR says otherwise."""
    return os.environ.get("TMPDIR") or ("/var/tmp" if shutil.disk_usage("/var/tmp").free > 20 * 2**30 else None)  # noqa: S108
