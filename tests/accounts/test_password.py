"""Somebody changes their password."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.limits import BY_ACCOUNT, Step
from accounts.services.sessions import open_session
from config.client import Client
from tests.accounts.hashers import InterruptedHasher
from tests.accounts.steps import activate, complete, error, log_in, refresh, refresh_token
from tests.factories import PASSWORD, UserFactory

NEW = "roasted-chestnuts-at-home"
WRONG = (400, "VALIDATION_FAILED")
TIMES = BY_ACCOUNT[Step.PASSWORD][0].times


@pytest.fixture
def hers(on_device, phone):
    return on_device(phone)


def change(api, current: str | None = PASSWORD, new: str = NEW, **more):
    body = {"new_password": new} | ({} if current is None else {"current_password": current})
    return api.post("/api/v1/auth/password", body | more)


def complaints(answer) -> list[str]:
    assert error(answer) == WRONG
    return list(answer.json()["error"]["details"])


def lines(user: User) -> list[tuple]:
    events = AuthEvent.objects.filter(user=user).exclude(kind="login").order_by("id")
    return list(events.values_list("kind", "outcome", "reason"))


def test_the_new_one_opens_and_the_old_one_does_not(api, hers, anna):
    answer = change(hers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert log_in(api, anna.email, NEW).status_code == 200
    assert error(log_in(api, anna.email, PASSWORD)) == (401, "AUTH_INVALID_CREDENTIALS")


def test_this_session_goes_on_and_the_others_end(api, hers, anna, phone, on_device):
    tablet = open_session(user=anna, device_name="the tablet", client=Client())
    strangers = open_session(user=UserFactory(), device_name="somebody's", client=Client())
    change(hers)
    assert hers.get("/api/v1/auth/sessions").status_code == 200
    assert refresh(api, refresh_token(phone), phone.device_id).status_code == 200
    assert error(on_device(tablet).get("/api/v1/auth/sessions")) == (401, "AUTH_SESSION_REVOKED")
    assert on_device(strangers).get("/api/v1/auth/sessions").status_code == 200
    tablet.refresh_from_db()
    assert tablet.revoked_reason == "password"


def test_it_stands_in_the_audit(hers, anna, phone):
    open_session(user=anna, device_name="the tablet", client=Client())
    change(hers, "a guess")
    change(hers)
    assert lines(anna) == [
        ("password_changed", "failed", ""),
        ("password_changed", "succeeded", ""),
        ("session_revoked", "succeeded", "password"),
    ]


@pytest.mark.parametrize("current", ["a guess", "", None, PASSWORD + " "])
def test_who_does_not_know_the_present_one_changes_nothing(api, hers, anna, current):
    assert complaints(change(hers, current)) == ["current_password"]
    assert log_in(api, anna.email, PASSWORD).status_code == 200


@pytest.mark.parametrize("new", ["short", "1234567890", "password123", "anna@example.org"])
def test_a_new_one_must_not_be_easy(hers, new):
    assert complaints(change(hers, new=new)) == ["new_password"]


def test_the_present_one_is_guessed_so_often(hers, phone):
    assert [change(hers, "a guess").status_code for _ in range(TIMES)] == [400] * TIMES
    answer = change(hers)
    assert error(answer) == (429, "RATE_LIMITED")
    assert answer["Retry-After"]
    assert hers.get("/api/v1/auth/sessions").status_code == 200


def test_to_look_for_a_good_one_uses_nothing_up(hers):
    """Only guesses at the present one are counted."""
    assert [change(hers, PASSWORD, "123").status_code for _ in range(TIMES + 1)] == [400] * (TIMES + 1)
    assert change(hers, PASSWORD, NEW).status_code == 204


def test_who_changes_it_often_uses_nothing_up(hers):
    words = [PASSWORD, *(f"{NEW}-{number}" for number in range(TIMES + 2))]
    assert {change(hers, *pair).status_code for pair in pairwise(words)} == {204}


def test_it_takes_no_key_as_nothing_secret_is_kept(hers):
    answer = hers.post(
        "/api/v1/auth/password",
        {"current_password": PASSWORD, "new_password": NEW},
        headers={"Idempotency-Key": "once"},
    )
    assert error(answer) == WRONG


def test_unknown_fields_are_refused(hers):
    assert complaints(change(hers, user="somebody")) == ["user"]


def test_it_is_for_whoever_is_signed_in(api, db):
    assert error(change(api)) == (401, "AUTH_REQUIRED")


def test_a_reset_that_comes_in_between_stays(hers, anna, settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.InterruptedHasher"]
    reset = User.objects.filter(pk=anna.pk)
    monkeypatch.setattr(InterruptedHasher, "meanwhile", lambda: reset.update(password="!"))
    assert error(change(hers)) == (412, "CONFLICT_STALE")
    anna.refresh_from_db()
    assert anna.password == "!"


# --- Somebody who has none ------------------------------------------------------------------------


def test_who_came_in_by_a_code_may_choose_a_first_one(api, leo, leos_code, on_device):
    complete(api, activate(api, "leo", leos_code))
    tablet = on_device(DeviceSession.objects.get())
    assert change(tablet, None).status_code == 204
    assert log_in(api, "leo", NEW).status_code == 200
    assert complaints(change(tablet, None)) == ["current_password"]


def test_but_not_any_later(api, leo, leos_code, on_device):
    complete(api, activate(api, "leo", leos_code))
    DeviceSession.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert error(change(on_device(DeviceSession.objects.get()), None)) == (403, "RESOURCE_FORBIDDEN")
    leo.refresh_from_db()
    assert not leo.has_usable_password()
