"""A PIN locks a session on a device that several people use, and lets nobody in."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuthEvent, DeviceSession, User
from accounts.pins import RULE, is_weak
from accounts.services import pins, sessions
from accounts.services.pins import hash_of_pin, lock_session, unlock_session
from accounts.services.sessions import keep_open, open_session, revoke_sessions
from accounts.tokens import AccessToken, StreamTicket
from config.client import Client
from households.authentication import viewer_of_session
from tests.accounts.steps import activate, complete, error, log_in, refresh, refresh_token
from tests.concurrency import simultaneously
from tests.factories import PASSWORD, UserFactory

PIN, WRONG = "418096", "730582"
FULL_WIDTH = "".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in PIN)
AT = "/api/v1/auth/session"
ANYTHING = "/api/v1/users/me"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch) -> None:
    """A hash that is slow is tested once."""
    monkeypatch.setattr(pins.HASHER, "work_factor", 2**4)


@pytest.fixture
def tablet(anna, client_at_home) -> DeviceSession:
    """Anna's session with a PIN, open."""
    return open_session(user=anna, device_name="the tablet", client=client_at_home, pin_hash=hash_of_pin(PIN))


@pytest.fixture
def anna_there(tablet, on_device) -> APIClient:
    return on_device(tablet)


def unlock(api: APIClient, pin: str = PIN) -> Any:
    return api.post(f"{AT}/unlock", {"pin": pin})


def idle(session: DeviceSession, *, left: timedelta = timedelta(0)) -> None:
    """As if it had not been used for as long as it stays open, but for what is left."""
    DeviceSession.objects.filter(pk=session.pk).update(unlocked_until=timezone.now() + left)


def is_shut(api: APIClient) -> bool:
    answer = api.get(ANYTHING)
    if answer.status_code == 200:
        return False
    assert error(answer) == (403, "AUTH_SESSION_LOCKED")
    return True


def kinds(session: DeviceSession) -> list[tuple[str, str]]:
    return list(AuthEvent.objects.filter(session=session).order_by("pk").values_list("kind", "outcome"))


# --- What is no PIN --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pin",
    [
        *("000000", "111111", "123456", "654321", "890123", "210987", "135791", "246802"),
        *("121212", "123123", "112233", "997755", "123321", "343443"),
        *("147258", "789456", "159753", "321654", "963741"),
        *("241285", "122485", "851224", "290200", "198502", "021985", "201117", "112031"),
        *("102030", "142536", "314159", "112358"),
    ],
)
def test_a_weak_pin_is_refused_with_the_rule(anna_there, tablet, pin):
    answer = anna_there.post(f"{AT}/pin", {"pin": pin, "password": PASSWORD})
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert answer.json()["error"]["details"] == {"pin": [RULE]}
    assert DeviceSession.objects.get(pk=tablet.pk).pin_hash == tablet.pin_hash


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "41809a", FULL_WIDTH, "41 096", "-41809", None, 418096.5, []])
def test_what_is_not_six_digits_is_no_pin(anna_there, pin):
    answer = anna_there.post(f"{AT}/pin", {"pin": pin, "password": PASSWORD})
    assert list(answer.json()["error"]["details"]) == ["pin"]


def test_most_pins_are_good():
    weak = sum(is_weak(f"{number:06}") for number in range(0, 1_000_000, 7))
    assert weak / (1_000_000 / 7) < 0.2


# --- Having one ------------------------------------------------------------------------------------


def test_a_pin_is_set_with_the_first_sign_in(api, leo, leos_code, on_device):
    signed_in = complete(api, activate(api, "leo", leos_code), pin=PIN)
    assert signed_in.status_code == 200
    session = DeviceSession.objects.get(device_id=signed_in.json()["device_id"])
    assert kinds(session)[0] == ("pin_set", "succeeded")
    there = on_device(session)
    [shown] = there.get("/api/v1/auth/sessions").json()["results"]
    assert (shown["has_pin"], shown["locked"]) == (True, False)
    assert there.post(f"{AT}/lock").status_code == 204
    assert is_shut(there)
    assert unlock(there).status_code == 204
    assert not is_shut(there)


def test_a_weak_pin_leaves_the_code_good(api, leo, leos_code):
    activated = activate(api, "leo", leos_code)
    assert list(complete(api, activated, pin="123456").json()["error"]["details"]) == ["pin"]
    assert complete(api, activated, pin=PIN).status_code == 200


def test_a_session_has_none_of_itself(phone, on_device):
    api = on_device(phone)
    assert not DeviceSession.objects.get(pk=phone.pk).is_locked
    for path, body in (("lock", {}), ("unlock", {"pin": PIN}), ("pin/remove", {"password": PASSWORD})):
        assert error(api.post(f"{AT}/{path}", body)) == (409, "CONFLICT_STATE")
    [shown] = api.get("/api/v1/auth/sessions").json()["results"]
    assert (shown["has_pin"], shown["locked"]) == (False, False)


def test_who_has_a_password_says_it_to_set_replace_and_remove_a_pin(phone, on_device):
    api = on_device(phone)
    for body in ({"pin": PIN}, {"pin": WRONG}):
        missing, wrong = api.post(f"{AT}/pin", body), api.post(f"{AT}/pin", body | {"password": "something else"})
        assert missing.json()["error"]["details"] == {"password": ["Give your password."]}
        assert wrong.json()["error"]["details"] == {"password": ["This is not your password."]}
        # The PIN so far is less than the password.
        assert list(api.post(f"{AT}/pin", body | {"current_pin": PIN}).json()["error"]["details"]) == ["password"]
        assert api.post(f"{AT}/pin", body | {"password": PASSWORD}).status_code == 204
        assert unlock(api, body["pin"]).status_code == 204
    assert error(api.post(f"{AT}/pin/remove", {"password": "something else"})) == (400, "VALIDATION_FAILED")
    assert api.post(f"{AT}/pin/remove", {"password": PASSWORD}).status_code == 204
    assert not DeviceSession.objects.get(pk=phone.pk).pin_hash
    written = [" ".join(line) for line in kinds(phone) if line[0].startswith("pin_")]
    set_twice = ["pin_set failed", "pin_set succeeded"] * 2
    assert written == [*set_twice, "pin_removed failed", "pin_removed succeeded"]


def test_who_has_no_password_says_the_pin_so_far(leo, on_device):
    session = open_session(user=leo, device_name="the tablet", client=Client())
    api = on_device(session)
    assert api.post(f"{AT}/pin", {"pin": PIN}).status_code == 204
    assert list(api.post(f"{AT}/pin", {"pin": WRONG}).json()["error"]["details"]) == ["current_pin"]
    assert error(api.post(f"{AT}/pin", {"pin": WRONG, "current_pin": WRONG})) == (400, "AUTH_INVALID_PIN")
    assert error(api.post(f"{AT}/pin/remove", {"current_pin": WRONG})) == (400, "AUTH_INVALID_PIN")
    assert DeviceSession.objects.get(pk=session.pk).pin_failures == 2
    assert api.post(f"{AT}/pin", {"pin": WRONG, "current_pin": PIN}).status_code == 204
    assert DeviceSession.objects.get(pk=session.pk).pin_failures == 0
    assert api.post(f"{AT}/pin/remove", {"current_pin": WRONG}).status_code == 204


def test_a_locked_session_changes_no_pin(anna_there, tablet):
    lock_session(session=tablet)
    for answer in (
        anna_there.post(f"{AT}/pin", {"pin": WRONG, "password": PASSWORD}),
        anna_there.post(f"{AT}/pin/remove", {"password": PASSWORD}),
    ):
        assert error(answer) == (403, "AUTH_SESSION_LOCKED")


def test_the_pin_ends_with_its_session(anna_there, tablet, api, anna):
    """Whoever has forgotten it signs in again: that is more than a PIN."""
    lock_session(session=tablet)
    again = log_in(api, anna.email, PASSWORD, device_id=str(tablet.device_id))
    assert again.json()["device_id"] == str(tablet.device_id)
    assert error(anna_there.get(ANYTHING)) == (401, "AUTH_SESSION_REVOKED")
    old, new = DeviceSession.objects.filter(device_id=tablet.device_id).order_by("pk")
    assert (old.pin_hash, old.unlocked_until, new.pin_hash) == ("", None, "")


def test_a_pin_is_one_sessions_and_no_others(tablet, anna, on_device, client_at_home):
    phone = open_session(user=anna, device_name="a phone", client=client_at_home)
    leo = UserFactory(handle="leo")
    beside = open_session(user=leo, device_name="the tablet", device_id=tablet.device_id, client=client_at_home)
    lock_session(session=tablet)
    assert beside.device_id == tablet.device_id
    assert not is_shut(on_device(phone))
    assert not is_shut(on_device(beside))
    assert error(unlock(on_device(beside))) == (409, "CONFLICT_STATE")
    assert is_shut(on_device(tablet))


def test_a_pin_signs_nobody_in(api, tablet, anna):
    answer = log_in(api, anna.email, PIN, device_id=str(tablet.device_id))
    assert error(answer) == (401, "AUTH_INVALID_CREDENTIALS")
    assert error(unlock(api)) == (401, "AUTH_REQUIRED")


def test_no_row_and_no_line_of_the_log_has_the_pin(anna_there, tablet, caplog):
    unlock(anna_there, WRONG)
    unlock(anna_there)
    anna_there.post(f"{AT}/pin", {"pin": WRONG, "password": PASSWORD})
    rows = [*DeviceSession.objects.values(), *AuthEvent.objects.values()]
    assert [pin for pin in (PIN, WRONG) if pin in f"{rows} {caplog.text}"] == []


def test_a_hash_costs_what_it_should(monkeypatch):
    monkeypatch.undo()
    algorithm, work, salt, block, times, _ = hash_of_pin(PIN).split("$")
    assert (algorithm, int(work), int(block), int(times)) == ("scrypt", 2**14, 8, 5)
    assert len(salt) >= 22


# --- Locking ---------------------------------------------------------------------------------------


def test_an_idle_session_locks_itself(anna_there, tablet):
    idle(tablet, left=timedelta(seconds=30))
    assert not is_shut(anna_there)
    idle(tablet)
    assert is_shut(anna_there)
    # And stays so, whoever asks.
    assert is_shut(anna_there)
    assert DeviceSession.objects.get(pk=tablet.pk).is_locked


def test_a_request_just_before_the_end_keeps_it_open_as_long_again(anna_there, tablet):
    idle(tablet, left=timedelta(seconds=30))
    assert not is_shut(anna_there)
    left = DeviceSession.objects.get(pk=tablet.pk).unlocked_until - timezone.now()
    assert left > settings.PIN_IDLE - timedelta(seconds=20)


def test_it_never_stays_open_longer_than_it_may(anna_there, tablet, django_assert_num_queries):
    """A request soon after another writes nothing, and does not count: so the lock comes early and not late."""
    before = DeviceSession.objects.get(pk=tablet.pk).unlocked_until
    with django_assert_num_queries(2):
        assert anna_there.get(ANYTHING).status_code == 200
    assert DeviceSession.objects.get(pk=tablet.pk).unlocked_until == before
    assert before <= timezone.now() + settings.PIN_IDLE


def test_a_refresh_goes_on_with_a_locked_session_and_does_not_unlock_it(api, tablet, anna_there):
    lock_session(session=tablet)
    answer = refresh(api, refresh_token(tablet), tablet.device_id)
    assert answer.status_code == 200
    fresh = APIClient(headers={"Authorization": f"Bearer {answer.json()['access']}"})
    assert is_shut(fresh)
    assert unlock(fresh).status_code == 204


def test_a_refresh_keeps_no_session_open(api, tablet):
    idle(tablet, left=timedelta(seconds=30))
    before = DeviceSession.objects.get(pk=tablet.pk).unlocked_until
    assert refresh(api, refresh_token(tablet), tablet.device_id).status_code == 200
    assert DeviceSession.objects.get(pk=tablet.pk).unlocked_until == before


def test_a_request_under_way_does_not_open_what_is_locked_meanwhile(tablet):
    """It has read the session before, and notes only now that it was used."""
    idle(tablet, left=timedelta(seconds=30))
    read_before = DeviceSession.objects.get(pk=tablet.pk)
    lock_session(session=tablet)
    keep_open(read_before)
    assert DeviceSession.objects.get(pk=tablet.pk).is_locked


def test_nor_what_has_idled_meanwhile(tablet):
    idle(tablet, left=timedelta(seconds=30))
    read_before = DeviceSession.objects.get(pk=tablet.pk)
    idle(tablet)
    keep_open(read_before)
    assert DeviceSession.objects.get(pk=tablet.pk).is_locked


def test_nor_by_a_clock_that_is_behind(tablet, monkeypatch):
    """It looked at the clock before whoever locked did: so a lock is no moment, but none at all."""
    idle(tablet, left=timedelta(seconds=30))
    read_before, earlier = DeviceSession.objects.get(pk=tablet.pk), timezone.now()
    lock_session(session=tablet)
    monkeypatch.setattr(sessions, "timezone", SimpleNamespace(now=lambda: earlier))
    keep_open(read_before)
    assert DeviceSession.objects.get(pk=tablet.pk).is_locked


def test_locked_twice_it_is_locked(anna_there):
    assert [anna_there.post(f"{AT}/lock").status_code for _ in range(2)] == [204, 204]
    assert is_shut(anna_there)


def test_whoever_finds_it_locked_may_sign_its_user_out_there_and_nowhere_else(anna_there, tablet, anna, on_device):
    phone = open_session(user=anna, device_name="a phone", client=Client())
    lock_session(session=tablet)
    shut = (403, "AUTH_SESSION_LOCKED")
    assert error(anna_there.get("/api/v1/auth/sessions")) == shut
    assert error(anna_there.delete(f"/api/v1/auth/sessions/{tablet.pk}")) == shut
    assert error(anna_there.post(f"{AT}/revoke", {"all": True})) == shut
    assert error(anna_there.post(f"{AT}/revoke", {"device_id": str(phone.device_id)})) == shut
    assert anna_there.post(f"{AT}/revoke").status_code == 204
    assert error(anna_there.get(ANYTHING)) == (401, "AUTH_SESSION_REVOKED")
    [left] = on_device(phone).get("/api/v1/auth/sessions").json()["results"]
    assert left["device_name"] == "a phone"


def test_ones_other_devices_see_that_it_is_locked(tablet, phone, on_device):
    lock_session(session=tablet)
    shown = {row["device_name"]: row for row in on_device(phone).get("/api/v1/auth/sessions").json()["results"]}
    assert (shown["the tablet"]["has_pin"], shown["the tablet"]["locked"]) == (True, True)
    assert (shown["Anna's phone"]["has_pin"], shown["Anna's phone"]["locked"]) == (False, False)


# --- Unlocking -------------------------------------------------------------------------------------


def test_five_wrong_pins_end_the_session(anna_there, tablet):
    lock_session(session=tablet)
    for _ in range(4):
        assert error(unlock(anna_there, WRONG)) == (400, "AUTH_INVALID_PIN")
    assert error(unlock(anna_there, WRONG)) == (401, "AUTH_SESSION_REVOKED")
    assert error(unlock(anna_there)) == (401, "AUTH_SESSION_REVOKED")
    ended = DeviceSession.objects.get(pk=tablet.pk)
    assert (ended.revoked_reason, ended.pin_hash) == (DeviceSession.Revoked.PIN, "")
    assert kinds(tablet) == [("session_unlocked", "failed")] * 5 + [("session_revoked", "succeeded")]


def test_the_right_pin_begins_the_count_anew(anna_there, tablet):
    for _ in range(3):
        assert [unlock(anna_there, pin).status_code for pin in (WRONG, WRONG, PIN)] == [400, 400, 204]
    assert DeviceSession.objects.get(pk=tablet.pk).pin_failures == 0


def test_four_wrong_ones_stay_counted_and_the_right_one_is_good_then(anna_there, tablet):
    lock_session(session=tablet)
    for _ in range(4):
        unlock(anna_there, WRONG)
    assert DeviceSession.objects.get(pk=tablet.pk).pin_failures == 4
    assert unlock(anna_there).status_code == 204


def test_a_last_guess_that_was_interrupted_was_wrong(anna_there, tablet):
    """Five were counted, and nobody was there any more to say what came of the last."""
    rows = DeviceSession.objects.filter(pk=tablet.pk)
    rows.update(pin_failures=5, updated_at=timezone.now())
    assert error(unlock(anna_there)) == (400, "AUTH_INVALID_PIN")
    rows.update(updated_at=timezone.now() - pins.GUESS_TAKES)
    assert error(unlock(anna_there)) == (401, "AUTH_SESSION_REVOKED")


def test_a_pin_that_is_checked_while_the_session_ends_opens_nothing(tablet, anna, monkeypatch):
    lock_session(session=tablet)
    session = DeviceSession.objects.select_related("user").get(pk=tablet.pk)
    verify = pins.HASHER.verify

    def meanwhile(pin: str, pin_hash: str) -> bool:
        reason = DeviceSession.Revoked.STAFF
        revoke_sessions(sessions=anna.sessions.all(), reason=reason, actor=None, client=Client())
        return verify(pin, pin_hash)

    monkeypatch.setattr(pins.HASHER, "verify", meanwhile)
    outcome = unlock_session(session=session, pin=PIN, client=Client())
    assert outcome.code.name == "AUTH_SESSION_REVOKED"
    assert DeviceSession.objects.get(pk=tablet.pk).unlocked_until is None


@pytest.mark.parametrize("pin", ["", "41809", "1234567", None, [], {}])
def test_what_can_be_no_pin_is_no_guess_or_a_wrong_one(anna_there, tablet, pin):
    assert unlock(anna_there, pin).status_code == 400
    assert DeviceSession.objects.get(pk=tablet.pk).pin_failures <= 1


@pytest.mark.django_db(transaction=True)
def test_of_fifty_guesses_at_once_five_are_looked_at(anna, monkeypatch):
    session = open_session(user=anna, device_name="the tablet", client=Client(), pin_hash=hash_of_pin(PIN))
    verify, looked_at = pins.HASHER.verify, []

    def counted(pin: str, pin_hash: str) -> bool:
        looked_at.append(pin)
        return verify(pin, pin_hash)

    monkeypatch.setattr(pins.HASHER, "verify", counted)
    monkeypatch.setattr(pins, "take", lambda *args, **options: None)
    api = APIClient(headers={"Authorization": f"Bearer {AccessToken.for_session(session)}"})
    answers = simultaneously(lambda: unlock(api, WRONG).status_code, 50)
    assert len(looked_at) == 5
    assert set(answers) <= {400, 401}
    assert DeviceSession.objects.get(pk=session.pk).revoked_reason == DeviceSession.Revoked.PIN
    assert AuthEvent.objects.filter(kind="session_revoked").count() == 1


def test_guesses_are_limited_over_all_sessions_of_a_user(anna, on_device):
    """Else whoever has several tablets has five guesses at each."""
    codes = []
    for _ in range(3):
        session = open_session(user=anna, device_name="a tablet", client=Client(), pin_hash=hash_of_pin(PIN))
        codes += [unlock(on_device(session), WRONG).status_code for _ in range(5)]
    assert codes == [400, 400, 400, 400, 401] * 2 + [429] * 5


# --- What goes on longer than a request ------------------------------------------------------------


def test_a_locked_session_has_no_stream_and_no_ticket(family, on_device):
    session = open_session(user=family.leo.user, device_name="a", client=Client(), pin_hash=hash_of_pin(PIN))
    api, ticket = on_device(session), StreamTicket.for_session(session)
    stream = "/api/v1/activity/stream"
    assert api.get(stream).status_code == 200
    lock_session(session=session)
    assert viewer_of_session(session.pk) is None
    for answer in (api.get(stream), APIClient().get(f"{stream}?ticket={ticket}"), api.post("/api/v1/activity/ticket")):
        assert error(answer) == (403, "AUTH_SESSION_LOCKED")


def test_a_stream_keeps_no_session_open(family, on_device):
    session = open_session(user=family.leo.user, device_name="a", client=Client(), pin_hash=hash_of_pin(PIN))
    idle(session, left=timedelta(seconds=30))
    before = DeviceSession.objects.get(pk=session.pk).unlocked_until
    ticket = StreamTicket.for_session(session)
    for answer in (
        on_device(session).get("/api/v1/activity/stream"),
        APIClient().get(f"/api/v1/activity/stream?ticket={ticket}"),
    ):
        assert answer.status_code == 200
        b"".join(answer)
    assert DeviceSession.objects.get(pk=session.pk).unlocked_until == before


def test_a_stream_that_is_open_ends_when_its_session_is_locked(family, on_device, settings):
    settings.STREAM_HOLD_S, settings.STREAM_HEARTBEAT_S = 20, 0.05
    session = open_session(user=family.leo.user, device_name="a", client=Client(), pin_hash=hash_of_pin(PIN))
    blocks = iter(on_device(session).get("/api/v1/activity/stream"))
    next(blocks)
    lock_session(session=session)
    family.mia.list("A list", visibility="household")
    assert "activity" not in b"".join(blocks).decode()


def test_the_users_of_one_tablet_come_and_go(api, family):
    """Two on one device: each unlocks their own, and neither sees the other's."""
    first, second = family.leo.user, family.ada.user
    User.objects.filter(pk__in=[first.pk, second.pk]).update(password=UserFactory().password)
    leo = log_in(api, first.email, PASSWORD).json()
    ada = log_in(api, second.email, PASSWORD, device_id=leo["device_id"]).json()
    assert leo["device_id"] == ada["device_id"]
    as_leo, as_ada = (APIClient(headers={"Authorization": f"Bearer {one['access']}"}) for one in (leo, ada))
    assert as_leo.post(f"{AT}/pin", {"pin": PIN, "password": PASSWORD}).status_code == 204
    assert as_ada.post(f"{AT}/pin", {"pin": WRONG, "password": PASSWORD}).status_code == 204
    for one in (as_leo, as_ada):
        assert one.post(f"{AT}/lock").status_code == 204
    assert error(unlock(as_ada, PIN)) == (400, "AUTH_INVALID_PIN")
    assert unlock(as_leo, PIN).status_code == 204
    assert (is_shut(as_leo), is_shut(as_ada)) == (False, True)
