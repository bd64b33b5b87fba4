"""Whether all contenders say the same: the same JSON, but for cursors and for what a write makes up."""

import re
import time
from collections.abc import Iterable
from typing import Any

import httpx

from benchmarks.contenders import Server
from benchmarks.work import Request

# What differs between two runs of one write: keys, times, tokens, and the links of a page.
MADE_UP = re.compile(r"^(id|created_at|updated_at|at|access|refresh|device_id)$")
LINKS = {"next", "previous"}


class NotTheSame(Exception):
    """Contenders that say different things do different work."""


def answers_of(server: Server, requests: Iterable[Request], token: str) -> list[Any]:
    """The bodies, parsed; raises where one is no 2xx."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        return [_parsed(server, client.request(ask.method, ask.path, json=ask.body)) for ask in requests]


def compare(what: str, answers: dict[str, list[Any]], *, is_write: bool) -> None:
    """Raises NotTheSame, with the place of the first difference, unless all said what the first one did."""
    (first, expected), *others = answers.items()
    for name, said in others:
        place = difference(plain(expected, is_write), plain(said, is_write))
        if place:
            raise NotTheSame(f"{what}: {name} does not say what {first} says, at {place}")


def plain(value: Any, is_write: bool) -> Any:
    """Without what may differ; whether there is a link counts, and where it leads does not."""
    if isinstance(value, dict):
        return {key: _plain_field(key, inner, is_write) for key, inner in value.items()}
    return [plain(inner, is_write) for inner in value] if isinstance(value, list) else value


def difference(expected: Any, said: Any, place: str = "") -> str:
    """Where they differ first, and how; empty when they do not."""
    if isinstance(expected, dict) and isinstance(said, dict) and expected.keys() == said.keys():
        found = (difference(expected[key], said[key], f"{place}.{key}") for key in expected)
        return next(filter(None, found), "")
    if isinstance(expected, list) and isinstance(said, list) and len(expected) == len(said):
        pairs = enumerate(zip(expected, said, strict=True))
        return next(filter(None, (difference(*pair, f"{place}[{index}]") for index, pair in pairs)), "")
    return (
        ""
        if expected == said and type(expected) is type(said)
        else f"{place or 'the whole'}: {expected!r:.200} / {said!r:.200}"
    )


def _plain_field(key: str, value: Any, is_write: bool) -> Any:
    if key in LINKS or (is_write and MADE_UP.match(key)):
        return value is None
    return plain(value, is_write)


def _parsed(server: Server, answer: httpx.Response) -> Any:
    if not answer.is_success:
        time.sleep(0.5)  # what went wrong is written down after the answer
        asked = f"{answer.request.method} {answer.request.url}"
        said = f"{answer.text[:500]}\n{server.log.read_text()[-3000:]}"
        raise NotTheSame(f"{server.contender.name} answers {answer.status_code} to {asked}: {said}")
    return answer.json()
