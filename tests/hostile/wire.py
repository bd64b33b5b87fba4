"""A client that says exactly these bytes."""

import json
import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPResponse, RemoteDisconnected
from typing import Any

from tests.server import Server

LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@dataclass
class Heard:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        error = json.loads(self.body)["error"]
        assert error.keys() == {"code", "message", "details", "timestamp", "request_id"}
        assert error["request_id"] == self.headers["x-request-id"]
        return error["code"]


def connect(server: Server, timeout: float = 40) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=timeout)


def heard(wire: socket.socket) -> Heard | None:
    """The first answer on this wire; None if it was hung up without a word."""
    answer = HTTPResponse(wire)
    try:
        answer.begin()
    except RemoteDisconnected:
        return None
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Heard(answer.status, headers, answer.read())


def say(server: Server, raw: bytes) -> Heard | None:
    with closing(connect(server)) as wire:
        with suppress(OSError):  # it did not want to hear the rest; what it said of it may still be there
            wire.sendall(raw)
        return heard(wire)


def post(body: bytes, *headers: str, length: Any = None) -> bytes:
    kinds = {line.partition(":")[0].lower() for line in headers}
    more = [] if "content-type" in kinds else ["Content-Type: application/json"]
    more += [] if "transfer-encoding" in kinds else [f"Content-Length: {len(body) if length is None else length}"]
    return LOGIN + "\r\n".join([*headers, *more, "", ""]).encode("latin-1") + body


def get(target: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode("latin-1")
