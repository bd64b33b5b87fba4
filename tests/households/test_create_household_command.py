"""`manage.py create_household`: how a family begins on a server."""

import json
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ActivationCode, User
from households.models import Activity, Household, Membership, Person
from tests import server
from tests.accounts.steps import activate, complete
from tests.factories import UserFactory
from tests.server import migrate

BAUERS = {"name": "The Bauers", "owner_name": "Mia"}


def create(**options) -> str:
    out = StringIO()
    call_command("create_household", **(BAUERS | options), stdout=out)
    return out.getvalue()


def made(**options) -> dict:
    return json.loads(create(json=True, **options))


def test_the_first_owner_comes_in_by_the_code(db, api):
    answer = made(owner_email="mia@example.org", currency="CHF", timezone="Europe/Zurich")
    household = Household.objects.get()
    assert (str(household.pk), household.name, household.currency, household.timezone) == (
        answer["household"]["id"],
        "The Bauers",
        "CHF",
        "Europe/Zurich",
    )
    membership = Membership.objects.get()
    assert (membership.role, str(membership.person_id)) == ("owner", answer["owner"]["person"])
    assert answer["activate_at"] == "http://testserver/api/v1/auth/activate"
    signed_in = complete(api, activate(api, "mia@example.org", answer["activation_code"]))
    assert signed_in.json()["user"]["name"] == "Mia"


def test_an_owner_may_have_a_handle_only(db):
    assert made(owner_handle="mia")["owner"]["login"] == "mia"


def test_it_says_what_to_do_with_the_code(db):
    text = create(owner_handle="mia")
    assert "The Bauers is ready, and Mia (mia) owns it." in text
    assert "24 hours" in text
    assert "http://testserver/api/v1/auth/activate" in text
    assert ActivationCode.objects.get().issued_by is None


def test_a_household_has_ordinary_values_unless_told_otherwise(db):
    create(owner_handle="mia", currency="chf")
    assert Household.objects.values_list("currency", "timezone").get() == ("CHF", "UTC")


@pytest.mark.parametrize("login", [{"owner_email": "MIA@example.org"}, {"owner_handle": "Mia"}])
def test_a_login_that_is_there_becomes_the_owner_without_a_code(db, login):
    mia = UserFactory(name="Maria", email="mia@example.org", handle="mia")
    text = create(**login)
    assert "nobody gets a code" in text
    assert not ActivationCode.objects.exists()
    membership = Membership.objects.get()
    assert (membership.user, membership.role, membership.person.display_name) == (mia, "owner", "Mia")
    mia.refresh_from_db()
    assert mia.name == "Maria"


def test_json_says_that_there_is_no_code(db):
    UserFactory(handle="mia")
    answer = made(owner_handle="mia")
    assert (answer["activation_code"], answer["activate_at"]) == (None, None)


def test_an_owners_code_for_a_login_ends_when_staff_make_it_an_owner_elsewhere(family, api):
    answer = family.mia.api().post(
        f"/api/v1/households/{family.household.pk}/members", {"name": "Tim", "handle": "tim"}
    )
    create(owner_handle="tim")
    assert activate(api, "tim", answer.json()["activation_code"]).status_code == 400


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"owner_email": "mia"}, "--owner-email: Enter a valid email address."),
        ({"owner_handle": "m i a"}, "--owner-handle: Use letters, digits, dots and dashes."),
        ({"owner_handle": "mia", "owner_name": " "}, "--owner-name: This field cannot be blank."),
        ({"owner_handle": "mia", "name": ""}, "--name: This field cannot be blank."),
        ({"owner_handle": "mia", "owner_name": "Mia\nroot"}, "--owner-name: Use one line without control characters."),
        ({"owner_handle": "mia", "name": "\x1b[2JBauers"}, "--name: Use one line without control characters."),
        ({"owner_handle": "mia", "currency": "Euro"}, "--currency: "),
        ({"owner_handle": "mia", "timezone": "Berlin"}, "--timezone: This is not an IANA time zone"),
        ({"owner_handle": "gone"}, "This login is deactivated."),
        ({"owner_handle": " "}, "Give --owner-email or --owner-handle."),
    ],
)
def test_bad_input_gets_one_sentence_and_makes_nothing(db, options, sentence):
    UserFactory(handle="gone", is_active=False)
    with pytest.raises(CommandError) as error:
        create(**options)
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)
    assert error.value.returncode == 2
    assert (Household.objects.count(), Person.objects.count(), User.objects.count()) == (0, 0, 1)


def test_it_is_all_or_nothing(db, monkeypatch):
    """Whatever breaks on the way leaves neither a login nor a code behind."""
    monkeypatch.setattr("households.services.households.diary.record", lambda **values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        create(owner_handle="mia")
    assert not any(model.objects.exists() for model in (User, Household, Membership, ActivationCode, Activity))


# From here on the real command line, on a folder of its own.


@pytest.fixture
def manage(tmp_path: Path) -> Callable[..., CompletedProcess]:
    """`python manage.py ...` on an empty embedded server."""
    migrate(tmp_path)
    return partial(server.manage, data_dir=tmp_path)


def test_the_command_line_as_a_whole(manage):
    done = manage("create_household", "--name", "The Bauers", "--owner-name", "Mia", "--owner-handle", "mia", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["activation_code"]) == 9
    again = manage("create_household", "--name", "Again", "--owner-name", "Mia", "--owner-handle", "mia", "--json")
    assert json.loads(again.stdout)["activation_code"] is None
    wrong = manage("create_household", "--name", "X", "--owner-name", "Y", "--owner-email", "y")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "CommandError: --owner-email: Enter a valid email address.\n"
    missing = manage("create_household", "--name", "X")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "--owner-name" in missing.stderr
    moved = manage("set_member_person", "--household", "The Bauers", "--login", "mia", "--person", "Leo")
    assert (moved.returncode, moved.stderr) == (2, "CommandError: There is no person in The Bauers called “Leo”.\n")
    for command in ("create_household", "set_member_person"):
        assert manage(command, "--help").returncode == 0
