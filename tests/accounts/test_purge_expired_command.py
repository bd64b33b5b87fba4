"""`manage.py purge_expired`: what is of no more use goes, and nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError
from django.utils import timezone

from accounts.models import ActivationCode, AuthEvent, DeviceSession, IdempotencyKey, SigningKey
from accounts.services import purging
from accounts.services.codes import issue_code
from accounts.services.sessions import open_session, revoke_sessions
from accounts.tokens import RefreshToken
from config.client import Client
from households.models import Invitation
from tests.accounts.steps import activate
from tests.cast import invited
from tests.console import facts, said
from tests.factories import UserFactory

NONE = {
    "activation_codes": 0,
    "sessions": 0,
    "admin_sessions": 0,
    "signing_keys": 0,
    "attempt_counters": 0,
    "admin_lockouts": 0,
    "idempotency_keys": 0,
    "invitations": 0,
    "dry_run": False,
}


@pytest.fixture
def leo(db):
    return UserFactory(handle="leo")


def ago(**time) -> dict:
    return {"expires_at": timezone.now() - timedelta(**time)}


def session(user, **changes) -> DeviceSession:
    opened = open_session(user=user, device_name="a phone", client=Client())
    DeviceSession.objects.filter(pk=opened.pk).update(**changes)
    return opened


def keys(user, number: int, **age) -> None:
    made = IdempotencyKey.objects.bulk_create(
        IdempotencyKey(user=user, route="POST /", key=str(uuid4()), request_hash="") for _ in range(number)
    )
    rows = IdempotencyKey.objects.filter(pk__in=[key.pk for key in made])
    rows.update(created_at=timezone.now() - timedelta(**age))


def test_on_a_new_server_there_is_nothing_to_purge(db):
    assert facts("purge_expired") == NONE
    assert said("purge_expired").startswith("Deleted 0 activation codes, 0 sessions")


def test_invitations_go_a_month_after_their_end_however_they_ended(family, neighbour):
    for ended in (
        {},
        {"accepted_at": timezone.now()},
        {"declined_at": timezone.now()},
        {"withdrawn_at": timezone.now()},
    ):
        old = invited(family.mia, UserFactory())
        Invitation.objects.filter(pk=old.pk).update(**ago(days=30), **ended)
    kept = [invited(family.mia, UserFactory()) for _ in range(2)]
    Invitation.objects.filter(pk=kept[0].pk).update(**ago(days=29))
    assert facts("purge_expired", dry_run=True)["invitations"] == 4
    assert facts("purge_expired")["invitations"] == 4
    assert set(Invitation.objects.all()) == set(kept)


def test_codes_go_a_month_after_their_end(leo, api):
    code = issue_code(user=leo, actor=None, client=Client())
    ActivationCode.objects.update(**ago(days=29))
    assert facts("purge_expired") == NONE
    assert activate(api, "leo", code).status_code == 410
    ActivationCode.objects.update(**ago(days=31))
    assert facts("purge_expired") == NONE | {"activation_codes": 1}
    assert not ActivationCode.objects.exists()
    assert AuthEvent.objects.filter(kind="code_issued", user=leo).exists()


def test_sessions_go_when_they_are_long_over_and_the_audit_does_not_tell_of_them(leo):
    live, ended, long_over = session(leo), session(leo, **ago(days=89)), session(leo, **ago(days=91))
    told_of = session(leo)
    revoke_sessions(sessions=leo.sessions.filter(pk=told_of.pk), reason="staff", actor=None, client=Client())
    DeviceSession.objects.filter(pk=told_of.pk).update(**ago(days=1000))
    assert facts("purge_expired") == NONE | {"sessions": 1}
    assert set(DeviceSession.objects.all()) == {live, ended, told_of}
    assert long_over not in DeviceSession.objects.all()
    assert AuthEvent.objects.filter(session=told_of).exists()


def test_a_device_that_has_been_idle_or_refreshes_in_its_grace_stays(leo, api):
    device = session(leo, idle_expires_at=timezone.now() - timedelta(days=100))
    assert facts("purge_expired") == NONE
    DeviceSession.objects.update(idle_expires_at=timezone.now() + timedelta(days=1))
    device.refresh_from_db()
    body = {"refresh": str(RefreshToken.for_session(device)), "device_id": str(device.device_id)}
    first = api.post("/api/v1/auth/session/refresh", body)
    assert facts("purge_expired") == NONE
    assert api.post("/api/v1/auth/session/refresh", body).json()["refresh"] == first.json()["refresh"]


def test_a_sign_in_to_the_admin_goes_with_its_end(db):
    for name, left in (("over", -1), ("good", 1)):
        expires = timezone.now() + timedelta(hours=left)
        Session.objects.create(session_key=name, session_data="", expire_date=expires)
    assert facts("purge_expired") == NONE | {"admin_sessions": 1}
    assert Session.objects.get().pk == "good"


def test_a_signing_key_goes_a_day_after_its_end(db):
    now = timezone.now()
    for ended in (None, now + timedelta(days=1), now - timedelta(hours=23), now - timedelta(hours=25)):
        SigningKey.objects.create(secret="5" * 64, signs_from=now, verifies_until=ended)
    before = SigningKey.objects.count()
    assert facts("purge_expired") == NONE | {"signing_keys": 1}
    assert SigningKey.objects.count() == before - 1


def test_keys_of_repeated_requests_go_after_a_day(leo):
    keys(leo, 2, hours=25)
    keys(leo, 1, hours=23)
    assert facts("purge_expired") == NONE | {"idempotency_keys": 2}
    assert IdempotencyKey.objects.count() == 1


def test_a_rehearsal_counts_and_deletes_nothing(leo):
    keys(leo, 3, days=2)
    assert facts("purge_expired", dry_run=True) == NONE | {"idempotency_keys": 3, "dry_run": True}
    assert said("purge_expired", dry_run=True).startswith("Would delete")
    assert IdempotencyKey.objects.count() == 3


def test_stopped_in_between_it_goes_on_where_it_was(leo, monkeypatch):
    monkeypatch.setattr(purging, "PURGED_AT_ONCE", 2)
    keys(leo, 5, days=2)
    real, calls = purging._purge_some, []

    def stops_at_the_second_of_keys(rows):
        calls.append(rows)
        if len([call for call in calls if call.model is IdempotencyKey]) == 2:
            raise KeyboardInterrupt
        return real(rows)

    with monkeypatch.context() as patch:
        patch.setattr(purging, "_purge_some", stops_at_the_second_of_keys)
        with pytest.raises(CommandError, match=r"^Stopped\. What is gone is gone") as error:
            said("purge_expired")
    assert (error.value.returncode, IdempotencyKey.objects.count()) == (1, 3)
    assert facts("purge_expired")["idempotency_keys"] == 3


def test_the_command_line_as_a_whole(console):
    assert console.facts("purge_expired") == NONE
    assert console.done("purge_expired", "--dry-run").startswith("Would delete 0 activation codes")
    assert "unrecognized arguments" in console.refused("purge_expired", "everything")
    nowhere = {"DATABASE_URL": "postgres://hearth:secret@127.0.0.1:9/hearth"}
    nowhere |= {"SECRET_KEY": "s" * 50, "HEARTH_PUBLIC_URL": "http://127.0.0.1"}
    said_so = console.refused("purge_expired", code=1, **nowhere)
    assert said_so.startswith("The database does not answer: ")
    assert "Connection refused" in said_so
    assert "secret" not in said_so
