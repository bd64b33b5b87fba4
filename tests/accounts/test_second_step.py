"""Signing in with a password and a code."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.test import APIClient

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services import limits
from accounts.services.codes import issue_code
from accounts.services.second_factor import as_typed
from accounts.tokens import MfaToken
from tests.accounts.factor import Phone, enrolled, first_step, second_step, session_of, works
from tests.accounts.hashers import CountingHasher
from tests.accounts.steps import activate, complete, error, log_in, timeless
from tests.concurrency import simultaneously
from tests.factories import PASSWORD, UserFactory

WRONG = (401, "AUTH_INVALID_MFA_CODE")
NO_TOKEN = (401, "AUTH_TOKEN_INVALID")


@pytest.fixture
def factor(anna) -> Phone:
    return enrolled(anna)


def events(*kinds: str) -> list[tuple]:
    found = AuthEvent.objects.filter(kind__in=kinds).order_by("id")
    return list(found.values_list("kind", "outcome", "reason"))


def test_a_password_alone_opens_nothing(api, anna, factor):
    token = first_step(api, anna)
    assert not DeviceSession.objects.exists()
    assert not works(APIClient(headers={"Authorization": f"Bearer {token}"}))
    assert events("login") == [("login", "attempted", "second_factor")]


def test_a_code_after_it_signs_in(api, anna, factor):
    token = first_step(api, anna, device_name="Anna's phone", platform="ios")
    answer = second_step(api, token, factor.code())
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "device_id", "user"}
    assert answer["Cache-Control"] == "no-store"
    session = session_of(answer)
    assert (session.device_name, session.platform) == ("Anna's phone", "ios")
    assert session.second_factor_at is not None
    assert events("mfa_checked", "login")[1:] == [("mfa_checked", "succeeded", ""), ("login", "succeeded", "")]


def test_a_code_may_be_typed_in_groups(api, anna, factor):
    code = factor.code()
    assert second_step(api, first_step(api, anna), f" {code[:3]} {code[3:]} ").status_code == 200


def test_the_device_keeps_its_id(api, anna, factor):
    first = second_step(api, first_step(api, anna), factor.code()).json()
    again = second_step(api, first_step(api, anna, device_id=first["device_id"]), factor.fresh())
    assert again.json()["device_id"] == first["device_id"]
    assert DeviceSession.objects.live().count() == 1


@pytest.mark.parametrize("wrong", ["000000", "12345", "1234567", "١٢٣٤٥٦", "-12345", "AAAA-AAAA-AAAA-AAAA", "x" * 40])
def test_a_wrong_code_signs_nobody_in_and_leaves_the_step_open(api, anna, factor, wrong):
    token = first_step(api, anna)
    assert error(second_step(api, token, wrong)) == WRONG
    assert not DeviceSession.objects.exists()
    assert events("mfa_checked") == [("mfa_checked", "failed", "auth_invalid_mfa_code")]
    assert second_step(api, token, factor.code()).status_code == 200


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(api, anna, factor, steps, is_good):
    assert (second_step(api, first_step(api, anna), factor.code(steps)).status_code == 200) is is_good


def test_a_code_is_good_once(api, anna, factor):
    code = factor.code()
    assert second_step(api, first_step(api, anna), code).status_code == 200
    assert error(second_step(api, first_step(api, anna), code)) == WRONG


def test_nor_is_one_of_an_earlier_step_good_after_a_later_one(api, anna, factor):
    assert second_step(api, first_step(api, anna), factor.code()).status_code == 200
    assert error(second_step(api, first_step(api, anna), factor.code(-1))) == WRONG


def test_the_step_is_taken_once(api, anna, factor):
    token = first_step(api, anna)
    assert second_step(api, token, factor.code()).status_code == 200
    assert error(second_step(api, token, factor.fresh())) == NO_TOKEN
    assert DeviceSession.objects.count() == 1


def test_a_step_that_was_taken_stays_so_when_its_session_has_ended(api, anna, factor, on_device):
    token = first_step(api, anna)
    session = session_of(second_step(api, token, factor.code()))
    assert on_device(session).post("/api/v1/auth/session/revoke").status_code == 204
    assert error(second_step(api, token, factor.fresh())) == NO_TOKEN


def test_the_step_is_open_for_five_minutes(api, anna, factor):
    token = MfaToken(first_step(api, anna))
    token.set_exp(from_time=timezone.now() - timedelta(minutes=6))
    assert error(second_step(api, str(token), factor.code())) == (401, "AUTH_TOKEN_EXPIRED")
    assert events("mfa_checked") == [("mfa_checked", "failed", "auth_token_expired")]


def test_a_changed_password_closes_it(api, anna, factor):
    token = first_step(api, anna)
    User.objects.update(password=make_password("something else altogether"))
    assert error(second_step(api, token, factor.code())) == NO_TOKEN


def test_so_does_deactivation(api, anna, factor):
    token = first_step(api, anna)
    User.objects.update(is_active=False)
    assert error(second_step(api, token, factor.code())) == NO_TOKEN


def test_nobody_elses_code_is_good(api, anna, factor):
    other = enrolled(UserFactory(), with_codes=True)
    token = first_step(api, anna)
    assert error(second_step(api, token, other.code())) == WRONG
    assert error(second_step(api, token, other.codes[0])) == WRONG


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_no_other_token_takes_the_step(api, anna, factor, kind):
    signed_in = second_step(api, first_step(api, anna), factor.code()).json()
    assert error(second_step(api, signed_in[kind], factor.fresh())) == NO_TOKEN


def test_the_step_opens_nothing_else(api, anna, factor):
    token = first_step(api, anna)
    body = {"refresh": token, "device_id": "0199b2c4-7b1e-7c3a-9a55-0d6f3f0e8a11"}
    assert error(api.post("/api/v1/auth/session/refresh", body)) == NO_TOKEN
    body = {"activation_token": token, "device_name": "a phone"}
    assert error(api.post("/api/v1/auth/activate/complete", body)) == NO_TOKEN


def test_a_key_is_refused(api, anna, factor):
    answer = api.post("/api/v1/auth/mfa", {}, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["error"]["details"]


def test_a_wrong_password_says_and_costs_the_same_with_a_second_factor(api, anna, factor, settings):
    without = log_in(api, UserFactory().email, "not a password")
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]
    CountingHasher.calls = 0
    assert timeless(log_in(api, anna.email, "not a password")) == timeless(without)
    assert CountingHasher.calls == 1


def test_codes_are_limited_for_the_account_wherever_they_come_from(api, anna, factor):
    token = first_step(api, anna)
    for _ in range(10):
        assert error(second_step(api, token, "000000")) == WRONG
    refused = second_step(api, token, factor.code())
    assert error(refused) == (429, "RATE_LIMITED")
    assert int(refused["Retry-After"]) > 0
    assert not DeviceSession.objects.exists()


# --- Recovery codes ------------------------------------------------------------------------------


def test_a_recovery_code_signs_in_once_however_it_is_typed(api, anna):
    phone = enrolled(anna, with_codes=True)
    for typed in (phone.codes[0], phone.codes[1].lower().replace("-", " "), phone.codes[2].replace("-", "")):
        assert second_step(api, first_step(api, anna), typed).status_code == 200
        assert error(second_step(api, first_step(api, anna), typed)) == WRONG
    assert second_step(api, first_step(api, anna), phone.codes[3]).status_code == 200


# --- Races ---------------------------------------------------------------------------------------


def winners(steps: list[str], code: str) -> list[int]:
    answers = simultaneously(lambda: second_step(APIClient(), steps.pop(), code).status_code, len(steps))
    return sorted(answers)


@pytest.fixture
def unlimited(settings, monkeypatch):
    """Nobody has a limit: what is tried here is what stands behind it."""
    monkeypatch.setattr(limits, "BY_ACCOUNT", {step: [] for step in limits.Step})
    monkeypatch.setattr(limits, "BY_ADDRESS", dict.fromkeys(limits.Step, limits.Limit(10_000, limits.DAY)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["digits", "recovery"])
def test_of_fifty_who_show_one_code_at_once_one_is_let_in(api, unlimited, kind):
    anna = UserFactory()
    phone = enrolled(anna, with_codes=kind == "recovery")
    steps = [first_step(api, anna) for _ in range(50)]
    assert winners(steps, phone.codes[0] if kind == "recovery" else phone.code()) == [200] + [401] * 49
    assert DeviceSession.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_take_one_step_at_once_with_codes_of_their_own_one_does(api, unlimited):
    anna = UserFactory()
    codes = enrolled(anna, with_codes=True).codes
    token = first_step(api, anna)
    answers = simultaneously(lambda: second_step(APIClient(), token, codes.pop()).status_code, 10)
    assert sorted(answers) == [200] + [401] * 9
    assert DeviceSession.objects.count() == 1


# --- Activation ----------------------------------------------------------------------------------


def reset(user, client_at_home) -> str:
    return issue_code(user=user, actor=None, client=client_at_home)


def test_an_activation_says_whether_a_code_is_wanted(api, anna, leo, leos_code, factor, client_at_home):
    assert activate(api, "leo", leos_code).json()["requires_mfa"] is False
    assert activate(api, anna.email, reset(anna, client_at_home)).json()["requires_mfa"] is True


@pytest.mark.parametrize("shown", [{}, {"mfa_code": ""}, {"mfa_code": "000000"}])
def test_a_reset_alone_never_gets_past_a_second_factor(api, anna, factor, client_at_home, shown):
    activated = activate(api, anna.email, reset(anna, client_at_home))
    assert error(complete(api, activated, password="something-else-altogether", **shown)) == WRONG
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)
    assert not DeviceSession.objects.live().exists()
    done = complete(api, activated, password="something-else-altogether", mfa_code=factor.code())
    assert done.status_code == 200
    assert session_of(done).second_factor_at is not None


def test_a_recovery_code_goes_with_a_reset_too(api, anna, client_at_home):
    phone = enrolled(anna, with_codes=True)
    activated = activate(api, anna.email, reset(anna, client_at_home))
    assert complete(api, activated, mfa_code=phone.codes[0]).status_code == 200
    assert log_in(api, anna.email, PASSWORD).status_code == 401


def test_a_used_code_spends_no_second_factor(api, anna, client_at_home):
    phone = enrolled(anna, with_codes=True)
    activated = activate(api, anna.email, reset(anna, client_at_home))
    assert complete(api, activated, mfa_code=phone.codes[0]).status_code == 200
    again = complete(api, activated, mfa_code=phone.codes[1])
    assert error(again) == (400, "AUTH_INVALID_ACTIVATION_CODE")
    assert second_step_is_open_for(api, anna, phone) is True


def second_step_is_open_for(api, anna, phone) -> bool:
    User.objects.update(password=make_password(PASSWORD))
    return second_step(api, first_step(api, anna), phone.codes[1]).status_code == 200


def test_whoever_has_none_needs_none(api, leo, leos_code):
    assert complete(api, activate(api, "leo", leos_code), mfa_code="000000").status_code == 200


# --- Secrets -------------------------------------------------------------------------------------


def test_the_table_tells_no_secret_and_no_code(api, anna):
    phone = enrolled(anna, with_codes=True)
    rows = json.dumps([*TOTPDevice.objects.values(), *AuthEvent.objects.values()], default=str)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert as_typed(phone.device) not in rows
    assert not kept & {code.replace("-", "") for code in phone.codes}
    assert len(kept) == 10


def test_a_device_may_have_a_long_name_in_any_letters(api, anna, factor):
    token = first_step(api, anna, device_name="\U0001f384" * 120, platform="\U0001f381" * 40)
    answer = second_step(api, token, factor.code())
    assert answer.status_code == 200
    assert session_of(answer).device_name == "\U0001f384" * 120
