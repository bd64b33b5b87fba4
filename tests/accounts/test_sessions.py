"""One's own sessions: seen, ended, and noticed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import DeviceSession
from accounts.services.sessions import open_session, revoke_sessions, touch
from config.client import Client
from tests.accounts.steps import error
from tests.concurrency import simultaneously
from tests.factories import UserFactory

SESSIONS = "/api/v1/auth/sessions"
REVOKE = "/api/v1/auth/session/revoke"
NOT_FOUND = (404, "RESOURCE_NOT_FOUND")
REVOKED = (401, "AUTH_SESSION_REVOKED")


@pytest.fixture
def tablet(anna, client_at_home):
    return open_session(user=anna, device_name="the tablet", client=client_at_home)


@pytest.fixture
def strangers(db):
    return open_session(user=UserFactory(), device_name="somebody's", client=Client())


def test_the_list_shows_ones_own_live_sessions_newest_first(phone, tablet, strangers, on_device):
    ended = open_session(user=phone.user, device_name="ended", client=Client())
    DeviceSession.objects.filter(pk=ended.pk).update(revoked_at=timezone.now())
    expired = open_session(user=phone.user, device_name="expired", client=Client())
    DeviceSession.objects.filter(pk=expired.pk).update(idle_expires_at=timezone.now())
    body = on_device(phone).get(SESSIONS).json()
    assert [(row["device_name"], row["current"]) for row in body["results"]] == [
        ("the tablet", False),
        ("Anna's phone", True),
    ]
    assert (body["next"], body["previous"]) == (None, None)


def test_the_list_shows_nothing_secret(phone, on_device):
    assert set(on_device(phone).get(SESSIONS).json()["results"][0]) == {
        "id",
        "device_id",
        "device_name",
        "platform",
        "app_version",
        "created_at",
        "last_seen_at",
        "last_ip",
        "has_pin",
        "locked",
        "current",
    }


def test_the_list_comes_in_pages(anna, phone, on_device):
    for number in range(4):
        open_session(user=anna, device_name=f"device {number}", client=Client())
    device = on_device(phone)
    page = device.get(SESSIONS, {"limit": 2}).json()
    names = [row["device_name"] for row in page["results"]]
    while page["next"]:
        page = device.get(page["next"]).json()
        names += [row["device_name"] for row in page["results"]]
    assert names == ["device 3", "device 2", "device 1", "device 0", "Anna's phone"]


def test_the_list_asks_as_much_for_many_sessions_as_for_few(anna, phone, on_device, django_assert_num_queries):
    device = on_device(phone)
    for rows in (3, 23):
        while DeviceSession.objects.count() < rows:
            open_session(user=anna, device_name="one more", client=Client())
        # Who is asking; the page.
        with django_assert_num_queries(2):
            assert len(device.get(SESSIONS).json()["results"]) == rows


def test_nobody_sees_no_sessions(api, phone):
    assert error(api.get(SESSIONS)) == (401, "AUTH_REQUIRED")


def test_an_unknown_parameter_is_refused(phone, on_device):
    assert error(on_device(phone).get(SESSIONS, {"user": "x"})) == (400, "VALIDATION_FAILED")


def test_another_session_of_ones_own_is_ended_at_once(phone, tablet, on_device):
    assert on_device(phone).delete(f"{SESSIONS}/{tablet.pk}").status_code == 204
    assert error(on_device(tablet).get(SESSIONS)) == REVOKED
    assert on_device(phone).get(SESSIONS).status_code == 200


def test_a_strangers_session_an_ended_one_and_none_are_not_there_alike(phone, tablet, strangers, on_device):
    device = on_device(phone)
    device.delete(f"{SESSIONS}/{tablet.pk}")
    for pk in (strangers.pk, tablet.pk, uuid4()):
        assert error(device.delete(f"{SESSIONS}/{pk}")) == NOT_FOUND
    assert error(device.delete(f"{SESSIONS}/not-an-id")) == NOT_FOUND
    strangers.refresh_from_db()
    assert strangers.revoked_at is None


@pytest.mark.parametrize("body", [None, {}, {"all": False}])
def test_signing_out_ends_this_session_alone(phone, tablet, on_device, body):
    assert on_device(phone).post(REVOKE, body).status_code == 204
    assert error(on_device(phone).get(SESSIONS)) == REVOKED
    assert on_device(tablet).get(SESSIONS).status_code == 200
    phone.refresh_from_db()
    assert phone.revoked_reason == "signed_out"


def test_signing_out_everywhere_ends_every_session_of_ones_own(phone, tablet, strangers, on_device):
    assert on_device(phone).post(REVOKE, {"all": True}).status_code == 204
    assert DeviceSession.objects.live().get() == strangers


def test_signing_out_a_device_ends_ones_own_session_there(phone, tablet, on_device):
    shared = open_session(user=UserFactory(), device_name="shared", device_id=tablet.device_id, client=Client())
    assert on_device(phone).post(REVOKE, {"device_id": str(tablet.device_id)}).status_code == 204
    assert error(on_device(tablet).get(SESSIONS)) == REVOKED
    assert on_device(shared).get(SESSIONS).status_code == 200


def test_a_device_of_nobody_or_of_somebody_else_is_not_there(phone, strangers, on_device):
    for device_id in (uuid4(), strangers.device_id):
        assert error(on_device(phone).post(REVOKE, {"device_id": str(device_id)})) == NOT_FOUND


def test_one_device_and_all_is_a_contradiction(phone, on_device):
    body = {"device_id": str(phone.device_id), "all": True}
    assert error(on_device(phone).post(REVOKE, body)) == (400, "VALIDATION_FAILED")


def test_somebody_deactivated_is_out_on_the_next_request(anna, phone, on_device):
    assert on_device(phone).get(SESSIONS).status_code == 200
    anna.is_active = False
    anna.save()
    assert error(on_device(phone).get(SESSIONS)) == REVOKED


def test_an_ended_session_keeps_its_first_reason(anna, phone, client_at_home):
    reasons = DeviceSession.Revoked
    everything = anna.sessions.all()
    first = revoke_sessions(sessions=everything, reason=reasons.STAFF, actor=None, client=client_at_home)
    second = revoke_sessions(sessions=everything, reason=reasons.SIGNED_OUT, actor=anna, client=client_at_home)
    assert (first, second) == (1, 0)
    phone.refresh_from_db()
    assert phone.revoked_reason == "staff"


def test_a_request_is_noted_every_five_minutes(phone, on_device):
    DeviceSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=4), last_ip=None)
    on_device(phone).get(SESSIONS)
    phone.refresh_from_db()
    assert phone.last_ip is None
    DeviceSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=6))
    on_device(phone).get(SESSIONS)
    phone.refresh_from_db()
    assert phone.last_ip == "127.0.0.1"
    assert timezone.now() - phone.last_seen_at < timedelta(minutes=1)


def test_being_seen_changes_nothing_else(phone):
    DeviceSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=6))
    phone.refresh_from_db()
    updated_at = phone.updated_at
    touch(phone, Client(ip="2001:db8::7"))
    phone.refresh_from_db()
    assert (phone.updated_at, phone.last_ip) == (updated_at, "2001:db8::7")


@pytest.mark.django_db(transaction=True)
def test_a_session_that_many_end_at_once_ends_once():
    anna = UserFactory()
    for _ in range(3):
        open_session(user=anna, device_name="a device", client=Client())

    def sign_out() -> int:
        reason = DeviceSession.Revoked.SIGNED_OUT
        return revoke_sessions(sessions=anna.sessions.all(), reason=reason, actor=anna, client=Client())

    assert sorted(simultaneously(sign_out, 8)) == [0] * 7 + [3]
    assert anna.auth_events.filter(kind="session_revoked").count() == 3
