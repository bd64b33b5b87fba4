"""Every route x every method x every kind of viewer, with the ids of things that the recipient may not know of."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import get_resolver, path
from rest_framework.test import APIClient

from config.api.health import HealthView
from tests.admin_pages import addresses, places, signed_in
from tests.cast import found, make_family
from tests.envelope import NOWHERE, code_of, without_marks
from tests.routes import ACTORS, BODIES, METHODS, OPERATIONS, TABLE, address, described, untold
from tests.secrecy.doors import schema
from tests.secrets import Home, hide, open_household, words_in

OPEN_TO_ALL = {
    *(f"{method} {place}" for place in ("/", "/admin") for method in METHODS),
    *(f"GET /api/v1/{place}" for place in ("health", "health/db", "health/cache", "schema", "docs")),
    *(f"POST /api/v1/auth/{place}" for place in ("activate", "activate/complete", "login", "mfa", "session/refresh")),
}


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def home(django_db_setup, django_db_blocker) -> Iterator[Home]:
    """One household for all tests of this file, none of which leaves a trace in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield open_household(make_family(), found("The Neighbours", "Eve"))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def secrets(home, django_db_blocker) -> list[str]:
    """Everything is hidden now; these words tell of it."""
    with django_db_blocker.unblock():
        return hide(home)


# --- The table -----------------------------------------------------------------------------------


def test_the_table_knows_every_route():
    assert untold(get_resolver().url_patterns) == set()


def test_a_route_that_nobody_told_the_table_about_is_noticed():
    patterns = [*get_resolver().url_patterns, path("api/v1/secrets", HealthView.as_view())]
    assert ("GET", "/api/v1/secrets") in untold(patterns)


def test_a_route_that_is_gone_is_noticed():
    assert set(OPERATIONS) == untold([])


def test_a_method_that_nobody_told_the_table_about_is_noticed(monkeypatch):
    monkeypatch.setattr(HealthView, "delete", HealthView.get, raising=False)
    assert ("DELETE", "/api/v1/health") in untold(get_resolver().url_patterns)


def test_what_is_open_to_all_is_listed():
    assert {f"{method} {place}" for method, place in OPERATIONS if TABLE[place][method][0] != 401} == OPEN_TO_ALL


# --- Whom it answers what ------------------------------------------------------------------------


def ask(api: APIClient, method: str, url: str, body: Any = None) -> HttpResponse:
    """The answer; what it changed is undone, so that everybody after finds the same household."""
    if url.startswith("/api/v1/auth/") and method == "POST" and "revoke" not in url:
        return api.generic(method, url)  # these insist on transactions of their own, and here they change nothing
    with transaction.atomic():
        content = body if isinstance(body, str) else api._encode_data(body, "json")[0] if body is not None else ""
        answer = api.generic(method, url, content, content_type="application/json")
        transaction.set_rollback(True)
    return answer


def body_for(home: Home, method: str, place: str) -> dict[str, Any] | None:
    body = BODIES.get((method, place))
    device = home.giver.user.sessions.earliest("id").device_id
    ids = {
        "{device}": str(device),
        "{grandpa}": str(home.family.grandpa.pk),
        "{guest}": str(home.guest.membership.pk),
    }
    return body and {name: ids.get(str(value), value) for name, value in body.items()}


def test_every_route_answers_everybody_as_the_table_says(home, secrets):
    actors = home.actors()
    for method, place in OPERATIONS:
        url, body = address(place, home.rows), body_for(home, method, place)
        for actor, expected in zip(ACTORS, TABLE[place][method], strict=True):
            answer = ask(actors[actor], method, url, body)
            assert answer.status_code == expected, (method, place, actor, answer.content)
            if expected >= 400:
                code_of(answer)
            if actor != "giver":
                assert told(answer, secrets, url) == [], (method, place, actor)
            if method == "GET":
                assert actors[actor].head(url).status_code == expected, (place, actor)


def test_every_other_method_is_refused(home, secrets):
    actors = home.actors()
    for place in TABLE:
        is_open = any(operation.endswith(f" {place}") for operation in OPEN_TO_ALL)
        for method in set(METHODS) - set(TABLE[place]):
            for actor, api in actors.items():
                turned_away = actor == "nobody" and not is_open
                expected = (401, "AUTH_REQUIRED") if turned_away else (405, "RESOURCE_METHOD_NOT_ALLOWED")
                assert code_of(ask(api, method, address(place, home.rows))) == expected, (method, place, actor)


def test_what_is_hidden_answers_exactly_like_what_never_was(home, secrets):
    """To the byte; with other bodies, and with ids in them, tests/secrecy tries it."""
    actors, nowhere = home.actors(), dict.fromkeys(home.rows, NOWHERE)
    hidden_from = [
        (method, place, actor)
        for method, place in OPERATIONS
        for actor, expected in zip(ACTORS, TABLE[place][method], strict=True)
        if expected == 404 and "<" in place
    ]
    assert len(hidden_from) > 60
    for method, place, actor in hidden_from:
        body = body_for(home, method, place)
        hidden = ask(actors[actor], method, address(place, home.rows), body)
        never = ask(actors[actor], method, address(place, nowhere), body)
        assert hidden.status_code == 404, (method, place, actor)
        assert seen(hidden) == seen(never), (method, place, actor)


def told(answer: HttpResponse, secrets: list[str], asked: str) -> list[str]:
    """The secrets in an answer, but for what was asked with."""
    words = words_in(answer)
    return [secret for secret in secrets if secret in words and secret not in asked]


def seen(answer: HttpResponse) -> tuple:
    headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
    return answer.status_code, headers, without_marks(answer)


# --- What can be read ----------------------------------------------------------------------------


def readable(home: Home) -> dict[str, dict[str, Any]]:
    """Every address to read, with the parameters that the schema names for it."""
    paths = schema()["paths"]
    found = {}
    for method, place in OPERATIONS:
        if method == "GET" and place.startswith("/api/v1/"):
            parameters = paths.get(described(place), {}).get("get", {}).get("parameters", [])
            found[place] = {p["name"]: p["schema"] for p in parameters if p["in"] == "query"}
    return found


def is_id(kind: dict[str, Any]) -> bool:
    return "uuid" in (kind.get("format"), kind.get("items", {}).get("format"))


def test_a_filter_finds_what_is_hidden_as_little_as_what_never_was(home, secrets):
    recipient = home.recipient.api()
    for place, parameters in readable(home).items():
        for name, kind in parameters.items():
            if name == "after":
                continue  # a place in time and no filter: any id is before or behind it
            if is_id(kind) and TABLE[place]["GET"][3] == 200:
                for secret in ("occasion", "list", "item", "gift", "claim", "comment", "session"):
                    found = recipient.get(f"{place}?{name}={home.rows[secret]}")
                    assert seen(found) == seen(recipient.get(f"{place}?{name}={NOWHERE}")), (place, name, secret)


# --- What can be written -------------------------------------------------------------------------

STRANGE = [[], {}, True, -1, 10**30, 0.5, "", "x" * 100_000, NOWHERE, None]


def writable(method: str, place: str) -> list[str]:
    """The fields that the schema names for this route."""
    content = schema()["paths"][described(place)][method.lower()]["requestBody"]["content"]["application/json"]
    name = content["schema"]["$ref"].rpartition("/")[2]
    return list(schema()["components"]["schemas"][name]["properties"])


def test_no_value_of_any_field_is_more_than_refused(home, secrets):
    asking = {"recipient": home.recipient.api(), "giver": home.giver.api()}
    tried = 0
    for (method, place), body in BODIES.items():
        url = address(place, home.rows)
        who = asking["giver" if TABLE[place][method][-1] < 300 else "recipient"]
        who.raise_request_exception = False
        for field in writable(method, place):
            # Half of them each, in turn: fields of one kind are many.
            for value in STRANGE[tried % 2 :: 2]:
                answer = ask(who, method, url, body | {field: value})
                assert answer.status_code < 300 or code_of(answer)[0] in {400, 403, 404, 409}, (
                    method,
                    place,
                    field,
                    value,
                )
                tried += 1
    assert tried > 500


# --- The admin -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nobody", "giver", "guest"])
def test_the_admin_is_closed_to_whoever_owns_no_household(home, secrets, who):
    browser = Browser() if who == "nobody" else signed_in({"giver": home.giver, "guest": home.guest}[who].user)
    found = addresses(places())
    assert len(found) > 100
    for address_ in found:
        answer = browser.get(address_)
        assert answer.status_code in {200, 302, 405}, address_
        assert answer.status_code != 200 or address_ == "/admin/login/", address_
        assert told(answer, secrets, address_) == []


def test_every_route_tells_what_may_be_asked_of_it(home, secrets):
    for actor, api in home.actors().items():
        for place in TABLE:
            for accepted in ("*/*", "text/event-stream", "application/json"):
                answer = api.options(address(place, home.rows), headers={"Accept": accepted})
                assert answer.status_code < 500, (actor, place, accepted)
