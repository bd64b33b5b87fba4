"""What the contenders say, asked of each in turn."""

import time
from collections.abc import Iterable
from typing import Any

import httpx

from benchmarks.comparing import NotTheSame
from benchmarks.contenders import Server
from benchmarks.work import Request


def answers_of(server: Server, requests: Iterable[Request], token: str) -> list[Any]:
    """The bodies, parsed; raises where one is no 2xx."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        return [_parsed(server, client.request(ask.method, ask.path, json=ask.body)) for ask in requests]


def _parsed(server: Server, answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    time.sleep(0.5)  # what went wrong is written down after the answer
    asked = f"{answer.request.method} {answer.request.url}"
    said = f"{answer.text[:500]}\n{server.log.read_text()[-3000:]}"
    raise NotTheSame(f"{server.contender.name} answers {answer.status_code} to {asked}: {said}")
