"""Side by side: every contender does the same work, one after the other, round by round, on one database."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import psutil
from django.db import connection

from benchmarks import contenders, work
from benchmarks.comparing import compare
from benchmarks.contenders import ROOT, Contender, Server, cpu_of, environment_of, running
from benchmarks.content import answers_of
from benchmarks.load import load
from benchmarks.restoring import Snapshot
from benchmarks.scene import Scene
from benchmarks.work import Request, Work, sample

CHECKED = 3


@dataclass(frozen=True)
class Measured:
    work: str
    contender: str
    round: int
    requests: int
    rps: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    database_cpu_ms: float | None


def measure(scene: Scene, options: argparse.Namespace, logs: Path) -> dict[str, Any]:
    chosen = [one for one in contenders.ALL if one.name in options.contenders]
    works = [one for one in work.ALL if not options.work or any(word in one.name for word in options.work)]
    with running(chosen, logs) as servers:
        check_content(scene, servers, works)
        counts = {one.name: statements(one, scene, works) for one in chosen}
        measured = [
            row for number in range(options.rounds) for row in one_round(scene, servers, works, number, options)
        ]
        memory = {server.contender.name: round(server.memory_mb(), 1) for server in servers}
    return {"measurements": [asdict(row) for row in measured], "statements": counts, "memory_mb": memory}


def check_content(scene: Scene, servers: list[Server], works: list[Work]) -> None:
    """Before anything is timed, every contender has to say the same to the same requests."""
    for each in works:
        answers = {}
        for server in able(servers, each):
            with restored(scene, each):
                answers[server.contender.name] = answers_of(server, sample(each, scene, CHECKED), scene.access)
        compare(each.name, answers, is_write=each.writes)
        tell(f"  the same from all: {each.name}")


def one_round(
    scene: Scene, servers: list[Server], works: list[Work], number: int, options: argparse.Namespace
) -> list[Measured]:
    """Whoever began the last round comes last in this one."""
    turn = number % len(servers)
    pairs = product(works, servers[turn:] + servers[:turn])
    return [one_turn(scene, server, each, number, options) for each, server in pairs if server in able(servers, each)]


def one_turn(scene: Scene, server: Server, each: Work, number: int, options: argparse.Namespace) -> Measured:
    with restored(scene, each):
        asks = list(each.requests(scene, options.seconds + options.warm_up))
        if options.warm_up and not each.writes:
            load(server.url, asks, scene.access, options.warm_up)
            server.settle()
        cpu, database_cpu = server.cpu_seconds(), database_cpu_seconds()
        done = load(server.url, asks, scene.access, options.seconds)
        cpu, database_cpu = server.cpu_seconds() - cpu, difference(database_cpu, database_cpu_seconds())
        server.settle()
    row = Measured(
        work=each.name,
        contender=server.contender.name,
        round=number,
        requests=done.requests,
        rps=round(done.requests / done.seconds, 2),
        p50_ms=done.p50_ms,
        p99_ms=done.p99_ms,
        cpu_ms=round(cpu / done.requests * 1000, 4),
        database_cpu_ms=None if database_cpu is None else round(database_cpu / done.requests * 1000, 4),
    )
    tell(f"  {number + 1}: {each.name:<26}{row.contender:<12}{row.rps:>9.1f}/s {row.cpu_ms:>9.3f} ms CPU")
    return row


@contextmanager
def restored(scene: Scene, each: Work) -> Iterator[None]:
    """What a write leaves behind is gone afterwards."""
    snapshot = Snapshot.of(scene) if each.writes else None
    try:
        yield
    finally:
        if snapshot:
            snapshot.restore()


def able(servers: list[Server], each: Work) -> list[Server]:
    return [server for server in servers if not (each.writes and server.contender.reads_only)]


def statements(contender: Contender, scene: Scene, works: list[Work]) -> dict[str, int]:
    """The SQL statements of one answer, for each kind of work; see `benchmarks.statements`."""
    counts = {}
    for each in works:
        if each.writes and contender.reads_only:
            continue
        with restored(scene, each):
            asks = sample(each, scene, 2)
            counts[each.name] = _counted(contender, asks, scene.access)[-1]
    return counts


def _counted(contender: Contender, asks: list[Request], token: str) -> list[int]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"asks": [asdict(ask) for ask in asks], "token": token}, file)
        file.flush()
        command = [sys.executable, "-m", "benchmarks.statements", contender.counter, file.name]
        environment = environment_of(contender) | {"LOG_LEVEL": "ERROR"}
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if ran.returncode:
        raise RuntimeError(ran.stderr[-4000:])
    return json.loads(ran.stdout.splitlines()[-1])


def database_cpu_seconds() -> dict[int, float] | None:
    """Of each of the database's processes that serve us, where it has any and they run on this machine."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        pids = [pid for (pid,) in cursor.fetchall()]
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    is_here = [process for process in processes if "postgres" in process.name()]
    return {process.pid: cpu_of(process) for process in is_here} if len(is_here) == len(pids) else None


def difference(before: dict[int, float] | None, after: dict[int, float] | None) -> float | None:
    if before is None or after is None:
        return None
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
