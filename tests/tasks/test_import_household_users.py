"""Who the users of a file become: nobody who is here already is taken over, and nobody gets rights by a file."""

from pathlib import Path

import pytest

from accounts.models import ActivationCode, User
from accounts.services.codes import issue_code
from config.client import Client
from gifts.models import GiftList
from households.models import Membership
from tests.cast import found
from tests.factories import UserFactory
from tests.gifts.scene import make_scene
from tests.tasks.files import BAUERS, changed, exported, imported, lines_in, problems_of, remove, with_end, written


@pytest.fixture
def away(family, tmp_path) -> Path:
    make_scene(family)
    User.objects.filter(pk=family.leo.user.pk).update(handle="leo", handle_key="leo")
    path = exported(tmp_path)
    remove(family.household)
    return path


def here(family, **fields) -> User:
    """Somebody on this server who signs in like Leo in the file."""
    return UserFactory(**({"name": "Leopold", "email": family.leo.user.email.upper()} | fields))


def test_somebody_who_signs_in_here_already_is_not_taken_over(away, family):
    account = here(family)
    [problem] = problems_of(away)
    assert problem.startswith("Line ")
    assert problem.endswith(
        f"“{family.leo.user.email}” has an account here; say --link-users if that is the same person."
    )
    assert not Membership.objects.filter(user=account).exists()


@pytest.mark.parametrize("fields", [{"is_active": False}, {"new": True}, {"is_staff": True}])
def test_in_whatever_state_they_are(away, family, fields):
    here(family, **fields)
    assert len(problems_of(away)) == 1


def test_staff_may_say_that_it_is_them(away, family):
    account = here(family)
    before = User.objects.values().get(pk=account.pk)
    told = imported(away, link_users=True)
    assert told["users_linked"] == [account.email]
    assert account.email not in told["users_made"]
    assert User.objects.values().get(pk=account.pk) == before
    assert Membership.objects.get(user=account).person_id == family.leo.person.pk
    assert GiftList.objects.filter(owner=account).count() == len(
        [
            line
            for line in lines_in(away)[1:-1]
            if line["table"] == "giftlist" and line["row"]["owner"] == str(family.leo.user.pk)
        ]
    )
    assert not User.objects.filter(pk=family.leo.user.pk).exists()


def test_a_handle_alone_tells_who_it_is_too(away, family):
    account = UserFactory(name="Leopold", email=None, handle="LEO")
    assert imported(away, link_users=True)["users_linked"] == ["LEO"]
    assert Membership.objects.get(user=account).person_id == family.leo.person.pk


def test_whoever_is_deactivated_stays_out(away, family):
    account = here(family, is_active=False)
    imported(away, link_users=True)
    account.refresh_from_db()
    assert not account.is_active


def test_an_owners_code_for_somebody_who_is_linked_ends(away, family):
    account, owner = here(family, new=True), found("Elsewhere", "Olga")
    issue_code(user=account, actor=owner.user, client=Client())
    imported(away, link_users=True)
    assert not ActivationCode.objects.usable().filter(user=account).exists()


def test_two_accounts_cannot_be_one(away, family):
    here(family)
    UserFactory(handle="leo", email=None)
    [problem] = problems_of(away, link_users=True)
    assert "is not one account here: the id, e-mail address or handle belongs to somebody else." in problem


def test_an_id_that_is_somebody_elses_is_refused(away, family):
    UserFactory(pk=family.leo.user.pk, email="stranger@example.org")
    [problem] = problems_of(away, link_users=True)
    assert "is not one account here" in problem


def test_one_account_cannot_be_two_people(away, family):
    account = here(family, handle="mia")
    lines = lines_in(away)
    mia = next(line["row"] for line in lines[1:-1] if line["row"].get("name") == "Mia")
    mia["handle"] = "mia"
    [problem] = problems_of(written(away, lines), link_users=True)
    assert problem.endswith(f"“{account.login}” would be two people of this household.")


def test_two_users_of_a_file_cannot_sign_in_alike(away, family):
    lines = lines_in(away)
    lines[1]["row"]["email"] = lines[2]["row"]["email"].upper()
    [problem] = problems_of(written(away, lines))
    assert "it breaks a rule of its table" in problem


@pytest.mark.parametrize("column", ["password", "is_staff", "is_superuser", "activated_at"])
def test_nobody_gets_rights_or_a_password_by_a_file(away, column):
    path = changed(away, "user", lambda row: row.update({column: True}))
    assert f"these are not its columns: {column}." in problems_of(path)[0]


def test_somebody_without_a_login_is_refused(away):
    path = changed(away, "user", lambda row: row.update(email=None, handle=None))
    assert "user_has_a_login" in problems_of(path)[0]


def test_a_user_who_is_not_in_the_file_is_refused(away, family, neighbour):
    path = changed(away, "giftlist", lambda row: row.update(owner=str(neighbour.user.pk)))
    [problem] = problems_of(path)
    assert problem.endswith("(giftlist): owner: this user is not in the file.")


def test_a_file_without_users_is_told_about_once_for_each_row(away):
    lines = [line for line in lines_in(away) if line.get("table") != "user"]
    problems = problems_of(written(away, with_end(lines)))
    assert all(problem.endswith("this user is not in the file.") for problem in problems)
    assert BAUERS
