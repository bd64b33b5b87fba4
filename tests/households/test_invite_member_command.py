"""`manage.py invite_member`: staff bring somebody in."""

import pytest
from django.core.management import CommandError

from accounts.models import ActivationCode, User
from households.models import Activity, Invitation, Membership, Person
from tests.accounts.steps import activate, complete
from tests.console import facts, said
from tests.factories import UserFactory


def invite(**options) -> dict:
    return facts("invite_member", household="The Bauers", **({"name": "Tim"} | options))


def test_a_new_login_comes_in_by_its_code(family, api):
    answer = invite(email="tim@example.org")
    membership = Membership.objects.get(pk=answer["member"]["id"])
    assert (membership.role, membership.person.display_name) == ("member", "Tim")
    assert answer["household"] == {"id": str(family.household.pk), "name": "The Bauers"}
    signed_in = complete(api, activate(api, "tim@example.org", answer["activation_code"]))
    assert signed_in.json()["user"]["name"] == "Tim"


@pytest.mark.parametrize("role", ["owner", "member", "guest"])
def test_they_may_be_anything_there(family, role):
    assert invite(handle="tim", role=role)["member"]["role"] == role
    assert Membership.objects.get(user__handle="tim").role == role


def test_they_may_be_somebody_whom_the_family_has_already(family):
    assert invite(handle="theo", name="Theo", person="theo")["member"]["person"] == str(family.theo.pk)


def test_everybody_reads_of_it_and_nobody_did_it(family):
    said("invite_member", household="The Bauers", name="Tim", handle="tim")
    entry = Activity.objects.visible_to(family.ada.viewer).latest("seq")
    assert (entry.verb, entry.actor, entry.payload["role"]) == ("membership.created", None, "member")
    assert ActivationCode.objects.get().issued_by is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"handle": "leo"}, "Whoever signs in like this belongs to the household already."),
        ({"handle": "EVE", "person": "Leo"}, "Somebody else is this person already."),
        ({"handle": "t i m"}, "--handle: Use letters, digits, dots and dashes."),
        ({"email": "tim"}, "--email: Enter a valid email address."),
        ({"handle": " "}, "Give --email or --handle."),
        ({"handle": "tim", "name": " "}, "--name: This field cannot be blank."),
        ({"handle": "tim", "household": "Nowhere"}, "There is no household called “Nowhere”."),
        ({"handle": "tim", "person": "Eve"}, "There is no person in The Bauers called “Eve”."),
        ({"handle": "tim", "person": ""}, "There is no person in The Bauers called “”."),
        ({"handle": "tim", "person": "Leo"}, "Somebody else is this person already."),
        ({"handle": "tim", "person": "Grandma & Grandpa"}, "A couple or group cannot sign in; choose one of them."),
        (
            {"handle": "theo", "name": "Theo"},
            "Theo is here already: choose this person, or another name if you mean somebody else.",
        ),
    ],
)
def test_what_cannot_be_gets_one_sentence_and_makes_nothing(family, neighbour, options, sentence):
    for member, handle in ((family.leo, "leo"), (neighbour, "eve")):
        User.objects.filter(pk=member.user.pk).update(handle=handle, handle_key=handle)
    before = User.objects.count(), Person.objects.count(), Activity.objects.count()
    with pytest.raises(CommandError) as error:
        said("invite_member", **({"household": "The Bauers", "name": "Tim"} | options))
    assert (str(error.value), error.value.returncode) == (sentence, 2)
    assert (User.objects.count(), Person.objects.count(), Activity.objects.count()) == before


@pytest.mark.parametrize("is_active", [True, False])
def test_whoever_has_an_account_is_invited(family, is_active):
    tim = UserFactory(handle="tim", name="Timothy", is_active=is_active)
    answer = invite(handle="TIM", role="guest")
    invitation = Invitation.objects.get(user=tim)
    assert answer["household"] == {"id": str(family.household.pk), "name": "The Bauers"}
    assert answer["invitation"] == {
        "id": str(invitation.pk),
        "login": "TIM",
        "role": "guest",
        "person": str(invitation.person_id),
        "expires_at": invitation.expires_at.isoformat(),
    }
    assert (invitation.invited_by, invitation.person.display_name) == (None, "Tim")
    assert not ActivationCode.objects.exists()
    assert not Membership.objects.filter(user=tim).exists()
    entry = Activity.objects.visible_to(family.ada.viewer).latest("seq")
    assert (entry.verb, entry.actor, entry.subject_id) == ("person.invited", None, invitation.person_id)


def test_it_says_in_words_who_is_invited_to_be_whom(family):
    UserFactory(handle="tim")
    assert said("invite_member", household="The Bauers", name="Tim", handle="tim") == (
        "“tim” has an account here already, and is invited to be a member of The Bauers as Tim.\n\n"
        "They accept it while they are signed in, within 14 days.\n"
    )


def test_the_command_line_as_a_whole(console):
    console.done("create_household", "--name", "The Bauers", "--owner-name", "Mia", "--owner-handle", "mia")
    tim = ("invite_member", "--household", "The Bauers", "--name", "Tim", "--handle", "tim")
    assert console.done(*tim).startswith("Tim (tim) is a member of The Bauers now.\n")
    assert console.refused(*tim) == "Whoever signs in like this belongs to the household already."
    assert "invalid choice" in console.refused(*tim, "--role", "king")
    assert "--handle" in console.refused(*tim[:-2])
