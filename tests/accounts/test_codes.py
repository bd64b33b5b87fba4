"""The first step of an activation: which code opens, which does not, and what the answer tells."""

import re
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from django.utils import timezone

from accounts.models import ActivationCode
from accounts.services.codes import issue_code, normalised, verify_code
from accounts.services.outcomes import Denied
from config.client import Client
from config.errors import Code
from tests.accounts.steps import activate, complete, error, timeless
from tests.concurrency import simultaneously
from tests.factories import UserFactory

WRONG = "0000-0000"
INVALID = (400, "AUTH_INVALID_ACTIVATION_CODE")


def the_code(user) -> ActivationCode:
    return ActivationCode.objects.open().get(user=user)


def test_a_code_is_short_readable_and_kept_only_as_a_slow_hash(leo, leos_code):
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", leos_code)
    row = the_code(leo)
    assert row.code_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert timedelta(hours=23, minutes=59) < row.expires_at - timezone.now() <= timedelta(hours=24)


def test_the_right_code_is_answered_with_a_token_and_the_user(api, leo, leos_code):
    answer = activate(api, "leo", leos_code)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"activation_token", "expires_at", "user", "requires_mfa"}
    assert body["user"] == {"id": str(leo.pk), "name": "Leo", "email": None, "handle": "leo", "avatar_url": ""}
    assert body["requires_mfa"] is False
    assert body["expires_at"].endswith("Z")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("abcd-efgh", "ABCDEFGH"),
        (" AB CD EF GH ", "ABCDEFGH"),
        ("oOiI-lL01", "00111101"),
        ("AB\u2013CD·EFGH", "ABCDEFGH"),
    ],
)
def test_a_code_may_be_typed_as_people_type(typed, meant):
    assert normalised(typed) == meant


def test_a_code_in_small_letters_without_its_dash_opens(api, leos_code):
    assert activate(api, "LEO", f" {leos_code.lower().replace('-', ' ')} ").status_code == 200


def test_a_wrong_code_is_counted_and_a_right_one_is_not(api, leo, leos_code):
    assert error(activate(api, "leo", WRONG)) == INVALID
    assert activate(api, "leo", leos_code).status_code == 200
    assert the_code(leo).failed_attempts == 1


def test_a_code_is_burned_after_five_wrong_guesses(api, leo, leos_code):
    for _ in range(5):
        assert error(activate(api, "leo", WRONG)) == INVALID
    assert error(activate(api, "leo", leos_code)) == INVALID
    assert the_code(leo).failed_attempts == 5


def test_a_burned_code_is_replaced_by_a_new_one(api, leo, leos_code, client_at_home):
    for _ in range(5):
        activate(api, "leo", WRONG)
    assert activate(api, "leo", issue_code(user=leo, actor=None, client=client_at_home)).status_code == 200


def test_a_new_code_replaces_the_older_one(api, leo, leos_code, client_at_home):
    newer = issue_code(user=leo, actor=None, client=client_at_home)
    assert error(activate(api, "leo", leos_code)) == INVALID
    assert activate(api, "leo", newer).status_code == 200


def test_an_expired_code_is_told_apart_only_by_who_knows_it(api, leo, leos_code):
    ActivationCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert error(activate(api, "leo", WRONG)) == INVALID
    assert error(activate(api, "leo", leos_code)) == (410, "AUTH_ACTIVATION_EXPIRED")
    assert the_code(leo).failed_attempts == 1


def test_a_used_code_is_like_a_wrong_one(api, leo, leos_code):
    complete(api, activate(api, "leo", leos_code))
    assert error(activate(api, "leo", leos_code)) == INVALID


def test_a_code_opens_only_for_its_own_user(api, leo, leos_code):
    UserFactory(handle="mia")
    assert error(activate(api, "mia", leos_code)) == INVALID


def test_somebody_deactivated_does_not_come_in_by_code(api, leo, leos_code):
    leo.is_active = False
    leo.save()
    assert error(activate(api, "leo", leos_code)) == INVALID


def test_every_wrong_answer_says_the_same(api, anna, leo, leos_code):
    unknown = activate(api, "nobody@example.org", leos_code)
    without_code = activate(api, anna.email, leos_code)
    wrong = activate(api, "leo", WRONG)
    assert error(unknown) == INVALID
    assert timeless(unknown) == timeless(without_code) == timeless(wrong)


def test_an_unknown_login_takes_as_long_as_a_wrong_code(leo, leos_code, client_at_home):
    def seconds(login: str) -> float:
        started = perf_counter()
        verify_code(login=login, code=WRONG, client=client_at_home)
        return perf_counter() - started

    known, unknown = [], []
    for _ in range(5):
        known.append(seconds("leo"))
        unknown.append(seconds("nobody"))
    # Without its hash it would take a tenth; the rest is what a busy machine needs.
    assert median(unknown) > median(known) / 3


def test_a_guess_reports_every_missing_and_unknown_field(api, db):
    answer = api.post("/api/v1/auth/activate", {"login": "leo", "code": "x"})
    assert error(answer) == (400, "VALIDATION_FAILED")
    missing = {"activation_code", "device_fingerprint", "app_version"}
    assert set(answer.json()["error"]["details"]) == missing | {"code"}


def test_a_bad_authorization_header_does_not_disturb_an_activation(api, leos_code):
    api.credentials(HTTP_AUTHORIZATION="Bearer rubbish")
    assert activate(api, "leo", leos_code).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_nine_guesses_at_once_five_are_counted(leo, leos_code):
    def guess() -> Denied:
        return verify_code(login="leo", code=WRONG, client=Client())

    assert set(simultaneously(guess, 9)) == {Denied(Code.AUTH_INVALID_ACTIVATION_CODE)}
    assert the_code(leo).failed_attempts == 5
    assert verify_code(login="leo", code=leos_code, client=Client()) == Denied(Code.AUTH_INVALID_ACTIVATION_CODE)


@pytest.mark.django_db(transaction=True)
def test_of_codes_issued_at_once_one_opens(leo):
    codes = simultaneously(lambda: issue_code(user=leo, actor=None, client=Client()), 5)
    outcomes = [verify_code(login="leo", code=code, client=Client()) for code in codes]
    assert sum(isinstance(outcome, ActivationCode) for outcome in outcomes) == 1
    assert ActivationCode.objects.open().filter(user=leo).count() == 1


def test_a_code_for_somebody_signed_in_ends_their_sessions(anna, phone, on_device, client_at_home):
    issue_code(user=anna, actor=None, client=client_at_home)
    assert error(on_device(phone).get("/api/v1/auth/sessions")) == (401, "AUTH_SESSION_REVOKED")
    phone.refresh_from_db()
    assert phone.revoked_reason == "reset"
