"""wrk, which loads a server, and what it says of it."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16
LONGEST_S = 120


class NotAllAnswered(Exception):
    """Some answers were no 2xx, or none came: such a measurement says nothing."""


@dataclass(frozen=True)
class Loaded:
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        sys.exit("The benchmarks need wrk to load the servers; on Debian and Ubuntu: apt install wrk")


def load(url: str, requests: Iterable[Any], token: str, seconds: int) -> Loaded:
    """These requests (with `method`, `path`, `body`) again and again, over 16 connections that are kept alive.

    Longer than asked for where an answer takes so long that there would be no figure.
    """
    requests = list(requests)
    while True:
        done = _load(url, requests, token, seconds)
        if done.requests >= CONNECTIONS or seconds >= LONGEST_S:
            return done
        seconds *= 3


def _load(url: str, requests: list[Any], token: str, seconds: int) -> Loaded:
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        file.writelines(as_line(request.method, request.path, request.body) for request in requests)
        file.flush()
        options = ["--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "30s"]
        command = ["wrk", *options, "--script", str(SCRIPT), url, "--", file.name, token]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return loaded(ran.stdout)


def as_line(method: str, path: str, body: dict[str, Any] | None) -> str:
    return f"{method}\t{path}\t{'' if body is None else json.dumps(body)}\n"


def loaded(output: str) -> Loaded:
    """What the script's last line says; raises NotAllAnswered unless every answer was a good one."""
    told = json.loads(output.strip().splitlines()[-1])
    refused, lost = told.pop("refused"), told.pop("lost")
    if refused or lost:
        raise NotAllAnswered(f"{refused} of {told['requests']} answers were errors, {lost} never came")
    return Loaded(**told)
