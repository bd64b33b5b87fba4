"""What never becomes a request: the server refuses it before the application hears of it."""

import json
import logging
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from gunicorn.http.errors import InvalidHTTPVersion, InvalidResponseHeader

from config.worker import Worker
from tests.server import Server, running_server

HOST = b"Host: 127.0.0.1\r\nConnection: close\r\n"
MALFORMED, TOO_LARGE = (400, "VALIDATION_MALFORMED"), (413, "VALIDATION_TOO_LARGE")


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    with running_server(tmp_path) as server:
        yield server


def say(server: Server, raw: bytes) -> tuple[dict[str, str], bytes, int]:
    """Headers, body and status of what it answers to these bytes."""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10) as wire:
        wire.sendall(raw)
        with wire.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return dict(line.split(": ", 1) for line in lines), body, int(first.split()[1])


@pytest.mark.server
def test_what_is_no_http_is_refused_in_the_envelope_and_not_written_down(server):
    refused = {
        b"GET /api/v1/items?ticket=hunter2 HTTP/9.9\r\n" + HOST: MALFORMED,
        b"GET /api/v1/items?ticket=hunter2\xff HTTP/1.1\r\n" + HOST: MALFORMED,
        b"hunter2 hunter2\r\n" + HOST: MALFORMED,
        b"get /?ticket=hunter2 HTTP/1.1\r\n" + HOST: MALFORMED,
        b"GET / HTTP/1.1\r\nAuthorization: Bearer hunter2\x00\r\n" + HOST: MALFORMED,
        b"GET / HTTP/1.1\r\nhunter2 : hunter2\r\n" + HOST: MALFORMED,
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n" + HOST: MALFORMED,
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" + HOST: MALFORMED,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: hunter2\r\n" + HOST: MALFORMED,
        b"GET /" + b"hunter2" * 1200 + b" HTTP/1.1\r\n" + HOST: TOO_LARGE,
        b"GET / HTTP/1.1\r\nX: " + b"hunter2" * 1200 + b"\r\n" + HOST: TOO_LARGE,
        b"GET / HTTP/1.1\r\n" + b"X: hunter2\r\n" * 100 + HOST: TOO_LARGE,
    }
    for raw, expected in refused.items():
        headers, body, status = say(server, raw + b"\r\n")
        error = json.loads(body)["error"]
        assert (status, error["code"]) == expected, raw
        assert error.keys() == {"code", "message", "details", "timestamp", "request_id"}
        assert headers["Content-Type"] == "application/json"
        assert headers["X-Request-ID"] == error["request_id"]
        assert error["request_id"] in server.log.read_text()
    assert server.stop() == 0
    assert "hunter2" not in server.log.read_text()


@pytest.mark.server
def test_strange_but_sound_requests_reach_the_application(server):
    for raw in (
        b"GET http://elsewhere.example.org/api/v1/health HTTP/1.1\r\n" + HOST,
        b"GET /api/v1/health HTTP/1.0\r\nHost: 127.0.0.1\r\n",
        b"GET /api/v1/health?%ff=\\ HTTP/1.1\r\nX_Forwarded_For: 1.2.3.4\r\n" + HOST,
    ):
        _, body, status = say(server, raw + b"\r\n")
        assert (status, json.loads(body)) == (200, {"status": "ok"}), raw


@pytest.mark.server
def test_a_body_that_breaks_off_is_malformed(server):
    raw = (
        b"POST /api/v1/auth/login HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n" + HOST + b"\r\n{"
    )
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10) as wire:
        wire.sendall(raw)
        wire.shutdown(socket.SHUT_WR)
        answer = wire.makefile("rb").read()
    assert b'"VALIDATION_MALFORMED"' in answer
    assert "Traceback" not in server.log.read_text()


def refuse(error: Exception, wire: socket.socket, log: logging.Logger) -> None:
    Worker.handle_error(SimpleNamespace(log=log), None, wire, None, error)


def test_a_failure_outside_the_application_is_a_500_with_its_traceback(caplog):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        refuse(InvalidResponseHeader("X"), ours, logging.getLogger("gunicorn.error"))
        assert b'"SERVER_ERROR"' in theirs.recv(4096)
    (line,) = caplog.records
    assert (line.levelname, line.exc_info[0]) == ("ERROR", InvalidResponseHeader)


def test_whoever_has_hung_up_is_told_nothing():
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        refuse(InvalidHTTPVersion((9, 9)), ours, logging.getLogger("gunicorn.error"))
