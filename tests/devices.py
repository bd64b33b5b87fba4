"""What a family member's app does, over plain HTTP."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from threading import Barrier
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROWS = ("people", "occasions", "lists", "items", "gifts")
COLLECTIONS = ("users", "households", *ROWS)


@dataclass
class Answer:
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def code(self) -> str:
        return self.json["error"]["code"]

    def done(self) -> Any:
        assert 200 <= self.status < 300, self.body
        return self.json


def ask(method: str, url: str, body: Any = None, token: str = "", **headers: str) -> Answer:
    content = None if body is None else json.dumps(body).encode()
    headers |= {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        return _answer_to(Request(url, content, headers, method=method))
    except HTTPException as error:  # cut off in the middle of a line or of the body
        raise ConnectionError(url) from error


def _answer_to(request: Request) -> Answer:
    try:
        answer = urlopen(request, timeout=30)
    except HTTPError as error:
        answer = error
    with answer:
        return Answer(answer.status, answer.read())


@dataclass
class Device:
    """One member's phone, signed in. `url` is where the server is today."""

    url: str
    login: str
    access: str = ""
    refresh: str = ""
    device_id: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return ask(method, f"{self.url}/api/v1/{path}", body, self.access, **headers)

    def get(self, path: str) -> Any:
        return self.ask("GET", path).done()

    def post(self, path: str, **body: Any) -> Any:
        return self.ask("POST", path, body).done()

    def all(self, path: str) -> list[dict[str, Any]]:
        """The rows of every page."""
        page = self.get(f"{path}{'&' if '?' in path else '?'}limit=100")
        rows = page["results"]
        while page["next"]:
            page = ask("GET", page["next"], token=self.access).done()
            rows += page["results"]
        return rows

    def only(self, path: str, **wanted: Any) -> dict[str, Any]:
        """The one row that has these values."""
        (row,) = (row for row in self.all(path) if wanted.items() <= row.items())
        return row

    def activate(self, code: str, password: str = "") -> None:
        """Both steps, as an app does them the first time that it starts."""
        first = {"login": self.login, "activation_code": code, "device_fingerprint": self.login, "app_version": "1"}
        shown = self.post("auth/activate", **first)
        second = {"activation_token": shown["activation_token"], "device_name": f"{self.login}'s phone"}
        self._keep(self.post("auth/activate/complete", **second, password=password))

    def try_refresh(self, token: str) -> Answer:
        return self.ask("POST", "auth/session/refresh", {"refresh": token, "device_id": self.device_id})

    def go_on(self) -> str:
        """Trade the refresh token for new ones; returns the one that is used up now."""
        used = self.refresh
        self._keep(self.try_refresh(used).done())
        return used

    def looks_around(self, *ids: str) -> dict[str, tuple[int, bytes]]:
        """What the app shows: every collection, the newest rows of each, and what it is answered to these ids."""
        newest = {path: [row["id"] for row in self.all(path)[:3]] for path in ROWS}
        paths = ["users/me", *(f"{path}?limit=100" for path in COLLECTIONS)]
        for path, own in newest.items():
            paths += [f"{path}/{pk}" for pk in {*own, *ids}]
        paths += [f"lists/{pk}/items" for pk in {*newest["lists"], *ids}]
        seen = {path: self.ask("GET", path) for path in sorted(paths)}
        return {path: (answer.status, unmarked(answer.body, self.url)) for path, answer in seen.items()}

    def _keep(self, signed_in: dict[str, Any]) -> None:
        self.access, self.refresh, self.device_id = (signed_in[name] for name in ("access", "refresh", "device_id"))


def unmarked(body: bytes, url: str) -> bytes:
    """The body without what differs in each answer to an error: its time and its request id."""
    answer = json.loads(body)
    if "error" in answer:
        answer["error"] |= {"timestamp": "", "request_id": ""}
        return json.dumps(answer).encode()
    return body.replace(url.encode(), b"")


def at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    """The answers to calls that are all made at the same moment."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer:
        barrier.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def until(happened: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
