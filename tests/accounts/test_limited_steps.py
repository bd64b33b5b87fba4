"""Each step of signing in has its limits, over the whole stack."""

from datetime import timedelta
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import AttemptCounter, AuthEvent
from accounts.services import codes
from accounts.services.limits import BY_ACCOUNT, BY_ADDRESS, QUARTER, Step
from accounts.services.sessions import revoke_sessions
from accounts.tokens import RefreshToken
from config.client import Client
from tests.accounts.hashers import CountingHasher
from tests.accounts.steps import activate, complete, error, log_in, refresh, refresh_token, timeless
from tests.factories import PASSWORD, UserFactory

LIMITED = (429, "RATE_LIMITED")
WRONG = "not her password"
LOGINS = BY_ACCOUNT[Step.LOGIN][0].times


def elsewhere(number: int = 1) -> APIClient:
    return APIClient(REMOTE_ADDR=f"198.51.100.{number}")


def guesses(api: APIClient, login: str, times: int) -> list[int]:
    return [log_in(api, login, WRONG).status_code for _ in range(times)]


def lines(**conditions) -> int:
    return AuthEvent.objects.filter(**conditions).count()


def later(time: timedelta) -> None:
    for counter in AttemptCounter.objects.all():
        changes = {"started_at": counter.started_at - time, "ends_at": counter.ends_at - time}
        AttemptCounter.objects.filter(pk=counter.pk).update(**changes)


def test_passwords_are_guessed_so_often_and_then_not_even_hashed(api, anna, settings):
    assert guesses(api, anna.email, LOGINS) == [401] * LOGINS
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]
    CountingHasher.calls = 0
    answer = log_in(elsewhere(), anna.email.upper(), PASSWORD)
    assert error(answer) == LIMITED
    assert 0 < int(answer["Retry-After"]) <= QUARTER.total_seconds()
    assert CountingHasher.calls == 0


def test_when_the_time_is_over_the_right_one_opens(api, anna):
    guesses(api, anna.email, LOGINS + 1)
    later(QUARTER)
    assert log_in(api, anna.email, PASSWORD).status_code == 200


def test_the_limit_tells_nothing_of_the_account(api, anna, leo):
    UserFactory(email="gone@example.org", is_active=False)
    logins = [anna.email, "leo", "nobody@example.org", "gone@example.org"]
    limited = []
    for number, login in enumerate(logins):
        guesses(elsewhere(number), login, LOGINS)
        limited.append(log_in(elsewhere(number), login, WRONG))
    assert [error(answer) for answer in limited] == [LIMITED] * 4
    assert all(timeless(answer) == timeless(limited[0]) for answer in limited)


def test_whoever_types_wrong_passwords_all_day_does_not_sign_anybody_out(api, anna, phone, on_device):
    guesses(api, anna.email, LOGINS + 5)
    assert on_device(phone).get("/api/v1/auth/sessions").status_code == 200
    assert refresh(api, refresh_token(phone), phone.device_id).status_code == 200


def test_an_address_that_is_used_up_still_refreshes_what_is_signed_in(api, phone, settings):
    for number in range(BY_ADDRESS[Step.REFRESH].times):
        assert error(refresh(api, f"rubbish {number}", uuid4())) == (401, "AUTH_TOKEN_INVALID")
    assert error(refresh(api, "rubbish", uuid4())) == LIMITED
    assert refresh(api, refresh_token(phone), phone.device_id).status_code == 200


def test_a_sign_in_that_goes_well_uses_nothing_up(api, anna):
    for _ in range(LOGINS * 2):
        assert log_in(api, anna.email, PASSWORD).status_code == 200


def test_people_at_home_share_one_address_and_not_their_limits(api, anna):
    mia = UserFactory()
    guesses(api, mia.email, LOGINS + 1)
    assert log_in(api, anna.email, PASSWORD).status_code == 200


def test_codes_are_guessed_so_often_and_then_not_even_hashed(api, leo, leos_code, monkeypatch):
    times = BY_ACCOUNT[Step.ACTIVATION][0].times
    assert [activate(api, "nobody", "0000-0000").status_code for _ in range(times)] == [400] * times
    monkeypatch.setattr(codes, "HASHER", None)
    assert error(activate(api, "nobody", "0000-0000")) == LIMITED


def test_a_code_that_was_not_burned_opens_when_the_time_is_over(api, leo, leos_code):
    for _ in range(4):
        activate(api, "leo", "0000-0000")
    for _ in range(20):
        assert activate(api, "leo", leos_code).status_code == 200


def test_a_code_is_completed_so_often(api, leo, leos_code):
    activated = activate(api, "leo", leos_code)
    answers = [complete(api, activated, password="1234567890") for _ in range(BY_ACCOUNT[Step.COMPLETION][0].times)]
    assert {error(answer) for answer in answers} == {(400, "VALIDATION_FAILED")}
    assert error(complete(api, activated)) == LIMITED


def test_made_up_tokens_are_counted_by_address_and_leave_so_many_lines(api, db):
    body = {"activation_token": "rubbish", "device_name": "a phone"}
    times = BY_ADDRESS[Step.COMPLETION].times
    answers = [api.post("/api/v1/auth/activate/complete", body).status_code for _ in range(times + 5)]
    assert answers == [401] * times + [429] * 5
    assert lines(kind="activation_failed") == times
    assert lines(kind="rate_limited", reason="completion_address") == 1


def test_a_session_that_has_ended_is_refreshed_in_vain_so_often(api, anna, phone):
    revoke_sessions(sessions=anna.sessions.all(), reason="signed_out", actor=anna, client=Client())
    token, times = refresh_token(phone), BY_ACCOUNT[Step.REFRESH][0].times
    answers = [error(refresh(api, token, phone.device_id)) for _ in range(times + 5)]
    assert answers == [(401, "AUTH_SESSION_REVOKED")] * times + [LIMITED] * 5
    assert lines(kind="refresh") == times
    assert lines(kind="rate_limited", reason="refresh_account", user=anna) == 1


def test_a_replay_ends_its_session_even_where_the_limit_is_reached(api, phone):
    for _ in range(BY_ADDRESS[Step.REFRESH].times + 1):
        refresh(api, "rubbish", phone.device_id)
    phone.generation += 5
    replayed = refresh(api, str(RefreshToken.for_session(phone)), phone.device_id)
    assert error(replayed) == (401, "AUTH_TOKEN_REPLAYED")
    phone.refresh_from_db()
    assert phone.revoked_reason == "replayed"


def test_a_refresh_asks_the_database_nothing_for_its_limits(api, phone, django_assert_num_queries):
    with django_assert_num_queries(5):  # a transaction, the rotation, the session, the audit
        assert refresh(api, refresh_token(phone), phone.device_id).status_code == 200


def test_a_limit_stands_in_the_audit_with_whom_it_is_about(api, anna):
    guesses(api, anna.email, LOGINS + 20)
    event = AuthEvent.objects.get(kind="rate_limited")
    assert (event.user, event.reason, event.ip) == (anna, "login_account", "127.0.0.1")
    assert lines(kind="login") == LOGINS


def test_a_header_does_not_make_another_address(db):
    made_up = [APIClient(headers={"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(60)]
    answers = [log_in(api, f"somebody {number}", WRONG).status_code for number, api in enumerate(made_up)]
    assert answers.count(401) == BY_ADDRESS[Step.LOGIN].times


@pytest.mark.parametrize("values", [{"password": ""}, {"device_name": ""}, {"more": 1}])
def test_a_body_that_cannot_be_read_is_not_an_attempt(api, anna, values):
    for _ in range(LOGINS + 1):
        log_in(api, anna.email, **({"password": WRONG} | values))
    assert log_in(api, anna.email, PASSWORD).status_code == 200
