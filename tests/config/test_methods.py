"""What may be done at an address, and what answers when something else is tried."""

import pytest
from rest_framework.test import APIClient

from tests.admin_pages import signed_in
from tests.cast import Family
from tests.envelope import NOWHERE, code_of
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/items", "GET, HEAD, OPTIONS"),
        ("TRACE", "/api/v1/items", "GET, HEAD, OPTIONS"),
        ("BREW", "/api/v1/items", "GET, HEAD, OPTIONS"),
        ("PATCH", "/api/v1/lists", "GET, POST, HEAD, OPTIONS"),
        ("POST", f"/api/v1/claims/{NOWHERE}", "PATCH, DELETE, OPTIONS"),
    ],
)
def test_a_wrong_method_is_refused_and_the_right_ones_are_named(family: Family, method, path, allowed):
    answer = family.mia.api().generic(method, path)
    assert code_of(answer) == (405, "RESOURCE_METHOD_NOT_ALLOWED")
    assert answer["Allow"] == allowed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/docs"),
        ("DELETE", "/api/v1/schema"),
        ("GET", "/api/v1/auth/login"),
        ("POST", "/api/v1/health"),
        ("TRACE", "/"),
        ("GET", "/admin/logout/"),
        ("DELETE", "/static/rest_framework/css/default.css"),
    ],
)
def test_a_wrong_method_is_refused_outside_the_resources_too(db, method, path):
    staff = signed_in(UserFactory(is_staff=True, is_superuser=True))
    answer = staff.generic(method, path)
    assert code_of(answer) == (405, "RESOURCE_METHOD_NOT_ALLOWED")
    assert answer["Allow"]


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_overrides_the_method(family: Family, name):
    gift_list = family.mia.list()
    answer = family.mia.api().post(f"/api/v1/lists/{gift_list.pk}", {}, headers={name: "DELETE"})
    assert code_of(answer) == (405, "RESOURCE_METHOD_NOT_ALLOWED")
    gift_list.refresh_from_db()
    assert gift_list.deleted_at is None


@pytest.mark.parametrize("path", ["items", "users/me", "health", "docs", "schema"])
def test_head_answers_what_get_does_without_the_body(family: Family, path):
    mia = family.mia.api()
    got, head = mia.get(f"/api/v1/{path}"), mia.head(f"/api/v1/{path}")
    assert (head.status_code, head["Content-Type"], head.content) == (200, got["Content-Type"], b"")
    assert head["Content-Length"] == got["Content-Length"]


@pytest.mark.parametrize("path", ["items", "users/me", f"items/{NOWHERE}", f"lists/{NOWHERE}/items", "schema"])
def test_options_name_the_methods_and_nothing_else(family: Family, path):
    answer = family.mia.api().options(f"/api/v1/{path}")
    assert (answer.status_code, answer.content) == (200, b"{}")
    assert "GET" in answer["Allow"]


def test_options_are_for_those_who_are_signed_in(db):
    assert code_of(APIClient().options("/api/v1/items")) == (401, "AUTH_REQUIRED")


def test_the_docs_can_only_be_read(db):
    assert code_of(APIClient().options("/api/v1/docs")) == (405, "RESOURCE_METHOD_NOT_ALLOWED")


def test_a_page_elsewhere_may_ask_what_it_may_send(db, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    asking = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "PATCH"}
    answer = APIClient().options(f"/api/v1/items/{NOWHERE}", headers=asking)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "PATCH" in answer["Access-Control-Allow-Methods"]
    for header in ("authorization", "x-request-id", "if-match", "if-none-match", "idempotency-key"):
        assert header in answer["Access-Control-Allow-Headers"].split(", ")
    read = APIClient().get("/api/v1/items", headers=asking)
    assert read["Access-Control-Expose-Headers"] == "X-Request-ID, ETag, Idempotent-Replayed, Retry-After"
    stranger = APIClient().options("/api/v1/items", headers=asking | {"Origin": "https://evil.example.org"})
    assert "Access-Control-Allow-Origin" not in stranger
