"""Whatever goes wrong, wherever: the answer is the envelope."""

from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import UnreadablePostError
from django.test import Client as Browser
from rest_framework import exceptions
from rest_framework.response import Response

from config.api import health
from config.errors import Code, Refusal
from tests.admin_pages import signed_in
from tests.cast import Family
from tests.envelope import NOWHERE, code_of
from tests.factories import UserFactory


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/items",
        "/api/v1/items/",
        "/api/v1/items/not-an-id",
        "/api/v1/items/00000000-0000-7000-8000-00000000000Z",
        "/api/v1/items/%00",
        "/api/v1/items/%ff%fe",
        "/api/v1/items/%zz",
        "/api/v1/items/%0d%0aX-Evil:%201",
        "/admin/nowhere/",
        "/static/../manage.py",
        "/static/nothing.js",
        "//api/v1/items",
        "/" + "x" * 8000,
    ],
)
def test_an_unknown_address_is_not_found(db, path, as_user):
    staff = signed_in(UserFactory(is_staff=True, is_superuser=True), raise_request_exception=False)
    assert code_of(staff.generic("GET", path)) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("path", ["/api/v1/items/", "/api/v1/lists/", "/api/v1/households/"])
def test_an_id_that_never_was_is_not_found(family: Family, path):
    assert code_of(family.mia.api().get(path + NOWHERE)) == (404, "RESOURCE_NOT_FOUND")


def test_a_form_without_its_csrf_token_is_refused(db):
    browser = Browser(enforce_csrf_checks=True)
    answer = browser.post("/admin/login/", {"username": "mia", "password": "secret"})
    assert code_of(answer) == (403, "AUTH_CSRF_FAILED")


def test_a_form_that_is_too_large_is_refused(db):
    browser = Browser(enforce_csrf_checks=True)
    browser.get("/admin/login/")
    answer = browser.post("/admin/login/", {"username": "x" * 3_000_000, "password": "secret"})
    assert code_of(answer) == (413, "VALIDATION_TOO_LARGE")


def test_the_admin_refuses_what_staff_may_not(db):
    browser = signed_in(UserFactory(is_staff=True))
    assert code_of(browser.get("/admin/accounts/user/")) == (403, "RESOURCE_FORBIDDEN")


def test_whoever_sits_at_a_browser_reads_a_page_of_it(db):
    browser = signed_in(UserFactory(is_staff=True), headers={"Accept": "text/html,*/*"})
    answer = browser.get("/admin/accounts/user/", headers={"X-Request-ID": "a-request-of-mine"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/html; charset=utf-8")
    for words in ("You may see this, but not do that.", "a-request-of-mine"):
        assert words in answer.content.decode()
    assert code_of(browser.get("/api/v1/nowhere"))[0] == 404


@pytest.fixture
def raising(monkeypatch):
    """Makes a view inside the API and one outside it raise this; returns their addresses."""

    def prepare(error: Exception) -> tuple[str, str]:
        def fail(*args: Any) -> None:
            raise error

        monkeypatch.setattr(health.HealthView, "get", fail)
        monkeypatch.setattr("django.contrib.admin.sites.AdminSite.has_permission", fail)
        return "/api/v1/health", "/admin/"

    return prepare


@pytest.mark.parametrize("error", [ZeroDivisionError("secret"), KeyError("secret"), RecursionError(), MemoryError()])
def test_a_defect_is_a_500_that_tells_nothing(db, door, raising, error):
    for path in raising(error):
        answer = door.get(path)
        assert code_of(answer) == (500, "SERVER_ERROR")
        assert b"secret" not in answer.content


def test_an_answer_that_cannot_be_written_is_a_500(db, door, monkeypatch):
    monkeypatch.setattr(health.HealthView, "get", lambda *args: Response({"status": object()}))
    assert code_of(door.get("/api/v1/health")) == (500, "SERVER_ERROR")


@pytest.mark.parametrize("error", [OperationalError("secret"), InterfaceError("secret")])
def test_without_its_database_the_server_is_unavailable_for_a_while(db, door, raising, error):
    for path in raising(error):
        answer = door.get(path)
        assert code_of(answer) == (503, "SERVER_UNAVAILABLE")
        assert answer["Retry-After"] == "5"
        assert b"secret" not in answer.content


def test_a_database_that_is_away_is_told_also_while_signing_in(family: Family, door, monkeypatch):
    def away(*args: Any) -> None:
        raise OperationalError

    mia = family.mia.api()
    monkeypatch.setattr("households.authentication._rows_of_session", away)
    assert code_of(mia.get("/api/v1/items")) == (503, "SERVER_UNAVAILABLE")


def test_a_refusal_is_the_same_inside_and_outside_the_api(db, door, raising):
    for path in raising(Refusal(Code.CONFLICT_LAST_OWNER, details={"owners": 1})):
        answer = door.get(path)
        assert code_of(answer) == (409, "CONFLICT_LAST_OWNER")
        assert answer.json()["error"]["details"] == {"owners": 1}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (exceptions.Throttled(wait=9.2), (429, "RATE_LIMITED")),
        (exceptions.NotFound("a secret"), (404, "RESOURCE_NOT_FOUND")),
        (exceptions.PermissionDenied("a secret"), (403, "RESOURCE_FORBIDDEN")),
        (exceptions.ValidationError("a word"), (400, "VALIDATION_FAILED")),
        (RequestDataTooBig(), (413, "VALIDATION_TOO_LARGE")),
        (UnreadablePostError(), (400, "VALIDATION_MALFORMED")),
    ],
)
def test_every_exception_of_the_framework_has_its_code(db, door, raising, error, expected):
    inside, _ = raising(error)
    answer = door.get(inside)
    assert code_of(answer) == expected
    assert answer.get("Retry-After") == ("10" if expected[0] == 429 else None)
    assert b"secret" not in answer.content


def test_every_code_is_in_its_family_and_has_words():
    families = {"AUTH", "VALIDATION", "RESOURCE", "CONFLICT", "RATE", "SERVER"}
    for code in Code:
        assert code.name.partition("_")[0] in families
        assert 400 <= code.status < 600
        assert code.message.endswith(".")
    assert len({code.message for code in Code}) == len(Code)
