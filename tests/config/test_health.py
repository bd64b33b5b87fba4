import pytest
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from rest_framework.test import APIClient

from tests.envelope import code_of

SECRET = "password=hunter2 host=db.internal"


@pytest.fixture
def no_database(monkeypatch, request):
    def away() -> None:
        raise getattr(request, "param", OperationalError)(SECRET)

    monkeypatch.setattr(connection, "cursor", away)


@pytest.fixture(params=["raises", "forgets"])
def no_cache(monkeypatch, request):
    def away(*args, **options) -> None:
        if request.param == "raises":
            raise ConnectionError(SECRET)

    monkeypatch.setattr(cache, "set", away)
    monkeypatch.setattr(cache, "get", away)


@pytest.mark.parametrize("path", ["health", "health/db", "health/cache"])
def test_all_is_well(db, api, path):
    answer = api.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("no_database", [OperationalError, InterfaceError, DatabaseError], indirect=True)
@pytest.mark.parametrize("path", ["health", "health/db"])
def test_without_the_database_it_is_unavailable(no_database, api, path):
    answer = api.get(f"/api/v1/{path}")
    assert code_of(answer) == (503, "SERVER_UNAVAILABLE")
    assert answer.json()["error"]["message"] == "The database does not answer."
    assert answer["Retry-After"]
    assert b"hunter2" not in answer.content


def test_without_the_cache_it_is_degraded_and_works(db, no_cache, api):
    assert api.get("/api/v1/health").json() == {"status": "degraded"}
    assert api.get("/api/v1/health/db").json() == {"status": "ok"}
    answer = api.get("/api/v1/health/cache")
    assert code_of(answer) == (503, "SERVER_UNAVAILABLE")
    assert answer.json()["error"]["message"].startswith("The cache")
    assert b"hunter2" not in answer.content


def test_without_the_database_the_cache_is_asked_alone(no_database, api):
    assert api.get("/api/v1/health/cache").json() == {"status": "ok"}


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic eDp5", ""])
def test_whoever_asks_is_answered(db, header):
    for path in ("health", "health/db", "health/cache"):
        assert APIClient().get(f"/api/v1/{path}", headers={"Authorization": header}).status_code == 200


def test_a_probe_costs_one_statement(db, api, django_assert_num_queries):
    with django_assert_num_queries(1):
        api.get("/api/v1/health")
