"""What may be lost: kept while the cache is there, and missed by nobody while it is refused or hangs."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache as kept
from django_redis import get_redis_connection

from config import cache
from config.cache import Shelf, breaker
from config.environment import redis_at
from tests.own_redis import OwnRedis, own_redis

BOOKS = Shelf("book", seconds=60)
PAUSE_S = 0.5


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with own_redis(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


@pytest.fixture
def redis(server: OwnRedis, settings, monkeypatch) -> OwnRedis:
    """The cache is in a Redis of this test's own, and it is there."""
    server.stop()
    server.start()
    settings.CACHES = {"default": redis_at(server.url)}
    monkeypatch.setattr(breaker, "pause_s", PAUSE_S)
    breaker.close()
    yield server
    server.go_on() if server.process else server.start()
    breaker.close()


@pytest.fixture(params=["memory", "redis"])
def place(request, empty_cache, monkeypatch):
    """Both places where things are kept."""
    if request.param == "redis":
        request.getfixturevalue("redis")
        # It is there all the time, though a machine that is busy with tests may be slow to say so.
        monkeypatch.setattr(breaker, "pause_s", 0)


@pytest.fixture(params=["refused", "hung"])
def away(request, redis: OwnRedis):
    redis.stop() if request.param == "refused" else redis.hang()
    return redis


def seconds(action) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def events(caplog) -> list[str]:
    return [record.msg["event"] for record in caplog.records if record.name == "hearth.breaker"]


# --- While it is there ---------------------------------------------------------------------------


def test_what_is_put_there_is_got_until_it_is_forgotten(place):
    assert cache.get(BOOKS, "a") is None
    cache.put(BOOKS, "a", {"title": "A kite", "price": None})
    assert cache.get(BOOKS, "a") == {"title": "A kite", "price": None}
    assert cache.get(Shelf("other", seconds=60), "a") is None
    cache.forget(BOOKS, "a")
    assert cache.get(BOOKS, "a") is None


def test_what_is_fetched_is_made_once(place):
    made = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [cache.fetch(BOOKS, "b", make) for _ in range(3)] == [1, 1, 1]


def test_nothing_is_not_kept(place):
    assert cache.fetch(BOOKS, "c", lambda: None) is None
    assert cache.fetch(BOOKS, "c", lambda: 5) == 5


def test_a_thing_is_kept_as_long_as_its_shelf_says(place):
    brief = Shelf("brief", seconds=1)
    cache.put(brief, "d", 1)
    cache.count(brief, "e")
    time.sleep(1.1)
    assert cache.get(brief, "d") is None
    assert cache.count(brief, "e") == 1


def test_what_is_counted_at_the_same_moment_is_counted(place):
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _: cache.count(BOOKS, "f"), range(80)))
    assert sorted(counts) == list(range(1, 81))


def test_what_lies_in_redis_is_only_data(redis):
    cache.put(BOOKS, "g", {"title": "A kite"})
    client = get_redis_connection()
    (key,) = client.keys("*book:g")
    assert key.startswith(b"hearth:")
    assert client.get(key) == b'{"title": "A kite"}'
    assert 0 < client.ttl(key) <= BOOKS.seconds


# --- While it is away ----------------------------------------------------------------------------


def test_while_it_is_away_nothing_is_there_and_nothing_fails(away):
    cache.put(BOOKS, "a", 1)
    assert cache.get(BOOKS, "a") is None
    assert cache.fetch(BOOKS, "a", lambda: 7) == 7
    assert cache.count(BOOKS, "a") is None
    cache.forget(BOOKS, "a")


def test_one_who_asks_waits_shortly_and_those_after_not_at_all(away):
    # 0.3 s, and no second attempt; those after would need 300 s if they waited, too.
    assert seconds(lambda: cache.get(BOOKS, "a")) < 1.5
    assert seconds(lambda: [cache.get(BOOKS, "a") for _ in range(1000)]) < 5


def test_after_a_while_one_of_many_looks_whether_it_is_back(away, monkeypatch):
    cache.get(BOOKS, "a")
    time.sleep(PAUSE_S + 0.05)
    monkeypatch.setattr(breaker, "pause_s", 60)
    tried = []

    def ask() -> None:
        tried.append(1)
        raise ConnectionError

    for _ in range(20):
        breaker.attempt(ask, otherwise=None)
    assert len(tried) == 1


def test_it_is_said_once_when_it_goes_and_once_when_it_is_back(away, caplog):
    caplog.set_level("INFO")
    for _ in range(2):
        for _ in range(50):
            cache.get(BOOKS, "a")
        time.sleep(PAUSE_S + 0.05)
    assert events(caplog) == ["away"]
    assert "127.0.0.1" not in caplog.text
    away.go_on() if away.process else away.start()
    time.sleep(PAUSE_S + 0.05)
    for _ in range(50):
        cache.put(BOOKS, "a", 1)
    assert events(caplog) == ["away", "back"]
    assert cache.get(BOOKS, "a") == 1


def test_health_says_how_it_is_and_quickly(db, away, api):
    cache.get(BOOKS, "a")
    assert seconds(lambda: api.get("/api/v1/health")) < 3
    assert api.get("/api/v1/health").json() == {"status": "degraded"}
    assert api.get("/api/v1/health/cache").status_code == 503
    away.go_on() if away.process else away.start()
    # At once: health asks the cache itself, while everybody else still leaves it alone.
    assert api.get("/api/v1/health").json() == {"status": "ok"}
    assert api.get("/api/v1/health/cache").status_code == 200


def test_the_family_notices_nothing_and_the_log_says_so_once(family, away, settings, caplog):
    caplog.set_level("INFO")
    settings.API_LIMIT_PER_MINUTE = 1
    leo = family.leo.api()
    assert [leo.get("/api/v1/lists").status_code for _ in range(5)] == [200] * 5
    assert events(caplog) == ["away"]


# --- A client of Redis itself --------------------------------------------------------------------


def test_without_redis_there_is_no_client_of_it(settings, empty_cache):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def test_the_keys_of_a_suite_are_its_own(settings):
    assert settings.CACHES["default"]["KEY_PREFIX"].startswith("hearth-tests-")
    assert "tests" not in kept.make_key("x").split(":")[-1]
