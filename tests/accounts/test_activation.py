"""The second step: a device signs in, and the code is spent."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivationCode, DeviceSession
from accounts.services.activation import complete_activation
from accounts.services.codes import issue_code
from accounts.tokens import ActivationToken
from config.client import Client
from tests.accounts.steps import activate, complete, error, log_in
from tests.concurrency import simultaneously
from tests.factories import PASSWORD, UserFactory

INVALID = (400, "AUTH_INVALID_ACTIVATION_CODE")


def test_two_steps_open_a_session_on_this_device(api, leo, leos_code):
    answer = complete(api, activate(api, "leo", leos_code), platform="Android 17")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access", "refresh", "device_id", "user"}
    assert body["user"]["handle"] == "leo"
    session = DeviceSession.objects.get(user=leo)
    assert str(session.device_id) == body["device_id"]
    assert (session.device_name, session.platform, session.app_version) == ("Anna's phone", "Android 17", "1.4.0")
    assert session.fingerprint_hash == hashlib.sha256(b"pixel-9/42").hexdigest()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {body['access']}")
    assert api.get("/api/v1/auth/sessions").status_code == 200


def test_a_first_activation_is_remembered_and_needs_no_password(api, leo, leos_code):
    complete(api, activate(api, "leo", leos_code))
    leo.refresh_from_db()
    assert leo.activated_at is not None
    assert not leo.has_usable_password()


def test_a_password_chosen_then_signs_in_later(api, leo, leos_code):
    complete(api, activate(api, "leo", leos_code), password=" by candle light ")
    assert log_in(api, "leo", " by candle light ").status_code == 200
    assert error(log_in(api, "leo", "by candle light")) == (401, "AUTH_INVALID_CREDENTIALS")


def test_an_empty_password_is_none(api, leo, leos_code):
    assert complete(api, activate(api, "leo", leos_code), password="").status_code == 200
    leo.refresh_from_db()
    assert not leo.has_usable_password()


@pytest.mark.parametrize("password", ["short", "password123", "0123456789leo@home"])
def test_a_bad_password_is_refused_before_anything_is_spent(api, leo, leos_code, password):
    leo.name = "0123456789leo@home"
    leo.save()
    activated = activate(api, "leo", leos_code)
    answer = complete(api, activated, password=password)
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert list(answer.json()["error"]["details"]) == ["password"]
    assert complete(api, activated, password="by-candle-light").status_code == 200


def test_an_app_that_dies_between_the_steps_starts_over(api, leo, leos_code):
    for _ in range(7):
        activated = activate(api, "leo", leos_code)
        assert activated.status_code == 200
    assert complete(api, activated).status_code == 200


def test_a_code_that_expires_between_the_steps_still_completes(api, leo, leos_code):
    activated = activate(api, "leo", leos_code)
    ActivationCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert complete(api, activated).status_code == 200


def test_a_token_completes_once(api, leo, leos_code):
    activated = activate(api, "leo", leos_code)
    assert complete(api, activated).status_code == 200
    assert error(complete(api, activated)) == INVALID
    assert DeviceSession.objects.filter(user=leo).count() == 1


def test_a_code_replaced_between_the_steps_completes_nothing(api, leo, leos_code, client_at_home):
    activated = activate(api, "leo", leos_code)
    issue_code(user=leo, actor=None, client=client_at_home)
    assert error(complete(api, activated)) == INVALID


def test_a_token_for_a_code_that_is_gone_completes_nothing(api, leo, leos_code):
    activated = activate(api, "leo", leos_code)
    ActivationCode.objects.all().delete()
    assert error(complete(api, activated)) == INVALID


def test_somebody_deactivated_between_the_steps_stays_out(api, leo, leos_code):
    activated = activate(api, "leo", leos_code)
    leo.is_active = False
    leo.save()
    assert error(complete(api, activated)) == INVALID


def test_a_token_grows_old(api, leo, leos_code):
    token = ActivationToken.for_code(ActivationCode.objects.get(), device_fingerprint="x", app_version="1")
    token.set_exp(lifetime=timedelta(seconds=-11))
    answer = api.post("/api/v1/auth/activate/complete", {"activation_token": str(token), "device_name": "a phone"})
    assert error(answer) == (401, "AUTH_TOKEN_EXPIRED")


def test_a_reset_without_a_password_locks_out_whoever_knew_the_old_one(api, anna, client_at_home):
    code = issue_code(user=anna, actor=None, client=client_at_home)
    thief = log_in(api, anna.email, PASSWORD).json()
    first_activated_at = anna.activated_at
    assert complete(api, activate(api, anna.email, code)).status_code == 200
    assert error(log_in(api, anna.email, PASSWORD)) == (401, "AUTH_INVALID_CREDENTIALS")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {thief['access']}")
    assert error(api.get("/api/v1/auth/sessions")) == (401, "AUTH_SESSION_REVOKED")
    anna.refresh_from_db()
    assert anna.activated_at == first_activated_at


def test_a_reset_with_a_password_changes_it(api, anna, client_at_home):
    code = issue_code(user=anna, actor=None, client=client_at_home)
    complete(api, activate(api, anna.email, code), password="by-candle-light")
    assert error(log_in(api, anna.email, PASSWORD)) == (401, "AUTH_INVALID_CREDENTIALS")
    assert log_in(api, anna.email, "by-candle-light").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_eight_completions_at_once_one_wins(client_at_home):
    leo = UserFactory(handle="leo", new=True)
    issue_code(user=leo, actor=None, client=client_at_home)
    code_id = ActivationCode.objects.get().pk

    def attempt() -> bool:
        outcome = complete_activation(
            code_id=code_id, fingerprint_hash="", device_name="a phone", app_version="1", client=Client()
        )
        return isinstance(outcome, DeviceSession)

    assert sorted(simultaneously(attempt, 8)) == [False] * 7 + [True]
    assert DeviceSession.objects.live().filter(user=leo).count() == 1
