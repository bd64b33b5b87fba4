"""Keys change, and nobody is signed out; or at once, and everybody is."""

from collections.abc import Iterator
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from accounts.keyring import Keyring, keyring
from accounts.models import AuthEvent, SigningKey
from accounts.services.keys import rotate_signing_key
from accounts.tokens import AccessToken, RefreshToken
from config.client import Client
from config.settings import SIGNING_KEYS_FRESH_S
from tests.accounts.steps import error, refresh, refresh_token
from tests.accounts.test_tokens import INVALID, ask
from tests.console import Console

AFTER_THE_LEAD = settings.SIGNING_KEY_LEAD + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch, db) -> Iterator[None]:
    """What these tests make of the keys ends with them, in this process, too."""
    monkeypatch.setattr(keyring, "_keys", {})
    keyring.look_again()
    yield
    monkeypatch.undo()
    keyring.look_again()


def rotated(*, at_once: bool = False) -> SigningKey:
    key = rotate_signing_key(at_once=at_once, client=Client())
    keyring.look_again()  # as on commit
    return key


def kid_of(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


def test_a_new_key_signs_only_when_every_process_knows_it(phone):
    before = kid_of(str(AccessToken.for_session(phone)))
    key = rotated()
    assert kid_of(str(AccessToken.for_session(phone))) == before
    assert key.signs_from - timezone.now() > timedelta(seconds=SIGNING_KEYS_FRESH_S)
    assert keyring.signing(timezone.now() + AFTER_THE_LEAD).kid == key.kid


def test_nobody_is_signed_out_by_a_new_key(api, phone):
    access, renewing = str(AccessToken.for_session(phone)), refresh_token(phone)
    rotated()
    assert ask(api, access).status_code == 200
    assert refresh(api, renewing, phone.device_id).status_code == 200


def test_a_token_of_the_new_key_opens_in_a_process_that_has_not_heard_of_it(api, phone):
    ask(api, str(AccessToken.for_session(phone)))
    key = SigningKey.objects.create(secret="5" * 64, signs_from=timezone.now() + timedelta(days=1))
    claims = AccessToken.for_session(phone).payload | {"iss": "hearth", "aud": "hearth-api"}
    keyring._asked_at -= 5  # the last look was a while ago
    token = jwt.encode(claims, key.secret, "HS256", headers={"kid": key.kid})
    assert ask(api, token).status_code == 200


def test_made_up_key_ids_ask_the_database_no_more_than_once_a_second(django_assert_max_num_queries):
    ring = Keyring()
    ring.verifying("made up")
    with django_assert_max_num_queries(1):
        assert [ring.verifying(f"made up {number}") for number in range(100)] == [None] * 100


def test_the_same_generation_stays_the_same_text_across_a_rotation(phone):
    before = str(RefreshToken.for_session(phone))
    key = rotated()
    SigningKey.objects.filter(pk=key.pk).update(signs_from=timezone.now())
    keyring.look_again()
    phone.rotated_at = timezone.now() - timedelta(seconds=5)
    assert kid_of(str(RefreshToken.for_session(phone))) == kid_of(before)
    phone.rotated_at = timezone.now() + timedelta(seconds=5)
    assert kid_of(str(RefreshToken.for_session(phone))) == key.kid


def test_old_keys_verify_as_long_as_any_token_of_theirs_could_be_good():
    old = keyring.signing(timezone.now())
    key = rotated()
    old.refresh_from_db()
    assert old.verifies_until == key.signs_from + settings.SESSION_IDLE_LIFETIME
    assert key.verifies_until is None
    rotated()
    again = SigningKey.objects.get(pk=old.pk)
    assert again.verifies_until == old.verifies_until


def test_at_once_ends_every_older_token(api, phone):
    access, renewing = str(AccessToken.for_session(phone)), refresh_token(phone)
    key = rotated(at_once=True)
    assert error(ask(api, access)) == INVALID
    assert error(refresh(api, renewing, phone.device_id)) == INVALID
    assert kid_of(str(AccessToken.for_session(phone))) == key.kid
    assert ask(api, str(AccessToken.for_session(phone))).status_code == 200


def test_a_rotation_stands_in_the_audit_and_its_key_does_not():
    key = rotated(at_once=True)
    line = AuthEvent.objects.get(kind=AuthEvent.Kind.KEY_ROTATED)
    assert (line.reason, line.outcome) == ("at_once", "succeeded")
    assert key.secret not in repr(line.__dict__)


def test_keys_are_no_secret_of_the_settings(settings):
    settings.SECRET_KEY = "another"
    assert len(bytes.fromhex(keyring.signing(timezone.now()).secret)) == 32


# --- The command ---------------------------------------------------------------------------------


def test_the_command_says_what_it_did_and_never_the_secret(console: Console):
    facts = console.facts("rotate_signing_key")
    kept = console.asked(
        "import json; from accounts.models import SigningKey; "
        "print(json.dumps([[key.kid, key.secret] for key in SigningKey.objects.order_by('pk')]))"
    )
    assert [kid for kid, _ in kept][1:] == [facts["key"]]
    said = console.done("rotate_signing_key", "--at-once")
    assert "sign in again" in said
    assert not any(secret in said for _, secret in kept)


def test_a_rehearsal_changes_nothing(console: Console):
    assert console.facts("rotate_signing_key", "--dry-run", "--at-once")["key"] is None
    assert console.asked("from accounts.models import SigningKey; print(SigningKey.objects.count())") == 1


def test_wrong_arguments(console: Console):
    assert "unrecognized arguments" in console.refused("rotate_signing_key", "--now")
