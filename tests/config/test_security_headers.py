"""What every answer tells a browser that it must not do."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpResponse
from django.test import Client as Browser

from config.errors import Code
from config.worker import _answer
from tests.admin_pages import signed_in
from tests.cast import Family
from tests.config.test_environment import PRODUCTION, settings_with  # noqa: F401 (a fixture)
from tests.envelope import NOWHERE, code_of
from tests.factories import PASSWORD, UserFactory

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OF_DATA = {"default-src": ["'none'"], "frame-ancestors": ["'none'"]}
OF_PAGES = OF_DATA | {
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
}
OF_DOCS = OF_PAGES | {"script-src": ["'self'"], "connect-src": ["'self'"], "img-src": ["'self'", "data:"]}


def policy_of(answer: Any) -> dict[str, list[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split("; "))
    return {name: values for name, *values in parts}


def is_guarded(answer: Any) -> bool:
    found = {name: answer.get(name) for name in ALWAYS}
    assert found == ALWAYS
    assert re.fullmatch(r"([a-z-]+=\(\), )+[a-z-]+=\(\)", answer["Permissions-Policy"])
    assert answer["Cache-Control"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    return True


@pytest.fixture
def over_https(settings, settings_with):  # noqa: F811
    """A server that is reached by https://hearth.example.org, as its settings have it."""
    for name, value in settings_with(**PRODUCTION).items():
        if name.startswith(("SECURE_", "SESSION_COOKIE", "CSRF_", "ALLOWED_HOSTS")):
            setattr(settings, name, value)
    return Browser(SERVER_NAME="hearth.example.org", headers={"X-Forwarded-Proto": "https"})


# --- Every kind of answer ------------------------------------------------------------------------

DATA = [
    ("GET", "/api/v1/health", 200),
    ("GET", "/api/v1/schema", 200),
    ("GET", "/api/v1/docs?script=", 200),
    ("GET", "/api/v1/items", 200),
    ("HEAD", "/api/v1/items", 200),
    ("OPTIONS", "/api/v1/items", 200),
    ("POST", "/api/v1/lists", 201),
    ("GET", f"/api/v1/items/{NOWHERE}", 404),
    ("DELETE", "/api/v1/items", 405),
    ("GET", "/nowhere", 404),
    ("GET", "/api/v1/items/%ff", 404),
    ("POST", "/admin/login/", 403),
    ("DELETE", "/static/hearth/admin.css", 405),
    ("GET", "/static/hearth/nothing.css", 404),
    ("GET", "/static/hearth/admin.css", 200),
    ("GET", "/static/hearth/icon.svg", 200),
    ("GET", "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), DATA)
def test_what_is_no_page_may_load_nothing_and_be_nowhere_shown(family: Family, method, path, status):
    api = family.mia.api()
    api.handler.enforce_csrf_checks = True
    answer = api.generic(method, path, b'{"name": "x"}' if status == 201 else b"", content_type="application/json")
    assert answer.status_code == status
    assert is_guarded(answer)
    assert policy_of(answer) == OF_DATA
    answer.close()


@pytest.mark.parametrize("path", ["/", "/admin", "/admin/"])
def test_a_redirect_is_guarded_too(db, path):
    answer = Browser().get(path)
    assert (answer.status_code, is_guarded(answer)) == (302, True)
    assert "script-src" not in policy_of(answer)


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/", "/admin/households/person/", "/admin/gifts/gift/add/"])
def test_a_page_of_the_admin_may_show_what_is_ours_and_run_nothing(family: Family, path):
    answer = signed_in(family.mia.user).get(path, follow=True)
    assert (answer.status_code, is_guarded(answer)) == (200, True)
    assert policy_of(answer) == OF_PAGES


def test_a_page_that_refuses_is_a_page_like_others(db):
    browser = signed_in(UserFactory(is_staff=True), headers={"Accept": "text/html"})
    for path, status in {"/admin/accounts/user/": 403, "/admin/nowhere/": 404}.items():
        answer = browser.get(path)
        assert (answer.status_code, is_guarded(answer), policy_of(answer)) == (status, True, OF_PAGES)


def test_the_docs_alone_run_scripts_and_only_ours(db):
    answer = Browser().get("/api/v1/docs")
    assert (is_guarded(answer), policy_of(answer)) == (True, OF_DOCS)
    assert policy_of(Browser().get("/api/v1/docs", headers={"Accept": "application/json"})) == OF_DATA


@pytest.mark.parametrize("host", ["elsewhere.example.org", "[::1", ""])
def test_a_foreign_host_is_refused_under_guard(db, host):
    answer = Browser().get("/api/v1/health", headers={"Host": host})
    assert (code_of(answer)[0], is_guarded(answer), policy_of(answer)) == (400, True, OF_DATA)


def test_a_defect_is_answered_under_guard(db, monkeypatch):
    def fail(*args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("config.api.health.HealthView.get", fail)
    monkeypatch.setattr("django.contrib.admin.sites.AdminSite.has_permission", fail)
    browser = Browser(raise_request_exception=False, headers={"Accept": "text/html,*/*;q=0.1"})
    for path, policy in {"/api/v1/health": OF_DATA, "/admin/": OF_PAGES}.items():
        answer = browser.get(path, headers={"Accept": "*/*"} if "api" in path else None)
        assert (answer.status_code, is_guarded(answer), policy_of(answer)) == (500, True, policy)


def test_what_never_becomes_a_request_is_refused_under_guard():
    head = _answer(Code.VALIDATION_MALFORMED, "an-id").partition(b"\r\n\r\n")[0].decode()
    answer = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    assert (is_guarded(answer), policy_of(answer)) == (True, OF_DATA)


def test_no_template_has_an_inline_script_or_style():
    for template in Path("templates").rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"<style|<script(?! src=)|\sstyle=|\son\w+=|javascript:", text), template


# --- Who may keep an answer ----------------------------------------------------------------------


def test_what_comes_of_signing_in_is_kept_by_nobody(family: Family):
    mia = family.mia
    answers = [
        Browser().post("/api/v1/auth/login", {"login": mia.user.login}, content_type="application/json"),
        mia.api().post("/api/v1/auth/login", {"login": mia.user.login, "password": PASSWORD, "device_name": "a phone"}),
        mia.api().get("/api/v1/auth/sessions"),
        mia.api().post("/api/v1/activity/ticket"),
        mia.api().post(f"/api/v1/households/{family.household.pk}/members/{family.leo.membership.pk}/activation-code"),
    ]
    assert [answer.status_code for answer in answers] == [400, 200, 200, 201, 201]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_what_is_read_is_for_one_reader_who_asks_each_time(family: Family):
    leo = family.leo.api()
    gift_list = family.leo.list()
    for path in ("items", "lists", f"lists/{gift_list.pk}", f"lists/{NOWHERE}", "users/me", "health", "schema", "docs"):
        assert leo.get(f"/api/v1/{path}")["Cache-Control"] == "private, no-cache", path
    first = leo.get(f"/api/v1/lists/{gift_list.pk}")
    again = leo.get(f"/api/v1/lists/{gift_list.pk}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")
    assert leo.get("/api/v1/users/me/export")["Cache-Control"] == "no-store"


def test_a_browser_keeps_no_page_of_the_admin(family: Family):
    for path in ("/admin/", "/admin/login/"):
        assert "no-store" in signed_in(family.mia.user).get(path)["Cache-Control"]


# --- Over https ----------------------------------------------------------------------------------


def test_over_https_a_browser_never_comes_by_http_again(db, over_https):
    answer = over_https.get("/api/v1/health")
    assert answer["Strict-Transport-Security"] == "max-age=31536000"
    turned = over_https.get("/admin/login/", headers={"X-Forwarded-Proto": "http"})
    assert (turned.status_code, turned.url) == (301, "https://hearth.example.org/admin/login/")
    assert is_guarded(turned)
    assert over_https.get("/admin", headers={"X-Forwarded-Proto": "http"}).url == "https://hearth.example.org/admin"


def test_an_app_that_forgets_https_is_told_so_and_not_sent_on(db, over_https):
    by_http = {"X-Forwarded-Proto": "http"}
    for method, path in [("get", "items"), ("post", "auth/login"), ("get", "schema"), ("get", "no/such/place")]:
        answer = getattr(over_https, method)(f"/api/v1/{path}", headers=by_http)
        assert code_of(answer) == (403, "AUTH_HTTPS_REQUIRED")
        assert is_guarded(answer)
    assert over_https.get("/api/v1/health", headers=by_http).status_code == 200
    assert over_https.get("/api/v1/items").status_code == 401


def test_nobody_is_sent_to_a_host_that_they_named(db, over_https):
    answer = over_https.get("/admin", headers={"X-Forwarded-Proto": "http", "Host": "evil.example.org"})
    assert (code_of(answer)[0], is_guarded(answer)) == (400, True)


def test_cookies_are_for_this_host_alone_and_for_no_script(family: Family, over_https):
    page = over_https.get("/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]
    entered = over_https.post(
        "/admin/login/",
        {"username": family.mia.user.login, "password": PASSWORD, "csrfmiddlewaretoken": token},
        headers={"Origin": "https://hearth.example.org"},
    )
    assert entered.status_code == 302
    assert entered.cookies.keys() == {"__Host-sessionid", "__Host-csrftoken"}
    for cookie in entered.cookies.values():
        assert cookie["secure"], cookie.key
        assert cookie["httponly"], cookie.key
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")


def test_at_home_cookies_are_for_no_script_either(family: Family):
    browser = Browser()
    browser.get("/admin/login/")
    browser.post("/admin/login/", {"username": family.mia.user.login, "password": PASSWORD})
    assert browser.cookies.keys() == {"sessionid", "csrftoken"}
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in browser.cookies.values())


def test_the_api_sets_no_cookie(family: Family):
    answer = family.mia.api().post(
        "/api/v1/auth/login", {"login": family.mia.user.login, "password": PASSWORD, "device_name": "a phone"}
    )
    assert (answer.status_code, dict(answer.cookies)) == (200, {})


def test_what_django_checks_of_a_server_on_the_internet_is_in_order(over_https, settings):
    settings.DEBUG = False
    call_command("check", deploy=True, fail_level="WARNING")


def test_those_checks_find_a_cookie_that_goes_by_http(over_https, settings):
    settings.SESSION_COOKIE_SECURE = False
    with pytest.raises(SystemCheckError, match=r"security\.W012"):
        call_command("check", deploy=True, fail_level="WARNING")


# --- Pages elsewhere -----------------------------------------------------------------------------

APP = "https://app.example.org"
PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
def allowed(settings):
    settings.CORS_ALLOWED_ORIGINS = [APP]


def cors_of(answer: HttpResponse) -> dict[str, str]:
    return {name: value for name, value in answer.items() if name.startswith("Access-Control-")}


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example.org",
        "http://app.example.org",
        "https://app.example.org:8443",
        "https://app.example.org.evil.example.org",
        "https://app.example.org@evil.example.org",
        "https://APP.example.org.",
        "*",
        "",
        "https://[::1",
        "file://",
    ],
)
def test_a_page_from_elsewhere_reads_nothing(family: Family, allowed, origin):
    api = family.mia.api()
    for answer in (
        api.options("/api/v1/items", headers=PREFLIGHT | {"Origin": origin}),
        api.get("/api/v1/items", headers={"Origin": origin}),
        api.get("/api/v1/nowhere", headers={"Origin": origin}),
    ):
        assert cors_of(answer) == {}
        assert "origin" in answer["Vary"].lower()


def test_the_app_reads_what_it_needs_and_never_with_cookies(family: Family, allowed):
    api = family.mia.api()
    asked = api.options("/api/v1/items", headers=PREFLIGHT | {"Origin": APP})
    read = api.get("/api/v1/items", headers={"Origin": APP})
    refused = api.get(f"/api/v1/items/{NOWHERE}", headers={"Origin": APP})
    for answer in (asked, read, refused):
        assert answer["Access-Control-Allow-Origin"] == APP
        assert "Access-Control-Allow-Credentials" not in answer
    exposed = set(read["Access-Control-Expose-Headers"].split(", "))
    assert exposed == {"X-Request-ID", "ETag", "Idempotent-Replayed", "Retry-After"}


@pytest.mark.parametrize("path", ["/admin/login/", "/static/hearth/admin.css", "/nowhere"])
def test_outside_the_api_nobody_reads_from_elsewhere(db, allowed, path):
    answer = Browser().get(path, headers={"Origin": APP})
    assert cors_of(answer) == {}
    answer.close()


# --- Where a page leads --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.org/",
        "//evil.example.org/",
        "/\\evil.example.org",
        "http:///evil.example.org",
        "https:evil.example.org",
        "javascript:alert(1)",
        "\x00https://evil.example.org",
        " //evil.example.org",
    ],
)
def test_signing_in_leads_nowhere_else(family: Family, target):
    who = {"username": family.mia.user.login, "password": PASSWORD}
    for answer in (
        Browser().post("/admin/login/", who | {"next": target}),
        Browser().post("/admin/login/", who, query_params={"next": target}),
        signed_in(family.mia.user).get("/admin/login/", {"next": target}),
        signed_in(family.mia.user).post("/admin/logout/", {"next": target}),
    ):
        assert answer.status_code in {200, 302}
        assert "evil" not in answer.get("Location", "")
        assert "javascript" not in answer.get("Location", "")


@pytest.mark.parametrize("path", ["/static/", "/static/hearth/", "/static/..", "/static", "/static/hearth"])
def test_no_folder_is_listed(db, path):
    assert code_of(Browser().get(path)) == (404, "RESOURCE_NOT_FOUND")


def test_a_card_with_a_code_is_kept_by_no_browser(family: Family):
    page = f"/admin/households/membership/{family.leo.membership.pk}/code/"
    card = signed_in(family.mia.user).post(page, follow=True)
    assert 'class="code"' in card.content.decode()
    assert "no-store" in card["Cache-Control"]
