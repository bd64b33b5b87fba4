"""The real server, as `make run` starts it: gunicorn in a process of its own, on a database of its own."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import psycopg
from django.db import connection

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
KEPT = ("PATH", "LANG", "TMPDIR")
NUMBERS = count()


@dataclass
class Server:
    url: str
    process: subprocess.Popen
    log: Path

    def status(self, path: str, **headers: str) -> int:
        try:
            return urlopen(Request(self.url + path, headers=headers), timeout=10).status
        except HTTPError as answer:
            return answer.code

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(sent)
        return self.process.wait(timeout=10)

    def kill(self) -> None:
        """What a power cut does: it and all its workers are gone in the middle of whatever they did."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """What a fresh machine has, Hearth's data folder, and these. Coverage's own variables stay.

    Tests ask more in a minute than a family's apps do, so the ordinary limits are off.
    """
    kept = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith("COVERAGE_")}
    limits = {"API_LIMIT_PER_MINUTE": "0", "API_ANONYMOUS_LIMIT_PER_MINUTE": "0"}
    return kept | limits | {"HEARTH_ENV_FILE": os.devnull, "HEARTH_DATA_DIR": str(data_dir)} | variables


def manage(*arguments: str, data_dir: Path, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(data_dir, **variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


def migrate(data_dir: Path, **variables: str) -> None:
    """All tables are there: copied from a database that was migrated once for all tests."""
    embedded = data_dir / "hearth.sqlite3"
    if variables.get("DATABASE_URL"):
        _fill(variables["DATABASE_URL"])
    elif not embedded.exists():
        shutil.copy(_migrated(), embedded)


def _fill(url: str) -> None:
    """A database of PostgreSQL that is empty gets its tables."""
    with psycopg.connect(url) as opened:
        if opened.execute("SELECT to_regclass('django_migrations')").fetchone() != (None,):
            return
        name = opened.info.dbname
    with _maintenance() as maintenance:
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")
        maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {_template()}")


@cache
def _template() -> str:
    name = f"hearth_template_{os.getpid()}"
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    atexit.register(_drop, name)
    with _maintenance() as maintenance:
        maintenance.execute(f"CREATE DATABASE {name}")
    _run_migrations(Path(folder), **_variables_for(name))
    return name


def _drop(name: str) -> None:
    with _maintenance() as maintenance:
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _migrated() -> Path:
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    _run_migrations(Path(folder))
    return Path(folder, "hearth.sqlite3")


def _run_migrations(data_dir: Path, **variables: str) -> None:
    ran = manage("migrate", "--no-input", data_dir=data_dir, **variables)
    assert ran.returncode == 0, ran.stderr


def gunicorn(*arguments: str) -> list[str]:
    return [str(BIN / "gunicorn"), "-c", "config/gunicorn.conf.py", *arguments, "config.wsgi"]


@contextmanager
def running_server(data_dir: Path, **variables: str) -> Iterator[Server]:
    """A server that answers already, on a migrated database. It is gone afterwards, whatever happened."""
    migrate(data_dir, **variables)
    port = free_port()
    log = data_dir / "server.log"
    with log.open("a") as output:
        process = subprocess.Popen(
            gunicorn(),
            cwd=ROOT,
            env=environment(data_dir, PORT=str(port), **variables),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait_for(server)
        yield server
    finally:
        if process.poll() is None:
            server.kill()


@contextmanager
def empty_database() -> Iterator[dict[str, str]]:
    """A database of its own for a server: the variables that say where. Nothing is in it, not even a table."""
    if connection.vendor != "postgresql":
        yield {}
        return
    name = f"hearth_server_{os.getpid()}_{next(NUMBERS)}"
    with _maintenance() as maintenance:
        maintenance.execute(f"CREATE DATABASE {name}")
    try:
        yield _variables_for(name)
    finally:
        _drop(name)


def _variables_for(name: str) -> dict[str, str]:
    return {"DATABASE_URL": _address(name), "SECRET_KEY": "s" * 50, "HEARTH_PUBLIC_URL": "http://127.0.0.1"}


def _maintenance() -> psycopg.Connection:
    return psycopg.connect(_address("postgres"), autocommit=True)


def _address(name: str) -> str:
    found = connection.settings_dict
    user = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}"
    return f"postgres://{user}@{found['HOST']}:{found['PORT'] or 5432}/{name}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            server.status("/api/v1/health")
            return
        except URLError:
            time.sleep(0.05)
    raise AssertionError(f"The server did not start:\n{server.log.read_text()}")
