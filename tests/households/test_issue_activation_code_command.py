"""`manage.py issue_activation_code`: a way in for whom no owner may let in."""

import pytest
from django.core.management import CommandError

from accounts.models import ActivationCode, AuthEvent, DeviceSession
from households.models import Activity, Membership
from households.services.households import create_household
from tests.accounts.steps import activate, complete
from tests.console import facts, said
from tests.factories import UserFactory


def test_somebody_in_two_households_gets_a_code_that_no_owner_may_issue(family, api):
    create_household(owner=family.leo.user, name="Leo's own")
    answer = facts("issue_activation_code", family.leo.user.email.upper())
    assert (answer["user"], answer["login"], answer["is_reset"]) == (
        str(family.leo.user.pk),
        family.leo.user.email,
        True,
    )
    assert answer["activate_at"] == "http://testserver/api/v1/auth/activate"
    signed_in = complete(api, activate(api, family.leo.user.email, answer["activation_code"]))
    assert signed_in.status_code == 200


def test_a_reset_ends_their_sessions_and_all_of_their_households_read_of_it(family):
    own = create_household(owner=family.leo.user, name="Leo's own")
    phone = family.leo.api()
    text = said("issue_activation_code", family.leo.user.email)
    assert "Leo is signed out everywhere" in text
    assert "shown this once and good for 24 hours" in text
    assert phone.get("/api/v1/users/me").status_code == 401
    entries = Activity.objects.filter(verb="membership.code_issued").values_list("household", "actor", "payload")
    assert sorted(entries) == sorted((home.pk, None, {"is_reset": True}) for home in (family.household, own))
    assert family.ada.api().get("/api/v1/activity").json()["results"][0]["verb"] == "membership.code_issued"


def test_the_audit_names_nobody_as_the_one_who_did_it(family):
    family.leo.api()
    said("issue_activation_code", family.leo.user.email)
    events = AuthEvent.objects.filter(user=family.leo.user)
    assert list(events.order_by("pk").values_list("kind", "actor", "reason")) == [
        ("session_revoked", None, "reset"),
        ("code_issued", None, "reset"),
    ]
    assert ActivationCode.objects.get().issued_by is None


def test_twice_the_second_code_replaces_the_first(family, api):
    login = family.leo.user.email
    first, second = (facts("issue_activation_code", login)["activation_code"] for _ in range(2))
    assert activate(api, login, first).status_code == 400
    assert activate(api, login, second).status_code == 200


def test_whoever_belongs_nowhere_gets_one_too(db):
    UserFactory(handle="root", is_staff=True, is_superuser=True, new=True)
    answer = facts("issue_activation_code", "root")
    assert answer["is_reset"] is False
    assert "A code for" in said("issue_activation_code", "root")


@pytest.mark.parametrize(
    ("login", "sentence"),
    [
        ("nobody", "Nobody signs in here as “nobody”."),
        ("", "Nobody signs in here as “”."),
        ("gone", "This login is deactivated."),
        ("unsaid", "Say first which person this member is."),
    ],
)
def test_who_cannot_get_one_is_said_in_one_sentence(family, login, sentence):
    UserFactory(handle="gone", is_active=False)
    Membership.objects.create(household=family.household, user=UserFactory(handle="unsaid"))
    phone = family.leo.api()
    with pytest.raises(CommandError) as error:
        said("issue_activation_code", login)
    assert (str(error.value), error.value.returncode) == (sentence, 2)
    assert not ActivationCode.objects.exists()
    assert phone.get("/api/v1/users/me").status_code == 200
    assert DeviceSession.objects.live().exists()


def test_the_command_line_as_a_whole(console):
    console.done("create_household", "--name", "The Bauers", "--owner-name", "Mia", "--owner-handle", "mia")
    assert len(console.facts("issue_activation_code", "Mia")["activation_code"]) == 9
    assert console.done("issue_activation_code", "mia").startswith("A code for Mia.\n")
    assert console.refused("issue_activation_code", "leo") == "Nobody signs in here as “leo”."
    assert "LOGIN" in console.refused("issue_activation_code")
