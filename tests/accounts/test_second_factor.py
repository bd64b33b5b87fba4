"""How somebody gets a second factor, gets another one, and gets rid of it."""

import time
from base64 import b32decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import AuthEvent, DeviceSession, User
from tests.accounts.factor import MFA, enrolled, first_step, second_step, session_of, waiting_phone, works
from tests.accounts.hashers import InterruptedHasher
from tests.accounts.steps import activate, complete, error, log_in
from tests.factories import PASSWORD, UserFactory

WRONG = (401, "AUTH_INVALID_MFA_CODE")
NOT_THEIRS = ("VALIDATION_FAILED", {"password": ["This is not your password."]})
WRONG_CODE = ("VALIDATION_FAILED", {"code": ["This code is wrong or was used before."]})


@pytest.fixture
def mine(anna, as_user) -> APIClient:
    """Anna's phone."""
    return as_user(anna)


def enrol(api: APIClient, password: str = PASSWORD, **values: str) -> Response:
    return api.post(f"{MFA}/enrol", {"password": password} | values)


def confirm(api: APIClient, code: str) -> Response:
    return api.post(f"{MFA}/confirm", {"code": code})


def complaint(answer: Response) -> tuple:
    assert answer.status_code == 400
    found = answer.json()["error"]
    return found["code"], found["details"]


def device(api: APIClient) -> dict:
    return api.get(f"{MFA}/device").json()


def events() -> list[tuple]:
    found = AuthEvent.objects.filter(kind__startswith="mfa").order_by("id")
    return list(found.values_list("kind", "outcome", "reason"))


def test_at_first_there_is_none(mine):
    assert device(mine) == {"enrolled_at": None, "recovery_codes_left": 0, "is_required": False}


def test_an_authenticator_is_told_what_it_needs(mine, anna):
    answer = enrol(mine)
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    told = answer.json()
    uri = urlsplit(told["otpauth_uri"])
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Hearth%3Aanna%40example.org")
    values = {name: value for name, (value,) in parse_qs(uri.query).items()}
    fixed = {"issuer": "Hearth", "algorithm": "SHA1", "digits": "6", "period": "30"}
    assert values == fixed | {"secret": told["secret"]}
    assert told["qr_code"].startswith("data:image/svg+xml")
    totp = TOTP(b32decode(told["secret"]))
    assert confirm(mine, f"{totp.token():06}").status_code == 200


def test_it_is_good_for_nothing_until_it_is_confirmed(mine, api, anna):
    enrol(mine)
    assert device(mine)["enrolled_at"] is None
    assert log_in(api, anna.email, PASSWORD).json().keys() >= {"access"}


def test_its_first_code_makes_it_the_second_factor(mine, api, anna):
    enrol(mine)
    answer = confirm(mine, waiting_phone(anna).code())
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    codes = answer.json()["recovery_codes"]
    assert len(set(codes)) == 10
    found = device(mine)
    assert found["enrolled_at"] is not None
    assert found["recovery_codes_left"] == 10
    assert second_step(api, first_step(api, anna), codes[0]).status_code == 200
    assert device(mine)["recovery_codes_left"] == 9
    assert events()[:2] == [("mfa_enrolled", "attempted", ""), ("mfa_enrolled", "succeeded", "")]


def test_the_code_that_confirmed_it_is_used(mine, api, anna):
    enrol(mine)
    code = waiting_phone(anna).code()
    confirm(mine, code)
    assert error(second_step(api, first_step(api, anna), code)) == WRONG


def test_every_other_session_ends(mine, anna, as_user):
    other, stranger = as_user(anna), as_user(UserFactory())
    enrol(mine)
    assert works(other)
    confirm(mine, waiting_phone(anna).code())
    assert [works(api) for api in (mine, other, stranger)] == [True, False, True]
    assert list(DeviceSession.objects.filter(revoked_at__isnull=False).values_list("revoked_reason")) == [("mfa",)]
    assert DeviceSession.objects.live().get(user=anna).second_factor_at is not None


def test_a_wrong_first_code_confirms_nothing(mine, anna):
    enrol(mine)
    for wrong in ("000000", "AAAA-AAAA-AAAA-AAAA"):
        assert complaint(confirm(mine, wrong)) == WRONG_CODE
    assert device(mine)["enrolled_at"] is None
    assert confirm(mine, waiting_phone(anna).code()).status_code == 200


def test_first_codes_are_limited(mine, anna):
    enrol(mine)
    assert [confirm(mine, "000000").status_code for _ in range(11)] == [400] * 10 + [429]
    assert confirm(mine, waiting_phone(anna).code()).status_code == 429


@pytest.mark.parametrize("password", ["", "wrong"])
def test_it_takes_the_password(mine, anna, password):
    assert complaint(enrol(mine, password)) == NOT_THEIRS
    assert not TOTPDevice.objects.exists()
    assert events() == [("mfa_enrolled", "failed", "auth_invalid_credentials")]


def test_passwords_are_limited(mine):
    assert [enrol(mine, "wrong").status_code for _ in range(11)] == [400] * 10 + [429]
    assert enrol(mine).status_code == 429


def test_nothing_that_was_not_begun_is_confirmed(mine, anna):
    assert error(confirm(mine, "123456")) == (409, "CONFLICT_STATE")
    enrol(mine)
    code = waiting_phone(anna).code()
    TOTPDevice.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert error(confirm(mine, code)) == (409, "CONFLICT_STATE")


def test_to_begin_again_makes_another_one(mine, anna):
    first, second = enrol(mine).json(), enrol(mine).json()
    assert first["secret"] != second["secret"]
    assert TOTPDevice.objects.count() == 1


def test_nobody_confirms_somebody_elses(mine, anna, as_user):
    enrol(mine)
    stranger = as_user(UserFactory())
    enrol(stranger)
    assert complaint(confirm(stranger, waiting_phone(anna).code())) == WRONG_CODE


def test_nobody_confirms_it_elsewhere(mine, anna, as_user):
    """A thief with a session of hers could make it their own while she sets it up."""
    enrol(mine)
    thief = as_user(anna)
    code = waiting_phone(anna).code()
    assert error(confirm(thief, code)) == (409, "CONFLICT_STATE")
    assert confirm(mine, code).status_code == 200


# --- Those without a password --------------------------------------------------------------------


def test_whoever_has_no_password_has_just_signed_in(api, leo, leos_code, on_device):
    phone = on_device(session_of(complete(api, activate(api, "leo", leos_code))))
    assert phone.post(f"{MFA}/enrol", {}).status_code == 201
    assert confirm(phone, waiting_phone(leo).code()).status_code == 200


def test_later_they_have_to_do_so_again(api, leo, leos_code, on_device):
    phone = on_device(session_of(complete(api, activate(api, "leo", leos_code))))
    DeviceSession.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    for path in ("enrol", "recovery-codes", "remove"):
        assert error(phone.post(f"{MFA}/{path}", {})) == (403, "RESOURCE_FORBIDDEN")


# --- Another one ---------------------------------------------------------------------------------


def test_it_is_replaced_with_the_password_and_a_code(mine, api, anna):
    old = enrolled(anna, with_codes=True)
    assert complaint(enrol(mine)) == WRONG_CODE
    assert complaint(enrol(mine, code="000000")) == WRONG_CODE
    assert complaint(enrol(mine, "wrong", code=old.code())) == NOT_THEIRS
    assert enrol(mine, code=old.code()).status_code == 201
    new = waiting_phone(anna)
    assert second_step(api, first_step(api, anna), old.fresh()).status_code == 200
    assert confirm(mine, new.code()).status_code == 200
    assert error(second_step(api, first_step(api, anna), old.fresh())) == WRONG
    assert error(second_step(api, first_step(api, anna), old.codes[0])) == WRONG
    assert second_step(api, first_step(api, anna), new.fresh()).status_code == 200
    assert ("mfa_enrolled", "succeeded", "replaced") in events()
    assert TOTPDevice.objects.count() == 1


def test_or_with_a_recovery_code(mine, anna):
    old = enrolled(anna, with_codes=True)
    assert enrol(mine, code=old.codes[0]).status_code == 201
    assert complaint(enrol(mine, code=old.codes[0])) == WRONG_CODE


# --- Recovery codes ------------------------------------------------------------------------------


def test_new_recovery_codes_end_the_old_ones(mine, api, anna):
    old = enrolled(anna, with_codes=True)
    answer = mine.post(f"{MFA}/recovery-codes", {"password": PASSWORD})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert error(second_step(api, first_step(api, anna), old.codes[0])) == WRONG
    assert second_step(api, first_step(api, anna), answer.json()["recovery_codes"][0]).status_code == 200
    assert events()[0] == ("mfa_codes_renewed", "succeeded", "")
    assert works(mine)


def test_they_take_the_password_and_a_second_factor(mine, anna):
    assert error(mine.post(f"{MFA}/recovery-codes", {"password": PASSWORD})) == (409, "CONFLICT_STATE")
    enrolled(anna)
    assert complaint(mine.post(f"{MFA}/recovery-codes", {"password": "wrong"})) == NOT_THEIRS
    assert not StaticToken.objects.exists()


# --- Without -------------------------------------------------------------------------------------


def test_it_is_removed_with_the_password(mine, api, anna, as_user):
    phone = enrolled(anna, with_codes=True)
    other = as_user(anna)
    assert complaint(mine.post(f"{MFA}/remove", {"password": "wrong"})) == NOT_THEIRS
    assert device(mine)["enrolled_at"] is not None
    assert mine.post(f"{MFA}/remove", {"password": PASSWORD}).status_code == 204
    assert [works(mine), works(other)] == [True, False]
    assert log_in(api, anna.email, PASSWORD).json().keys() >= {"access"}
    assert not StaticToken.objects.exists()
    assert not TOTPDevice.objects.exists()
    assert DeviceSession.objects.live().filter(user=anna).earliest("id").second_factor_at is None
    assert events() == [("mfa_removed", "failed", "auth_invalid_credentials"), ("mfa_removed", "succeeded", "")]
    assert phone.codes


def test_what_is_not_there_is_not_removed(mine):
    assert error(mine.post(f"{MFA}/remove", {"password": PASSWORD})) == (409, "CONFLICT_STATE")


def test_nobody_removes_somebody_elses(mine, anna, as_user):
    enrolled(anna)
    assert error(as_user(UserFactory()).post(f"{MFA}/remove", {"password": PASSWORD})) == (409, "CONFLICT_STATE")
    assert device(mine)["enrolled_at"] is not None


# --- At the door ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["enrol", "confirm", "recovery-codes", "remove"])
def test_each_is_for_who_is_signed_in_and_without_a_key(api, mine, path):
    assert error(api.post(f"{MFA}/{path}", {})) == (401, "AUTH_REQUIRED")
    refused = mine.post(f"{MFA}/{path}", {}, headers={"Idempotency-Key": "once"})
    assert "Idempotency-Key" in refused.json()["error"]["details"]
    assert error(mine.post(f"{MFA}/{path}", {"user": "somebody"})) == (400, "VALIDATION_FAILED")


def test_a_password_that_is_changed_meanwhile_stops_it(mine, anna, settings, monkeypatch):
    def reset() -> None:
        User.objects.filter(pk=anna.pk).update(password=make_password(None))

    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.InterruptedHasher"]
    monkeypatch.setattr(InterruptedHasher, "meanwhile", reset)
    assert error(enrol(mine)) == (412, "CONFLICT_STALE")
    assert not TOTPDevice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_signing_out_everywhere_at_the_same_moment_waits_its_turn(anna, as_user):
    """Each locks the sessions in the order of their keys: otherwise each of the two could wait for the other."""
    as_user(anna)
    mine = as_user(anna)
    enrolled(anna)
    has_begun = Event()

    def sign_out() -> None:
        with transaction.atomic():
            for session in anna.sessions.order_by("pk"):
                DeviceSession.objects.locked(session.pk)
                has_begun.set()
                time.sleep(0.5)
        connection.close()

    with ThreadPoolExecutor() as threads:
        signing_out = threads.submit(sign_out)
        has_begun.wait(timeout=30)
        assert mine.post(f"{MFA}/remove", {"password": PASSWORD}).status_code == 204
        signing_out.result()
