"""Ordinary limits: so many requests a minute for each user, and for each address without one."""

import pytest
from rest_framework.test import APIClient

from accounts.models import DeviceSession
from config.api import throttles
from tests.envelope import code_of

LISTS, HEALTH, LOGIN = "/api/v1/lists", "/api/v1/health", "/api/v1/auth/login"


class Clock:
    now = 1_800_000_000.0  # a full minute

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(throttles, "time", clock)
    return clock


@pytest.fixture
def limits(settings, clock, empty_cache):
    """Three requests a minute for whoever signed in, and two for an address."""
    settings.API_LIMIT_PER_MINUTE = 3
    settings.API_ANONYMOUS_LIMIT_PER_MINUTE = 2
    return clock


def at(address: str, **headers: str) -> APIClient:
    return APIClient(REMOTE_ADDR=address, headers=headers)


def statuses(api: APIClient, times: int, path: str) -> list[int]:
    return [api.get(path).status_code for _ in range(times)]


def sign_ins(api: APIClient, times: int = 1) -> list[int]:
    """Without a word of who it is: 400, and nothing else happens."""
    return [api.post(LOGIN, {}).status_code for _ in range(times)]


def test_a_user_has_their_limit_on_all_devices_together(family, limits):
    assert statuses(family.leo.api(), 2, LISTS) == [200, 200]
    assert statuses(family.leo.api(), 2, LISTS) == [200, 429]
    assert statuses(family.ada.api(), 1, LISTS) == [200]


def test_the_next_minute_is_a_new_one(family, limits):
    leo = family.leo.api()
    limits.now += 18.5
    assert statuses(leo, 4, LISTS)[-1] == 429
    answer = leo.get(LISTS)
    assert code_of(answer) == (429, "RATE_LIMITED")
    assert answer["Retry-After"] == "42"
    limits.now += 42
    assert statuses(leo, 1, LISTS) == [200]


def test_an_address_has_its_limit_where_nobody_is_signed_in(db, limits):
    assert sign_ins(at("192.0.2.1"), 3) == [400, 400, 429]
    assert sign_ins(at("192.0.2.2")) == [400]
    assert code_of(at("192.0.2.1").get("/api/v1/schema")) == (429, "RATE_LIMITED")


def test_a_network_of_ipv6_is_one_address(db, limits):
    assert [sign_ins(at(f"2001:db8:0:1::{number}")) for number in (1, 2, 3)] == [[400], [400], [429]]
    assert sign_ins(at("2001:db8:0:2::1")) == [400]


def test_a_client_does_not_choose_its_address(db, limits, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    for number, expected in enumerate([400, 400, 429]):
        assert sign_ins(at("192.0.2.1", **{"X-Forwarded-For": f"198.51.100.{number}"})) == [expected]
        assert sign_ins(at("10.0.0.1", **{"X-Forwarded-For": f"198.51.100.{number}"})) == [400]


def test_who_is_signed_in_does_not_use_up_the_address_of_the_house(family, limits):
    assert statuses(family.leo.api(), 3, LISTS) == [200] * 3
    assert sign_ins(APIClient(), 2) == [400, 400]


def test_a_probe_is_never_refused(db, limits):
    for path in (HEALTH, f"{HEALTH}/db", f"{HEALTH}/cache"):
        assert statuses(APIClient(), 5, path) == [200] * 5


def test_zero_means_no_limit(family, limits, settings):
    settings.API_LIMIT_PER_MINUTE = settings.API_ANONYMOUS_LIMIT_PER_MINUTE = 0
    assert statuses(family.leo.api(), 10, LISTS) == [200] * 10
    assert sign_ins(APIClient(), 10) == [400] * 10


def test_whoever_has_no_address_shares_none(db, limits):
    assert sign_ins(at(""), 5) == [400] * 5


def test_counting_asks_the_database_nothing(family, limits, settings, django_assert_num_queries):
    leo = family.leo.api()
    with django_assert_num_queries(2):  # the session, and the page
        leo.get(LISTS)
    settings.API_LIMIT_PER_MINUTE = 1
    with django_assert_num_queries(1):
        assert leo.get(LISTS).status_code == 429


def test_who_comes_without_a_good_token_has_the_limit_of_an_address(family, limits):
    bad = at("192.0.2.1", Authorization="Bearer rubbish")
    assert statuses(bad, 3, LISTS) == [401, 401, 429]
    answer = at("192.0.2.1").get(LISTS)
    assert code_of(answer) == (429, "RATE_LIMITED")
    assert answer["Retry-After"] == "60"
    assert statuses(at("192.0.2.2"), 1, LISTS) == [401]


def test_so_has_a_session_that_is_locked(family, limits):
    leo = family.leo.api()
    DeviceSession.objects.filter(user=family.leo.user).update(pin_hash="scrypt$...", unlocked_until=None)
    assert statuses(leo, 3, LISTS) == [403, 403, 429]


def test_a_bad_token_keeps_nobody_else_at_home_from_going_on(family, limits):
    statuses(APIClient(headers={"Authorization": "Bearer rubbish"}), 5, LISTS)
    assert statuses(family.leo.api(), 1, LISTS) == [200]
    assert sign_ins(APIClient(), 2) == [400, 400]
