"""What clients send as JSON, and what some send instead."""

import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from tests.cast import Family
from tests.envelope import code_of, complaints

LOGIN = "/api/v1/auth/login"
MEGABYTE = 1_048_576


def send(api: APIClient, body: bytes, content_type: str = "application/json") -> HttpResponse:
    return api.generic("POST", LOGIN, body, content_type=content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"nonsense",
        b"{'login': 1}",
        b'{"login": "a",}',
        b'\xef\xbb\xbf{"login": "a"}',
        b'{"login": "\xff\xfe"}',
        '{"login": "a"}'.encode("utf-16"),
        b'{"login": "\\ud800"}',
        b'{"\\udfff": "a"}',
        b'{"login": "\\u0000"}',
        b'{"login": "a\\\\\\u0000"}',
        b'{"login": "\x00"}',
        b'{"login": "a\nb"}',
        b'{"login": NaN}',
        b'{"login": Infinity}',
        b'{"login": -Infinity}',
        b'{"login": 1e400}',
        b'{"login": "a", "login": "b"}',
        b'{"a": {"login": "a", "login": "b"}}',
        b'{"login": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"login":' * 100_000,
        b"[" * 900 + b"]" * 900,
    ],
)
def test_a_body_that_is_not_json_is_malformed(db, door, body):
    if body == b"":
        body = b" "
    status = code_of(send(door, body))
    # Some depths are still readable, and then it is simply no object.
    assert status in {(400, "VALIDATION_MALFORMED"), (400, "VALIDATION_FAILED")}
    assert status[1] == "VALIDATION_MALFORMED" or body.startswith(b"[[")


@pytest.mark.parametrize("text", ["\\u0000", "C:\\u0000", "\\\\u0000", "a\\", "\\\\"])
def test_a_backslash_before_u0000_is_text_and_stays(family: Family, text):
    mia = family.mia.api()
    made = mia.post("/api/v1/lists", {"name": text})
    assert made.status_code == 201, made.json()
    assert made.json()["name"] == text


def test_whatever_else_unicode_has_is_text_and_stays(family: Family):
    name = "Größe ﷺ 🎁 \u2028 \ufffd \U0010ffff ‮"
    assert family.mia.api().post("/api/v1/lists", {"name": name}).json()["name"] == name


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"true", b"null", b'[{"login": "a"}]', b"1.5"])
def test_a_body_that_is_no_object_is_refused(db, door, body):
    assert code_of(send(door, body))[1] == "VALIDATION_FAILED"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/vnd.api+json",
        "nonsense",
        "/",
        ";",
        "application/json2",
    ],
)
def test_another_content_type_is_refused(db, door, content_type):
    assert code_of(send(door, b'{"login": "a"}', content_type)) == (415, "VALIDATION_MEDIA_TYPE")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/json;===", "APPLICATION/JSON"]
)
def test_json_is_json_with_whatever_parameters(db, door, content_type):
    assert "password" in complaints(send(door, b'{"login": "a"}', content_type))


@pytest.mark.parametrize("content_type", ["", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_no_body_at_all_lacks_every_field(db, door, content_type):
    assert complaints(send(door, b"", content_type)).keys() == {"login", "password", "device_name"}


def test_a_body_may_have_a_megabyte_and_not_more(db, door):
    around = len(b'{"login": ""}')
    fits = send(door, b'{"login": "' + b"a" * (MEGABYTE - around) + b'"}')
    assert "254 characters" in complaints(fits)["login"][0]
    too_large = send(door, b'{"login": "' + b"a" * (MEGABYTE - around + 1) + b'"}')
    assert code_of(too_large) == (413, "VALIDATION_TOO_LARGE")


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"a": 1}'])
def test_a_body_where_none_is_read_does_no_harm(family: Family, body):
    mia, gift_list = family.mia.api(), family.mia.list()
    assert mia.generic("GET", "/api/v1/lists", body, content_type="application/json").status_code == 200
    for content_type in (
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "/",
    ):
        answer = mia.generic("DELETE", f"/api/v1/lists/{gift_list.pk}", body, content_type=content_type)
        assert answer.status_code in {204, 404}
