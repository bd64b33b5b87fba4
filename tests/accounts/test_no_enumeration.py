"""Nobody finds out by trying whether there is an account: the answers are the same, and so is the work behind them."""

import re
from collections import Counter
from itertools import count
from time import sleep

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.services import codes
from accounts.services.limits import BY_ACCOUNT, Step
from tests.accounts.hashers import CountingHasher
from tests.accounts.proofs import accounts, milliseconds_apart, with_codes, wrong_code, wrong_password
from tests.accounts.steps import timeless

ADDRESSES = count(1)


@pytest.fixture(autouse=True)
def counted(settings, monkeypatch) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]
    CountingHasher.calls = 0
    monkeypatch.setattr(codes, "_matches", counting(codes._matches))


def counting(matches):
    def counted(code_hash: str, typed: str) -> bool:
        CountingHasher.calls += 1
        return matches(code_hash, typed)

    return counted


def work_of(attempt, api: APIClient, login: str) -> tuple[list[str], int, object, dict]:
    """The shapes of all statements, the number of hashes, and the answer with its headers."""
    before = CountingHasher.calls
    with CaptureQueriesContext(connection) as queries:
        answer = attempt(api, login)
    shapes = [shape(query["sql"]) for query in queries]
    headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
    said = timeless(answer), answer.status_code, len(answer.content)
    return shapes, CountingHasher.calls - before, said, headers


def shape(sql: str) -> str:
    """What a statement does, and to which table: not the values."""
    verb, *_ = sql.split()
    tables = re.findall(r'(?:FROM|INTO|UPDATE|JOIN) "(\w+)"', sql)
    return f"{verb} {' '.join(tables)}" if tables else verb


@pytest.mark.parametrize(
    ("attempt", "logins"), [(wrong_password, accounts), (wrong_code, with_codes)], ids=["password", "code"]
)
def test_a_failure_costs_the_same_and_says_the_same_of_every_kind_of_account(db, attempt, logins):
    found = {kind: work_of(attempt, at_an_address(), login) for kind, login in logins().items()}
    one = found["nobody"]
    assert one[1] == 1
    assert found == dict.fromkeys(found, one)


@pytest.mark.parametrize(
    ("attempt", "logins", "step"),
    [(wrong_password, accounts, Step.LOGIN), (wrong_code, with_codes, Step.ACTIVATION)],
    ids=["password", "code"],
)
def test_so_does_one_too_many(db, attempt, logins, step):
    for login in (found := logins()).values():
        for _ in range(BY_ACCOUNT[step][0].times):
            attempt(at_an_address(), login)
    for _ in range(2):  # the first is noted in the audit
        works = {kind: work_of(attempt, at_an_address(), login) for kind, login in found.items()}
        seconds = [work[3].pop("Retry-After") for work in works.values()]
        assert all(seconds)
        assert works["nobody"][1] == 0
        assert works == dict.fromkeys(works, works["nobody"])


def test_nor_does_the_admin_tell(db):
    """Of those who may not come in either: the door is for staff and owners, and says so to all alike."""
    found = {}
    for kind, login in accounts().items():
        browser = Browser(REMOTE_ADDR=f"198.51.100.{next(ADDRESSES)}")
        before = CountingHasher.calls
        page = browser.post("/admin/login/", {"username": login, "password": "wrong"})
        words = re.sub(r'value="[^"]*"', "", page.content.decode())
        found[kind] = page.status_code, words, CountingHasher.calls - before
    assert found == dict.fromkeys(found, found["nobody"])


KINDS = {"an account": "ada", "nobody": "nobody"}


def test_the_clock_finds_the_account_that_takes_longer():
    apart = milliseconds_apart(lambda _, login: sleep(0.05 * (login == "ada")), lambda: KINDS, rounds=8, batches=1)
    assert apart.medians > 5


def test_it_says_so_when_it_cannot_tell():
    """What takes now this long and now that long has no median that means anything."""
    turns = count()
    apart = milliseconds_apart(lambda *_: sleep(0.05 * (next(turns) // 2 % 2)), lambda: KINDS, rounds=8, batches=1)
    assert not apart.is_measured


def at_an_address() -> APIClient:
    return APIClient(REMOTE_ADDR=f"198.18.0.{next(ADDRESSES)}")


def test_what_is_compared_is_more_than_nothing(db):
    shapes, *_ = work_of(wrong_password, at_an_address(), "nobody")
    assert Counter(shape.split()[0] for shape in shapes)["UPDATE"] == 3
    assert "INSERT accounts_authevent" in shapes
