"""What somebody is told: an answer with its headers, what its cursors hold, and what it left in the logs."""

import base64
import json
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

# What differs between any two requests, and so tells nothing.
MARKS = re.compile(rb'"(timestamp|request_id)":\s*"[^"]*"')
FORM_MARKS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
PASSING_HEADERS = {"X-Request-ID", "Date", "Expires"}


@dataclass
class Look:
    """One request and all that came of it."""

    asked: str
    status: int
    body: bytes
    headers: dict[str, str]
    logs: str = ""

    @property
    def seen(self) -> tuple[int, bytes, dict[str, str]]:
        """What its reader could tell two answers apart by."""
        return self.status, FORM_MARKS.sub(b"", MARKS.sub(rb'"\1":""', self.body)), self.headers

    @property
    def data(self) -> Any:
        return json.loads(self.body) if self.headers.get("Content-Type", "").startswith("application/json") else None

    @property
    def words(self) -> str:
        """Everything that can be read in it."""
        text = f"{self.body.decode()}\n{json.dumps(self.headers)}\n{self.logs}"
        return text + "\n".join(_opened(cursor) for cursor in _cursors(text))

    @property
    def numbers(self) -> set[int]:
        if self.headers.get("Content-Type", "").startswith("text/html"):
            return {int(digits) for digits in re.findall(r"(?<![\w-])\d+(?![\w-])", self.body.decode())}
        return set(_numbers(self.data))

    @property
    def next(self) -> str | None:
        data = self.data
        return data.get("next") if isinstance(data, dict) else None


@dataclass
class Watcher:
    """Somebody at the API or in the admin, and over their shoulder a look at the logs."""

    name: str
    api: Client  # of the API, or of a browser
    logs: list[str] = field(default_factory=list)

    def get(self, url: str, **headers: str) -> Look:
        return self._look("GET", url, self.api.get(url, headers=headers or None))

    def pages(self, url: str) -> Iterator[Look]:
        """This address; where it is of short pages in the usual order, a few of the pages after it, too."""
        look = self.get(url)
        yield look
        for _ in range(3 if "limit=" in url and "ordering=" not in url else 0):
            if look.next:
                look = self.get(look.next)
                yield look

    def ask(self, method: str, url: str, body: Any = None, **headers: str) -> Look:
        """The answer to a write, in a transaction that the caller rolls back."""
        content = "" if body is None else json.dumps(body)
        answer = self.api.generic(method, url, content, content_type="application/json", headers=headers or None)
        return self._look(method, url, answer)

    def try_out(self, method: str, url: str, body: Any = None, **headers: str) -> Look:
        """The answer; what it changed is undone, so that everybody after finds the same household."""
        with transaction.atomic():
            look = self.ask(method, url, body, **headers)
            transaction.set_rollback(True)
        return look

    def _look(self, method: str, url: str, answer: HttpResponse) -> Look:
        body = answer.getvalue() if answer.streaming else answer.content
        headers = {name: value for name, value in answer.items() if name not in PASSING_HEADERS}
        logs, self.logs[:] = "\n".join(self.logs), []
        return Look(f"{method} {url}", answer.status_code, body, headers, logs)


class Ear(logging.Handler):
    """Hears every log line, whole: what a formatter would leave out, too."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.INFO)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record) + str(record.args))


def _numbers(data: Any) -> Iterator[int]:
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        for value in data:
            yield from _numbers(value)
    elif isinstance(data, int) and not isinstance(data, bool):
        yield data


def _cursors(text: str) -> list[str]:
    links = re.findall(r'https?://[^"\s<>\\]+', text)
    return [cursor for link in links for cursor in parse_qs(urlsplit(link).query).get("cursor", [])]


def _opened(cursor: str) -> str:
    """What a signed cursor holds, for whoever takes the trouble; they are signed, not sealed."""
    payload = unquote(cursor).split(":")[0]
    packed = payload.startswith(".")
    raw = base64.urlsafe_b64decode(payload.lstrip(".") + "=" * (-len(payload.lstrip(".")) % 4))
    return (zlib.decompress(raw) if packed else raw).decode()
