"""Headers that clients get wrong."""

import pytest
from rest_framework.test import APIClient

from tests.cast import Family
from tests.envelope import code_of


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=0.9", "nonsense", ""])
@pytest.mark.parametrize("path", ["/api/v1/items", "/api/v1/health", "/api/v1/schema"])
def test_what_cannot_be_made_is_not_acceptable(family: Family, path, accept):
    answer = family.mia.api().get(path, headers={"Accept": accept})
    assert code_of(answer) == (406, "RESOURCE_NOT_ACCEPTABLE")


def test_the_docs_are_a_page_and_say_no_in_json(db):
    answer = APIClient().get("/api/v1/docs", headers={"Accept": "application/json"})
    assert code_of(answer) == (406, "RESOURCE_NOT_ACCEPTABLE")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.1", "application/json"])
def test_json_is_accepted_by_whoever_does_not_refuse_it(family: Family, accept):
    assert family.mia.api().get("/api/v1/items", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "AUTH_REQUIRED"),
        ("Basic bWlhOnNlY3JldA==", "AUTH_REQUIRED"),
        ("Token abc", "AUTH_REQUIRED"),
        ("Bearer", "AUTH_TOKEN_INVALID"),
        ("Bearer ", "AUTH_TOKEN_INVALID"),
        ("Bearer a b", "AUTH_TOKEN_INVALID"),
        ("Bearer \xff\xfe", "AUTH_TOKEN_INVALID"),
        ("Bearer ..", "AUTH_TOKEN_INVALID"),
        ("Bearer null", "AUTH_TOKEN_INVALID"),
        ("Bearer eyJhbGciOiJub25lIn0.e30.", "AUTH_TOKEN_INVALID"),
        ("Bearer " + "a" * 7000, "AUTH_TOKEN_INVALID"),
        (", Bearer x", "AUTH_REQUIRED"),
    ],
)
def test_a_malformed_authorization_is_a_401(db, door, header, code):
    answer = door.get("/api/v1/items", headers={"Authorization": header})
    assert code_of(answer) == (401, code)
    assert answer["WWW-Authenticate"] == 'Bearer realm="hearth"'


@pytest.mark.parametrize("host", ["elsewhere.example.org", "a b", "[::1", "testserver@evil", ""])
def test_a_foreign_host_is_refused(db, door, host):
    for path in ("/api/v1/health", "/nowhere", "/admin/login/"):
        assert code_of(door.get(path, headers={"Host": host})) == (400, "VALIDATION_MALFORMED")
