"""Who is measured, and how each is served: with the same number of processes, on the same tables."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

import httpx
import psutil
from django.utils import timezone

from accounts.keyring import keyring

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PATIENCE_S = 60
IDLE_S = 0.02
RIVALS = "benchmarks.rivals"


@dataclass(frozen=True)
class Contender:
    """`counter` names how `benchmarks.statements` counts what it asks the database."""

    name: str
    command: list[str]
    counter: str
    environment: dict[str, str] = field(default_factory=dict)
    reads_only: bool = False


def gunicorn(application: str) -> list[str]:
    """As `make run` and `deploy/` start it."""
    return [str(BIN / "gunicorn"), "-c", "config/gunicorn.conf.py", application]


HEARTH = Contender("Hearth", gunicorn("config.wsgi"), "django")
FASTAPI = Contender(
    "FastAPI",
    [
        *(str(BIN / "uvicorn"), f"{RIVALS}.fastapi_app.app:app", "--loop", "uvloop", "--http", "httptools"),
        *("--workers", "{workers}", "--port", "{port}", "--no-access-log", "--timeout-keep-alive", "75"),
    ],
    "fastapi",
)
PLAIN_DRF = Contender(
    "plain DRF",
    gunicorn(f"{RIVALS}.plain_drf.wsgi"),
    "django",
    {"DJANGO_SETTINGS_MODULE": f"{RIVALS}.plain_drf.settings"},
)
FLOOR = Contender("floor", gunicorn(f"{RIVALS}.floor.wsgi"), "floor", reads_only=True)
ALL = [HEARTH, FASTAPI, PLAIN_DRF, FLOOR]


@dataclass(frozen=True)
class Server:
    contender: Contender
    url: str
    process: psutil.Process
    log: Path

    @cached_property
    def workers(self) -> list[psutil.Process]:
        """The processes that answer. (Python's own bookkeeper of shared things is none.)"""
        children = self.process.children()
        return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())] or [self.process]

    def cpu_seconds(self) -> float:
        """Of all its processes since they began."""
        return sum(cpu_of(process) for process in [self.process, *self.process.children(recursive=True)])

    def settle(self) -> None:
        """Wait until it is done with what nobody waits for any more: wrk hangs up in the middle of 16 requests."""
        before, now = -1.0, self.cpu_seconds()
        deadline = time.monotonic() + PATIENCE_S
        while now - before > IDLE_S and time.monotonic() < deadline:
            time.sleep(0.2)
            before, now = now, self.cpu_seconds()

    def memory_mb(self) -> float:
        """Resident, of a worker."""
        return sum(worker.memory_info().rss for worker in self.workers) / len(self.workers) / 2**20


def cpu_of(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


@contextmanager
def running(contenders: list[Contender], logs: Path, workers: int = 2) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        yield [stack.enter_context(served(contender, logs, workers)) for contender in contenders]


@contextmanager
def served(contender: Contender, logs: Path, workers: int = 2) -> Iterator[Server]:
    """A server that answers. What it logs is kept in `logs`."""
    log, port = logs / f"{contender.name.replace(' ', '-')}.log", free_port()
    with log.open("a") as output:
        process = start(contender, port, workers, output)
    try:
        wait_for(f"http://127.0.0.1:{port}", process, log)
        yield Server(contender, f"http://127.0.0.1:{port}", psutil.Process(process.pid), log)
    finally:
        process.terminate()
        process.wait(20)


def start(contender: Contender, port: int, workers: int, output: IO[str]) -> subprocess.Popen:
    environment = {"HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": str(workers)}
    return subprocess.Popen(
        [part.format(port=port, workers=workers) for part in contender.command],
        cwd=ROOT,
        env=environment_of(contender) | environment,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def environment_of(contender: Contender) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    # The rivals sign as Hearth does.
    key = keyring.signing(timezone.now())
    return inherited | {"SIGNING_KEY": f"{key.kid}:{key.secret}"} | contender.environment


def wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    """Any answer will do: this one has no token."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/api/v1/gifts", timeout=PATIENCE_S)
            return
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError(f"{' '.join(process.args)} does not answer:\n{log.read_text()[-4000:]}")  # type: ignore[arg-type]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
