"""How a session goes on: one token, one new generation; an old token ends it."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.models import DeviceSession
from accounts.services.refresh import refresh_session
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken, RefreshToken
from config.client import Client
from config.errors import Code
from tests.accounts.steps import error, refresh, refresh_token
from tests.concurrency import simultaneously
from tests.factories import UserFactory

REPLAYED = (401, "AUTH_TOKEN_REPLAYED")
REVOKED = (401, "AUTH_SESSION_REVOKED")
EXPIRED = (401, "AUTH_TOKEN_EXPIRED")


def after_the_grace(session: DeviceSession) -> None:
    DeviceSession.objects.filter(pk=session.pk).update(rotated_at=F("rotated_at") - timedelta(seconds=11))


def test_a_refresh_gives_the_next_generation(api, phone, on_device):
    answer = refresh(api, refresh_token(phone), phone.device_id)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access", "refresh", "device_id", "user"}
    assert RefreshToken(body["refresh"]).generation == 2
    assert AccessToken(body["access"]).session_id == phone.pk
    phone.refresh_from_db()
    assert phone.generation == 2
    assert on_device(phone).get("/api/v1/auth/sessions").status_code == 200


def test_a_session_goes_on_for_thirty_days_from_each_refresh(api, phone):
    DeviceSession.objects.update(idle_expires_at=timezone.now() + timedelta(hours=1))
    refresh(api, refresh_token(phone), phone.device_id)
    phone.refresh_from_db()
    assert phone.idle_expires_at == phone.rotated_at + settings.SESSION_IDLE_LIFETIME


def test_a_session_never_outlives_its_absolute_end(api, phone):
    end = timezone.now() + timedelta(days=2)
    DeviceSession.objects.update(expires_at=end)
    body = refresh(api, refresh_token(phone), phone.device_id).json()
    phone.refresh_from_db()
    assert phone.idle_expires_at == phone.expires_at == end
    assert RefreshToken(body["refresh"])["exp"] == int(end.timestamp())


def test_a_lost_answer_is_given_again_for_ten_seconds(api, phone):
    first = refresh(api, refresh_token(phone), phone.device_id).json()
    again = refresh(api, refresh_token(phone), phone.device_id).json()
    assert again["refresh"] == first["refresh"]
    phone.refresh_from_db()
    assert phone.generation == 2


def test_after_the_grace_the_previous_token_ends_the_session(api, phone):
    old = refresh_token(phone)
    newest = refresh(api, old, phone.device_id).json()["refresh"]
    after_the_grace(phone)
    assert error(refresh(api, old, phone.device_id)) == REPLAYED
    phone.refresh_from_db()
    assert phone.revoked_at is not None
    assert phone.revoked_reason == "replayed"
    assert error(refresh(api, newest, phone.device_id)) == REVOKED


@pytest.mark.parametrize("generation", [1, 2, 3, 4, 5])
def test_a_replayed_token_of_any_age_ends_the_session(api, phone, on_device, generation):
    tokens = [refresh_token(phone)]
    for _ in range(6):
        tokens.append(refresh(api, tokens[-1], phone.device_id).json()["refresh"])
    assert error(refresh(api, tokens[generation - 1], phone.device_id)) == REPLAYED
    assert error(on_device(phone).get("/api/v1/auth/sessions")) == REVOKED
    assert error(refresh(api, tokens[-1], phone.device_id)) == REVOKED


def test_a_generation_that_never_was_ends_the_session(api, phone):
    phone.generation = 7
    assert error(refresh(api, refresh_token(phone), phone.device_id)) == REPLAYED


def test_a_token_on_another_device_ends_the_session(api, phone):
    assert error(refresh(api, refresh_token(phone), uuid4())) == REPLAYED
    phone.refresh_from_db()
    assert phone.revoked_reason == "other_device"
    assert error(refresh(api, refresh_token(phone), phone.device_id)) == REVOKED


def test_the_grace_is_for_the_same_device_only(api, phone):
    refresh(api, refresh_token(phone), phone.device_id)
    assert error(refresh(api, refresh_token(phone), uuid4())) == REPLAYED


@pytest.mark.django_db(transaction=True)
def test_the_revocation_survives_the_401(api):
    session = open_session(user=UserFactory(), device_name="a phone", client=Client())
    assert error(refresh(api, refresh_token(session), uuid4())) == REPLAYED
    assert not DeviceSession.objects.live().exists()


@pytest.mark.parametrize("field", ["idle_expires_at", "expires_at"])
def test_an_expired_session_is_over(api, phone, field):
    token = refresh_token(phone)
    DeviceSession.objects.update(**{field: timezone.now() - timedelta(seconds=1)})
    assert error(refresh(api, token, phone.device_id)) == EXPIRED
    phone.refresh_from_db()
    assert (phone.generation, phone.revoked_at) == (1, None)


def test_an_expired_token_is_not_looked_up(api, phone):
    phone.idle_expires_at = timezone.now() - timedelta(seconds=11)
    assert error(refresh(api, refresh_token(phone), phone.device_id)) == EXPIRED


def test_a_revoked_session_is_not_refreshed(api, phone):
    DeviceSession.objects.update(revoked_at=timezone.now())
    assert error(refresh(api, refresh_token(phone), phone.device_id)) == REVOKED


def test_a_session_that_never_was_is_not_refreshed(api, phone):
    phone.pk = uuid4()
    assert error(refresh(api, refresh_token(phone), phone.device_id)) == REVOKED


def test_somebody_deactivated_does_not_refresh(api, anna, phone):
    anna.is_active = False
    anna.save()
    assert error(refresh(api, refresh_token(phone), phone.device_id)) == REVOKED
    phone.refresh_from_db()
    assert phone.generation == 1


def test_a_refresh_needs_a_device_id(api, phone):
    answer = api.post("/api/v1/auth/session/refresh", {"refresh": refresh_token(phone)})
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert error(refresh(api, refresh_token(phone), "my phone")) == (400, "VALIDATION_FAILED")


@pytest.mark.django_db(transaction=True)
def test_sixteen_refreshes_at_once_make_one_generation_and_get_the_same_token():
    session = open_session(user=UserFactory(), device_name="a phone", client=Client())
    for generation in range(1, 6):
        granted = simultaneously(partial(refreshed, session), 16)
        assert {row.generation for row in granted} == {generation + 1}
        assert len({refresh_token(row) for row in granted}) == 1
        session = granted[0]
    assert DeviceSession.objects.live().get().generation == 6


@pytest.mark.django_db(transaction=True)
def test_sixteen_replays_at_once_all_fail_and_revoke_once():
    session = open_session(user=UserFactory(), device_name="a phone", client=Client())
    for _ in range(2):
        latest = refreshed(session)
        session, old = latest, session
    after_the_grace(session)
    outcomes = simultaneously(lambda: refreshed(old), 16)
    assert {outcome.code for outcome in outcomes} <= {Code.AUTH_TOKEN_REPLAYED, Code.AUTH_SESSION_REVOKED}
    assert not DeviceSession.objects.live().exists()
    assert session.events.filter(kind="session_revoked").count() == 1


def refreshed(session: DeviceSession):
    return refresh_session(
        session_id=session.pk, generation=session.generation, device_id=session.device_id, client=Client()
    )
