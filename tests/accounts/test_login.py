from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import DeviceSession, User
from accounts.services.login import log_in as log_in_service
from config.client import Client
from tests.accounts.hashers import CountingHasher, InterruptedHasher
from tests.accounts.steps import error, log_in, timeless
from tests.concurrency import simultaneously
from tests.factories import PASSWORD, UserFactory

WRONG = (401, "AUTH_INVALID_CREDENTIALS")


@pytest.mark.parametrize("login", ["anna@example.org", "ANNA@EXAMPLE.ORG", "anna"])
def test_e_mail_address_and_handle_both_sign_in(api, db, login):
    user = UserFactory(email="anna@example.org", handle="Anna")
    answer = log_in(api, login, PASSWORD, platform="iOS 20")
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "device_id", "user"}
    assert answer.json()["user"]["id"] == str(user.pk)
    assert DeviceSession.objects.get().platform == "iOS 20"


def test_every_failure_says_the_same(api, anna, leo):
    wrong = log_in(api, anna.email, "not her password")
    unknown = log_in(api, "nobody@example.org", PASSWORD)
    without_password = log_in(api, "leo", PASSWORD)
    anna.is_active = False
    anna.save()
    deactivated = log_in(api, anna.email, PASSWORD)
    assert error(wrong) == WRONG
    assert timeless(wrong) == timeless(unknown) == timeless(without_password) == timeless(deactivated)
    assert wrong["WWW-Authenticate"] == 'Bearer realm="hearth"'


@pytest.mark.parametrize("login", ["anna@example.org", "leo", "nobody@example.org", "gone@example.org"])
def test_every_failure_costs_one_hash(api, anna, leo, settings, login):
    UserFactory(email="gone@example.org", is_active=False)
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]
    CountingHasher.calls = 0
    log_in(api, login, "not a password")
    assert CountingHasher.calls == 1


def test_a_device_keeps_its_id_and_one_session(api, anna):
    first = log_in(api, anna.email, PASSWORD).json()
    second = log_in(api, anna.email, PASSWORD, device_id=first["device_id"]).json()
    assert second["device_id"] == first["device_id"]
    assert DeviceSession.objects.live().filter(user=anna).count() == 1
    assert DeviceSession.objects.filter(revoked_reason="replaced").count() == 1


def test_one_tablet_holds_sessions_of_several_people(api, anna):
    mia = UserFactory()
    tablet = log_in(api, anna.email, PASSWORD).json()["device_id"]
    assert log_in(api, mia.email, PASSWORD, device_id=tablet).json()["device_id"] == tablet
    assert DeviceSession.objects.live().filter(device_id=tablet).count() == 2


def test_a_device_does_not_name_itself(api, anna):
    made_up = str(uuid4())
    assert log_in(api, anna.email, PASSWORD, device_id=made_up).json()["device_id"] != made_up


def test_a_sign_in_reports_all_that_is_wrong_with_it(api, db):
    answer = api.post("/api/v1/auth/login", {"device_id": "x", "login": 7, "remember": True})
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert set(answer.json()["error"]["details"]) == {"password", "device_name", "device_id", "remember"}


def test_a_sign_in_needs_json_as_an_object(api, db):
    assert error(api.post("/api/v1/auth/login", [1, 2])) == (400, "VALIDATION_FAILED")
    answer = api.post("/api/v1/auth/login", "{", content_type="application/json")
    assert error(answer) == (400, "VALIDATION_MALFORMED")


def test_a_password_that_is_reset_while_it_is_checked_opens_nothing(api, anna, settings, monkeypatch):
    def reset() -> None:
        User.objects.filter(pk=anna.pk).update(password=make_password(None))

    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.InterruptedHasher"]
    monkeypatch.setattr(InterruptedHasher, "meanwhile", reset)
    assert error(log_in(api, anna.email, PASSWORD)) == WRONG
    assert not DeviceSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_sign_ins_at_once_on_one_device_leave_one_session(api):
    anna = UserFactory()
    device_id = DeviceSession.objects.get(pk=session_of(anna).pk).device_id
    sessions = simultaneously(lambda: session_of(anna, device_id), 8)
    assert {session.device_id for session in sessions} == {device_id}
    assert DeviceSession.objects.live().filter(user=anna).count() == 1


def session_of(user, device_id=None) -> DeviceSession:
    return log_in_service(
        login=user.email, password=PASSWORD, device_name="a tablet", device_id=device_id, client=Client()
    )
