"""Every step leaves a line, and no line holds a secret."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import ActivationCode, AuthEvent, DeviceSession
from accounts.services.codes import issue_code
from accounts.tokens import AccessToken, ActivationToken, HearthToken, RefreshToken
from tests.accounts.steps import activate, complete, log_in, refresh, refresh_token
from tests.factories import PASSWORD


def lines(**conditions) -> list[tuple]:
    events = AuthEvent.objects.filter(**conditions).order_by("id")
    return list(events.values_list("kind", "outcome", "reason"))


def test_an_activation_leaves_its_steps(api, anna, leo, client_at_home):
    code = issue_code(user=leo, actor=anna, client=client_at_home)
    activate(api, "leo", "0000-0000")
    complete(api, activate(api, "leo", code))
    assert lines(user=leo) == [
        ("code_issued", "succeeded", ""),
        ("activation_started", "attempted", ""),
        ("activation_failed", "failed", "auth_invalid_activation_code"),
        ("activation_started", "attempted", ""),
        ("activation_completed", "succeeded", ""),
    ]
    issued = AuthEvent.objects.get(kind="code_issued")
    assert (issued.actor, issued.ip, issued.user_agent) == (anna, "192.0.2.7", "hearth-app/1.4.0")
    assert AuthEvent.objects.get(kind="activation_completed").session == DeviceSession.objects.get()


def test_a_failed_completion_leaves_a_line(api, leo, leos_code):
    activated = activate(api, "leo", leos_code)
    complete(api, activated)
    complete(api, activated)
    assert lines(user=leo, kind__in=["activation_completed", "activation_failed"]) == [
        ("activation_completed", "succeeded", ""),
        ("activation_failed", "failed", "auth_invalid_activation_code"),
    ]


def test_a_reset_says_that_it_is_one_and_what_it_ended(anna, phone, client_at_home):
    issue_code(user=anna, actor=None, client=client_at_home)
    assert lines(user=anna) == [("session_revoked", "succeeded", "reset"), ("code_issued", "succeeded", "reset")]


def test_sign_ins_leave_a_line_whether_they_succeed_or_not(api, anna):
    log_in(api, anna.email, PASSWORD)
    log_in(api, anna.email, "wrong")
    log_in(api, "nobody", "wrong")
    assert lines(user=anna) == [("login", "succeeded", ""), ("login", "failed", "")]
    assert lines(user=None) == [("login", "failed", "")]


def test_refreshes_leave_a_line_each(api, phone):
    token = refresh_token(phone)
    refresh(api, token, phone.device_id)
    refresh(api, token, phone.device_id)
    assert lines(session=phone) == [("refresh", "succeeded", ""), ("refresh", "succeeded", "repeated")]


@pytest.mark.parametrize(("generation", "device", "reason"), [(9, None, "replayed"), (1, uuid4(), "other_device")])
def test_a_replay_leaves_what_it_was_and_what_it_ended(api, phone, generation, device, reason):
    phone.generation = generation
    refresh(api, refresh_token(phone), device or phone.device_id)
    refresh(api, refresh_token(phone), phone.device_id)
    assert lines(session=phone) == [
        ("replay_detected", "failed", reason),
        ("session_revoked", "succeeded", reason),
        ("refresh", "failed", "auth_session_revoked"),
    ]


def expired(token: HearthToken) -> HearthToken:
    token.set_exp(from_time=timezone.now() - timedelta(days=400))
    return token


UNREADABLE = {
    "rubbish": (lambda kind: "rubbish-canary", "auth_token_invalid"),
    "forged": (lambda kind: f"{kind()}"[:-4] + "AAAA", "auth_token_invalid"),
    "of another kind": (lambda kind: str(AccessToken()), "auth_token_invalid"),
    "about nothing": (lambda kind: str(kind()), "auth_token_invalid"),
    "expired": (lambda kind: str(expired(kind())), "auth_token_expired"),
}


@pytest.mark.parametrize(("make", "reason"), UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("step", ["refresh", "activation_failed"])
def test_a_token_that_cannot_be_read_leaves_a_line_and_not_itself(db, api, step, make, reason):
    if step == "refresh":
        token = make(RefreshToken)
        answer = refresh(api, token, uuid4())
    else:
        token = make(ActivationToken)
        body = {"activation_token": token, "device_name": "a phone"}
        answer = api.post("/api/v1/auth/activate/complete", body)
    assert answer.status_code == 401
    assert lines(user=None) == [(step, "failed", reason)]
    assert token not in str(AuthEvent.objects.values().get())


def test_a_sign_out_leaves_who_did_it(anna, phone, on_device):
    on_device(phone).post("/api/v1/auth/session/revoke")
    event = AuthEvent.objects.get()
    assert (event.kind, event.user, event.actor, event.session) == ("session_revoked", anna, anna, phone)
    assert event.reason == "signed_out"


def test_no_line_and_no_row_holds_a_secret(api, leo, leos_code):
    password = "by-candle-light-47"
    activated = activate(api, "leo", leos_code)
    body = complete(api, activated, password=password).json()
    log_in(api, "leo", password + "!")
    refresh(api, body["refresh"], body["device_id"])
    secrets = {leos_code, leos_code.replace("-", ""), password, body["access"], body["refresh"], "pixel-9/42"}
    secrets.add(activated.json()["activation_token"])
    for model in (AuthEvent, DeviceSession, ActivationCode):
        stored = " ".join(str(row) for row in model.objects.values())
        assert not [secret for secret in secrets if secret in stored]
