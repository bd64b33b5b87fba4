"""`manage.py revoke_sessions`: who has lost a tablet, and who fears worse."""

import pytest
from django.core.management import CommandError
from django.utils import timezone

from accounts.models import AuthEvent, DeviceSession
from accounts.services import sessions
from tests.admin_pages import signed_in
from tests.console import facts, said
from tests.factories import UserFactory

ME = "/api/v1/users/me"


def works(*apis) -> list[bool]:
    return [api.get(ME).status_code == 200 for api in apis]


@pytest.fixture
def everybody(family, neighbour):
    """Mia on two devices, Leo and Eve from next door on one each."""
    return family.mia.api(), family.mia.api(), family.leo.api(), neighbour.api()


@pytest.mark.parametrize(
    ("whose", "ended", "left"),
    [
        ({"user": "mia"}, 2, [False, False, True, True]),
        ({"household": "the bauers"}, 3, [False, False, False, True]),
        ({"all": True}, 4, [False] * 4),
    ],
)
def test_they_are_out_at_their_next_request_and_nobody_else_is(everybody, family, whose, ended, left):
    family.mia.user.handle = "mia"
    family.mia.user.save()
    rehearsal = facts("revoke_sessions", dry_run=True, **whose)
    assert rehearsal == {"sessions": ended, "dry_run": True}
    assert works(*everybody) == [True] * 4
    assert facts("revoke_sessions", **whose) == rehearsal | {"dry_run": False}
    assert works(*everybody) == left
    assert facts("revoke_sessions", **whose)["sessions"] == 0


def test_each_is_in_the_audit_with_nobody_as_the_one_who_did_it(everybody, family):
    said("revoke_sessions", household=str(family.household.pk))
    events = AuthEvent.objects.filter(kind="session_revoked").values_list("user", "actor", "reason", "outcome")
    mia, leo = family.mia.user.pk, family.leo.user.pk
    assert sorted(events) == sorted((user, None, "staff", "succeeded") for user in (mia, mia, leo))


def test_many_go_some_at_a_time(everybody, monkeypatch):
    monkeypatch.setattr(sessions, "REVOKED_AT_ONCE", 3)
    assert said("revoke_sessions", all=True) == "4 sessions ended.\n"
    assert not DeviceSession.objects.live().exists()


def test_stopped_in_between_it_goes_on_where_it_was(everybody, monkeypatch):
    monkeypatch.setattr(sessions, "REVOKED_AT_ONCE", 3)
    real, calls = sessions.revoke_sessions, []

    def stops_at_the_second(**values):
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(**values)

    monkeypatch.setattr(sessions, "revoke_sessions", stops_at_the_second)
    with pytest.raises(CommandError, match=r"^Stopped\. What has ended stays ended") as error:
        said("revoke_sessions", all=True)
    assert error.value.returncode == 1
    assert said("revoke_sessions", all=True).startswith("1 session ended")


def test_what_has_run_out_by_itself_is_not_counted(family):
    family.leo.api()
    DeviceSession.objects.update(idle_expires_at=timezone.now())
    assert facts("revoke_sessions", all=True)["sessions"] == 0


def test_they_are_out_of_the_admin_too(family):
    root, other = (UserFactory(handle=name, is_staff=True, is_superuser=True) for name in ("root", "other"))
    browsers = [signed_in(root), signed_in(other)]
    assert facts("revoke_sessions", user="root")["sessions"] == 1
    assert [browser.get("/admin/").status_code for browser in browsers] == [302, 200]
    event = AuthEvent.objects.get(kind="session_revoked")
    assert (event.user, event.actor, event.reason) == (root, None, "staff")


@pytest.mark.parametrize(
    ("whose", "sentence"),
    [
        ({"user": "nobody"}, "Nobody signs in here as “nobody”."),
        ({"user": ""}, "Nobody signs in here as “”."),
        ({"household": "The Nobodies"}, "There is no household called “The Nobodies”."),
        ({"household": ""}, "There is no household called “”."),
    ],
)
def test_nobody_meant_is_nobody_signed_out(everybody, whose, sentence):
    with pytest.raises(CommandError) as error:
        said("revoke_sessions", **whose)
    assert (str(error.value), error.value.returncode) == (sentence, 2)
    assert works(*everybody) == [True] * 4


def test_the_command_line_as_a_whole(console):
    assert console.done("revoke_sessions", "--all") == "0 sessions ended.\n"
    assert console.facts("revoke_sessions", "--all", "--dry-run")["dry_run"] is True
    for wrong in ((), ("--all", "--user", "mia"), ("--user",)):
        assert "usage:" in console.refused("revoke_sessions", *wrong)
