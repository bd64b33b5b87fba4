"""What a hostile client says to the real server, byte by byte."""

import gzip
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.envelope import NOWHERE
from tests.hostile.hasty import HastyWorker
from tests.hostile.wire import connect, get, heard, post, say
from tests.server import Server, running_server

pytestmark = pytest.mark.server
GOOD = b'{"login": "a", "password": "b", "device_name": "c"}'


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("hearth"), WEB_THREADS="4") as server:
        yield server


BODIES = {
    "10 MB": (post(b'{"login": "' + b"a" * 10_000_000 + b'"}'), (413, "VALIDATION_TOO_LARGE")),
    "a length that is too short": (post(GOOD, length=5), (400, "VALIDATION_MALFORMED")),
    "a length of nothing": (post(GOOD, length=0), (400, "VALIDATION_FAILED")),
    "a negative length": (post(GOOD, length=-1), (400, "VALIDATION_MALFORMED")),
    "a length with a sign": (post(GOOD, length=f"+{len(GOOD)}"), (400, "VALIDATION_MALFORMED")),
    "a length that is no number": (post(GOOD, length="0x20"), (400, "VALIDATION_MALFORMED")),
    "a length beyond all numbers": (post(GOOD, length="9" * 400), (413, "VALIDATION_TOO_LARGE")),
    "two lengths": (post(GOOD, "Content-Length: 3"), (400, "VALIDATION_MALFORMED")),
    "gzip": (post(gzip.compress(GOOD), "Content-Encoding: gzip"), (400, "VALIDATION_MALFORMED")),
    "a length beside chunks": (
        post(b"0\r\n\r\n", "Content-Length: 5", "Transfer-Encoding: chunked"),
        (400, "VALIDATION_MALFORMED"),
    ),
    "chunks of chunks": (post(b"0\r\n\r\n", "Transfer-Encoding: chunked, chunked"), (400, "VALIDATION_MALFORMED")),
    "chunked by another name": (post(b"0\r\n\r\n", "Transfer-Encoding: xchunked"), (400, "VALIDATION_MALFORMED")),
    "64 KB of one header": (post(GOOD, "X-Much: " + "a" * 65_536), (413, "VALIDATION_TOO_LARGE")),
    "64 KB of headers": (post(GOOD, *[f"X-{n}: " + "a" * 1000 for n in range(65)]), (413, "VALIDATION_TOO_LARGE")),
    "a folded header": (post(GOOD, "X-Folded: a\r\n b"), (400, "VALIDATION_MALFORMED")),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_what_it_says_is_refused(server, name):
    raw, expected = BODIES[name]
    answer = say(server, raw)
    assert (answer.status, answer.code) == expected


def test_chunks_are_read_or_refused_and_never_taken_for_a_request(server):
    hidden = b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for chunks in (
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD),
        b"5;ext=1\r\nhello\r\n0\r\n\r\n",
        b"zz\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"0\r\n\r\n" + hidden,
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden),
    ):
        answer = say(server, post(chunks, "Transfer-Encoding: chunked"))
        assert answer is None or answer.code.startswith("VALIDATION"), chunks


QUERIES = [
    "/api/v1/items?" + "&".join(f"a{n}=1" for n in range(1500)),
    "/api/v1/health?" + "&".join(f"{n}" for n in range(1500)),
    "/api/v1/items?" + "a" * 9000,
]


@pytest.mark.parametrize("target", QUERIES)
def test_thousands_of_parameters_are_too_much_or_of_no_use(server, target):
    answer = say(server, get(target))
    assert answer.status in {200, 400, 401, 413}
    assert answer.status == 200 or answer.code


PATHS = [
    "//api/v1/health",
    "/api//v1/health",
    "/api/v1/./health",
    "/api/v1/x/../health",
    "/api/v1/%2e%2e/v1/health",
    "/static/..%2f..%2fmanage.py",
    "/static/%2e%2e/%2e%2e/manage.py",
    "/static/%252e%252e/manage.py",
    "/static/....//manage.py",
    "/static//etc/passwd",
    "/static/hearth/admin.css%00.js",
    "/static/hearth\\..\\..\\manage.py",
    "/api/v1/health%00",
    "/api/v1/health;a=b",
    "/api/v1/health%0d%0aX-Evil:%201",
    "/api/v1/health/",
    "/API/v1/health",
    "/api/v1/items/%ff%fe",
    "/api/v1/items/%c0%ae%c0%ae",
    f"/api/v1/items/{NOWHERE}/",
    f"/api/v1/items/%7B{NOWHERE}%7D",
    "/.env",
    "/.git/config",
    "/data/hearth.sqlite3",
    "/manage.py",
    "/api/v1/items/..%00/",
    "/%",
    "/%%%",
    "http://127.0.0.1/manage.py",
]


@pytest.mark.parametrize("target", PATHS)
def test_no_trick_of_a_path_leads_anywhere(server, target):
    answer = say(server, get(target, "Connection: close"))
    assert (answer.status, answer.code) in {(404, "RESOURCE_NOT_FOUND"), (401, "AUTH_REQUIRED")}
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DEBUG", "GETGET", "get"])
def test_a_strange_method_is_refused_and_nothing_is_echoed(server, method):
    answer = say(
        server, get("/api/v1/health", "X-Word: canary", "Connection: close").replace(b"GET", method.encode(), 1)
    )
    assert answer.status in {400, 405}
    assert answer.code
    assert b"canary" not in answer.body


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1:80@evil.example.org", "127.0.0.1, evil", "", "a\tb"])
def test_a_host_that_is_not_ours_is_refused(server, host):
    raw = f"GET /admin HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    answer = say(server, raw)
    assert (answer.status, answer.code) == (400, "VALIDATION_MALFORMED")
    two = f"GET /admin HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: {host or 'x'}\r\nConnection: close\r\n\r\n".encode()
    assert say(server, two).status == 400


def test_a_forwarded_host_leads_nobody_elsewhere(server):
    for header in (
        "X-Forwarded-Host: evil.example.org",
        "Forwarded: host=evil.example.org",
        "X-Original-URL: /nowhere",
    ):
        answer = say(server, get("/admin", header, "Connection: close"))
        assert (answer.status, answer.headers["location"]) == (302, "/admin/")


def test_the_server_names_no_version(server):
    for raw in (get("/api/v1/health"), get("/static/hearth/icon.svg"), get("/nowhere")):
        headers = say(server, raw).headers
        assert headers["server"] == "gunicorn"
        assert "x-powered-by" not in headers


def test_whoever_sends_too_slowly_is_hung_up_on_and_keeps_nobody_out(tmp_path):
    """As many as there are threads: heads that never end, and bodies that trickle."""
    hasty = "--worker-class tests.hostile.hasty.HastyWorker"
    with running_server(tmp_path, WEB_THREADS="4", GUNICORN_CMD_ARGS=hasty) as server, ExitStack() as opened:
        wires = [opened.enter_context(closing(connect(server))) for _ in range(4)]
        for wire, said in zip(
            wires, [b"GET /api/v1/health HTTP/1.1\r\nX: ", post(GOOD[:9], length=51)] * 2, strict=True
        ):
            wire.sendall(said)
        assert server.status("/api/v1/health") == 200
        answers = [heard(wire) for wire in wires]
        assert answers[0] is answers[2] is None
        assert {(answer.status, answer.code) for answer in answers[1::2]} == {(400, "VALIDATION_MALFORMED")}
        assert server.log.read_text().count("request too slow") >= 4
        assert "Traceback" not in server.log.read_text()


def test_whoever_was_heard_out_is_not_hung_up_on_while_they_wait(tmp_path):
    """A connection that stays open between requests, and one that listens for longer than a request may take."""
    hasty = "--worker-class tests.hostile.hasty.HastyWorker"
    with running_server(tmp_path, GUNICORN_CMD_ARGS=hasty) as server, closing(connect(server)) as wire:
        for _ in range(3):
            wire.sendall(get("/api/v1/health"))
            assert heard(wire).status == 200
            time.sleep(HastyWorker.rest_s)
        assert "too slow" not in server.log.read_text()
