"""One id for each request: on its answer, and on every log line that it causes."""

import io
import json
import logging
from uuid import UUID, uuid4

import pytest
import structlog
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from config.api import health
from config.logs import console_renderer, json_renderer, shared_processors
from tests.admin_pages import signed_in
from tests.cast import Family
from tests.factories import PASSWORD, UserFactory
from tests.server import running_server

KEPT = "0123-abcDEF-my-app"


class Lines:
    """What the process writes to its log, as it would stand there."""

    def __init__(self, renderer) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=shared_processors,
                processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            )
        )

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def entries(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]


def listening(renderer):
    lines = Lines(renderer)
    root = logging.getLogger()
    root.addHandler(lines.handler)
    yield lines
    root.removeHandler(lines.handler)


@pytest.fixture
def log():
    """The log of a server in production: a JSON object on each line."""
    yield from listening(json_renderer)


@pytest.fixture
def console():
    """The log of a server at home, for people."""
    yield from listening(console_renderer)


@pytest.mark.parametrize("kept", ["12345678", KEPT, "a" * 64, "01a1fc30-da04-71c6-b470-a21d149eafec"])
def test_a_valid_id_comes_back(db, api, kept):
    answer = api.get("/api/v1/health", headers={"X-Request-ID": kept})
    assert answer["X-Request-ID"] == kept


@pytest.mark.parametrize(
    "sent",
    [None, "", "1234567", "a" * 65, "with space", "semi;colon", "new\nline1", "drop'table", "ümlaut-ä", "12345678\n"],
)
def test_any_other_id_is_replaced(db, api, sent):
    headers = {} if sent is None else {"X-Request-ID": sent}
    made = api.get("/api/v1/health", headers=headers)["X-Request-ID"]
    assert UUID(made).version == 7
    assert made != sent


@pytest.mark.parametrize(
    "path",
    ["/", "/nowhere", "/api/v1/items", "/api/v1/docs", "/admin/login/", "/static/rest_framework/css/default.css"],
)
def test_every_answer_has_it(db, api, path):
    answer = api.get(path, headers={"X-Request-ID": KEPT})
    answer.close()
    assert answer["X-Request-ID"] == KEPT


def test_each_request_has_its_own(db, api):
    assert len({api.get("/api/v1/health")["X-Request-ID"] for _ in range(5)}) == 5


def test_one_line_for_each_answer(family: Family, log):
    family.mia.api().get("/api/v1/items?status=ordered", headers={"X-Request-ID": KEPT})
    (line,) = log.entries
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "ip": "127.0.0.1",
        "level": "info",
        "logger": "hearth.request",
        "method": "GET",
        "path": "/api/v1/items",
        "request_id": KEPT,
        "status": 200,
        "user": str(family.mia.user.pk),
    }


def test_a_refusal_says_which_and_to_whom(family: Family, api, log):
    family.mia.api().get("/api/v1/items?status=nonsense")
    family.leo.api().get(f"/api/v1/items/{uuid4()}")
    api.get("/api/v1/items", REMOTE_ADDR="192.0.2.9")
    Browser().get("/nowhere")
    mia, leo, nobody = str(family.mia.user.pk), str(family.leo.user.pk), None
    found = [(line.get("user"), line["status"], line["code"], line["ip"]) for line in log.entries]
    assert found == [
        (mia, 400, "VALIDATION_FAILED", "127.0.0.1"),
        (leo, 404, "RESOURCE_NOT_FOUND", "127.0.0.1"),
        (nobody, 401, "AUTH_REQUIRED", "192.0.2.9"),
        (nobody, 404, "RESOURCE_NOT_FOUND", "127.0.0.1"),
    ]


def test_a_token_too_many_is_logged_as_what_was_answered(db, api, log, settings, empty_cache):
    settings.API_ANONYMOUS_LIMIT_PER_MINUTE = 1
    for _ in range(3):  # a new minute may begin meanwhile
        api.get("/api/v1/items", REMOTE_ADDR="192.0.2.9")
    assert {(line["status"], line["code"]) for line in log.entries} == {(401, "AUTH_REQUIRED"), (429, "RATE_LIMITED")}


def test_the_admin_says_who_it_was(family: Family, log):
    signed_in(family.mia.user).get("/admin/")
    assert log.entries[-1]["user"] == str(family.mia.user.pk)


def test_every_line_of_a_request_has_its_id(db, api, log, caplog, monkeypatch):
    def view(*args) -> None:
        logging.getLogger("some.library").warning("from the %s", "standard library")
        structlog.get_logger("some.room").warning("from structlog")
        list(Group.objects.raw("SELECT * FROM no_such_table"))

    monkeypatch.setattr(health.HealthView, "get", view)
    caplog.set_level(logging.DEBUG, logger="django.db.backends")
    api.raise_request_exception = False
    with CaptureQueriesContext(connection):
        api.get("/api/v1/health", headers={"X-Request-ID": KEPT})
    loggers = {line["logger"] for line in log.entries}
    assert loggers > {"some.library", "some.room", "django.db.backends", "hearth.request"}
    assert "error" in {line["level"] for line in log.entries}
    assert {line.get("request_id") for line in log.entries} == {KEPT}


def test_after_the_request_the_id_is_gone(db, api, log):
    api.get("/api/v1/health", headers={"X-Request-ID": KEPT})
    structlog.get_logger("later").warning("on its own")
    assert "request_id" not in log.entries[-1]


def test_a_defect_is_logged_with_its_traceback_and_without_values(db, api, log, monkeypatch):
    def view(*args) -> None:
        local_value = "hunter2"
        raise RuntimeError(len(local_value))

    monkeypatch.setattr(health.HealthView, "get", view)
    api.raise_request_exception = False
    api.get("/api/v1/health?ticket=hunter2")
    defect = next(line for line in log.entries if line["level"] == "error")
    assert "RuntimeError: 7" in defect["exception"]
    assert "hunter2" not in log.text


@pytest.mark.django_db
def test_no_secret_reaches_the_log(family: Family, log):
    mia = family.mia.api()
    token = mia._credentials.get("HTTP_AUTHORIZATION") or mia.defaults["HTTP_AUTHORIZATION"]
    nobody = Browser(raise_request_exception=False)
    mia.get("/api/v1/items?cursor=hunter2&search=hunter2")
    mia.get("/api/v1/nowhere?ticket=hunter2")
    mia.post("/api/v1/people", {"display_name": "", "hunter2": "hunter2"})
    login = {"login": "mia@example.org", "password": "hunter2-hunter2", "device_name": "a phone"}
    nobody.post("/api/v1/auth/login", login, content_type="application/json")
    nobody.post("/api/v1/auth/session/refresh", {"refresh": "hunter2"}, content_type="application/json")
    nobody.get("/api/v1/items?access_token=hunter2", headers={"Authorization": "Bearer hunter2"})
    nobody.get(
        "/api/v1/health?ticket=hunter2", headers={"Host": "elsewhere.example.org", "Cookie": "sessionid=hunter2"}
    )
    nobody.post("/admin/login/?next=hunter2", {"username": "root", "password": "hunter2"})
    assert len(log.entries) >= 8
    assert "hunter2" not in log.text
    assert token.removeprefix("Bearer ") not in log.text


@pytest.mark.parametrize("path", ["/a%0Ab", "/%1b[31m", "/%0d%0a2026-01-01 [info] forged", "/%ff%00", "/ü%E2%80%A8"])
def test_nobody_writes_lines_of_their_own(db, api, log, console, path):
    api.get(path)
    for written in (log.text, console.text):
        assert len(written.splitlines()) == 1
        assert written.rstrip("\n").isprintable() or "\x1b[" in written
    assert "\x1b[31m" not in log.text


@pytest.mark.server
def test_in_production_every_line_is_json_and_none_tells_a_secret(tmp_path):
    secret = "hunter2"
    with running_server(
        tmp_path, HOST="0.0.0.0", SECRET_KEY=secret * 10, HEARTH_PUBLIC_URL="https://hearth.example.org"
    ) as server:
        server.status(f"/api/v1/health?ticket={secret}", Authorization=f"Bearer {secret}")
        server.status(f"/api/v1/items?ticket={secret}", Host="elsewhere.example.org")
        server.status(f"/nowhere?ticket={secret}", Cookie=f"sessionid={secret}", **{"X-Forwarded-Proto": "https"})
        assert server.stop() == 0
    text = server.log.read_text()
    assert all(json.loads(line)["event"] for line in text.splitlines())
    assert [json.loads(line)["path"] for line in text.splitlines() if '"event": "request"' in line][-3:] == [
        "/api/v1/health",
        "/api/v1/items",
        "/nowhere",
    ]
    assert secret not in text


def test_the_log_names_nobody(db, log):
    UserFactory(email="anna@example.org")
    login = {"login": "anna@example.org", "password": PASSWORD, "device_name": "Anna's phone"}
    Browser().post("/api/v1/auth/login", login, content_type="application/json")
    assert log.entries[-1]["status"] == 200
    assert "anna" not in log.text.lower()
