"""Every write of the API asks the database few questions, however much hangs on the row that it is about."""

import re

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.test import APIClient

from accounts.models import DeviceSession
from accounts.services.pins import hash_of_pin
from tests.cast import Family
from tests.crowded import PIN, WRITES, Crowd, crowd
from tests.gifts.looking import API
from tests.routes import METHODS, OPERATIONS
from tests.test_routes import writable

# One of them says who asks, and one reads the row for the answer.
BUDGET = 8

# What needs more, with its number, and why.
MORE = {
    # Whether there is a second factor is asked before the lock and under it.
    "activate with a second factor": 24,
    "show a second factor": 20,
    "begin with another second factor": 22,
    "renew recovery codes": 17,
    # Every other session ends with it.
    "confirm another second factor": 25,
    "remove the second factor": 20,
    # Each attempt is counted, for its address and for whom it is about, and given back because it went well.
    "sign in": 16,
    "show a code": 11,
    "activate": 16,
    "change a password": 14,
    # The password or the PIN is an attempt, too.
    "set a PIN": 10,
    "remove a PIN": 10,
    "unlock a session": 9,
    # Their whole place in the household is made: its counter, their Person and membership, and who they are now.
    "found a household": 12,
    # A login, its Person and its code are each looked at under locks of their own.
    "add a member": 18,
    "add a member and their person": 20,
    # Whom they will be is looked at as for a new member; and the account, so that no code opens more than it did.
    "invite an account": 18,
    "invite an account to be somebody": 17,
    # The household, the invitation, the account and the person are locked one after the other; then who they are now.
    "accept an invitation": 18,
    "change a member": 15,
    # What they were shown ends with it, and an invitation that they might come back by.
    "remove a member": 9,
    "issue a code": 14,
    # Two for the tags: which there are, and what they are put on. Four for the members, who must be no group.
    "create a person": 12,
    "change a person": 16,
    "change a gift": 10,
    "add an item": 10,
    # The first time only: then the companion is there.
    "add the first surprise": 10,
    # Its place, its wish and its plan are of three tables, behind the lock of its list.
    "change all of an item": 12,
    # A row ends and another begins, for somebody who is looked at closely.
    "hand a claim on": 13,
    # What was taken off meanwhile goes beside it.
    "open a list": 15,
    # Whether it is for the guest, or its occasion is hidden from them, is asked of all that the guest is.
    "share a list": 13,
    # Two for whom it is hidden from, two for whom it calls by name.
    "say something about a person": 11,
    "say something about an occasion": 11,
    "say something about a list": 11,
    "say something about a gift": 13,
    "say something about an item": 11,
    "change a comment": 14,
    # Whatever hangs on either of them; and claims are moved one by one.
    "merge people": 46,
}
# What asks once for each of something.
GROWING = {"merge people"}

# Whose session has a PIN.
WITH_PIN = ("auth/session/pin/remove", "auth/session/lock", "auth/session/unlock")
PIN_HASH = hash_of_pin(PIN)
OPEN = ("auth/activate", "auth/login", "auth/session/refresh")
CONTROL = re.compile("BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK")


def spent_by(name: str, here: Crowd) -> int:
    """How many statements this write takes, transaction control apart."""
    method, path, body = WRITES[name](here)
    api = APIClient() if path.startswith(OPEN) else here.mia.api(pin_hash=PIN_HASH if path.startswith(WITH_PIN) else "")
    # A second factor is confirmed on the session that began it.
    TOTPDevice.objects.filter(confirmed=False).update(name=str(DeviceSession.objects.latest("id").pk))
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(api, method.lower())(f"{API}/{path}", body)
    assert answer.status_code < 300, (name, answer.content)
    return len([query["sql"] for query in queries if not CONTROL.match(query["sql"])])


def spent_by_each(here: Crowd) -> dict[str, int]:
    """Each is undone, so that all find the same. By hand: some insist on a transaction of their own."""
    spent = {}
    for name in WRITES:
        point = transaction.savepoint()
        spent[name] = spent_by(name, here)
        transaction.savepoint_rollback(point)
    return spent


def test_a_write_keeps_to_its_budget_for_3_rows_and_for_23(family: Family):
    few = spent_by_each(crowd(family, 3))
    many = spent_by_each(crowd(family, 23))
    assert {name: number for name, number in few.items() if number > BUDGET} == MORE
    assert {name for name in WRITES if few[name] != many[name]} == GROWING


def routes_written(family: Family) -> dict[tuple[str, str], set[str]]:
    """Each route that is written to, with all the fields that are sent there."""
    here, sent = crowd(family, 3), {}
    for name in WRITES:
        point = transaction.savepoint()
        method, path, body = WRITES[name](here)
        route = method, f"/{resolve(f'{API}/{path}').route}"
        sent[route] = sent.get(route, set()) | set(body)
        transaction.savepoint_rollback(point)
    return sent


def test_every_write_and_every_field_has_its_budget(family: Family):
    sent = routes_written(family)
    writing = set(METHODS) - {"GET"}
    assert set(sent) == {(method, place) for method, place in OPERATIONS if method in writing and place.startswith(API)}
    for (method, place), fields in sent.items():
        if fields:
            assert fields == set(writable(method, place)), (method, place)
