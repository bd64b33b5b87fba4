import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services.users import create_user, update_profile
from config.errors import Code, Refusal
from tests.concurrency import simultaneously
from tests.factories import UserFactory


def test_a_new_user_has_no_password_and_has_not_activated(db):
    user = create_user(name="Leo", handle="leo")
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert user.activated_at is None
    assert (user.email, user.login, user.is_staff) == (None, "leo", False)


@pytest.mark.parametrize(
    ("taken", "again"),
    [
        ({"email": "Anna@Example.org"}, {"email": "anna@example.ORG"}),
        ({"handle": "Ömer"}, {"handle": "öMER"}),
    ],
)
def test_a_taken_login_is_refused_by_the_field_in_any_case(db, taken, again):
    create_user(name="First", **taken)
    with pytest.raises(Refusal) as refusal:
        create_user(name="Second", **again)
    assert refusal.value.code is Code.CONFLICT_DUPLICATE
    assert list(refusal.value.details) == list(taken)
    assert User.objects.count() == 1


def test_both_taken_logins_are_named_at_once(db):
    create_user(name="First", email="anna@example.org", handle="anna")
    with pytest.raises(Refusal) as refusal:
        create_user(name="Second", email="anna@example.org", handle="anna")
    assert list(refusal.value.details) == ["email", "handle"]


def test_somebody_without_any_login_cannot_exist(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        create_user(name="Nobody")


@pytest.mark.parametrize(
    "login", [{"handle": "anna@example.org"}, {"handle": "anna\uff20example.org"}, {"email": "anna"}]
)
def test_a_handle_never_looks_like_an_address(db, login):
    with pytest.raises(IntegrityError), transaction.atomic():
        create_user(name="Anna", **login)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_want_one_login_at_once_one_gets_it():
    def attempt() -> str:
        try:
            return create_user(name="Anna", email="anna@example.org").name
        except Refusal as refusal:
            return refusal.code.name

    assert sorted(simultaneously(attempt, 8)) == ["Anna"] + ["CONFLICT_DUPLICATE"] * 7


@pytest.mark.parametrize("login", ["anna@example.org", " ANNA@example.org ", "anna", "ANNA", "\uff41nna"])
def test_either_login_finds_its_user_in_any_case(db, login):
    user = UserFactory(email="Anna@Example.org", handle="Anna")
    assert User.objects.with_login(login).get() == user


@pytest.mark.parametrize("login", ["", "   ", "ann"])
def test_no_login_finds_nobody(db, login):
    UserFactory(handle="anna")
    assert not User.objects.with_login(login).exists()


def test_a_profile_changes_only_where_it_is_told_to(anna):
    update_profile(user=anna, changes={"avatar_url": "https://example.org/anna.png"})
    anna.refresh_from_db()
    assert (anna.name, anna.avatar_url) == ("Anna", "https://example.org/anna.png")


def test_a_profile_is_no_way_to_power(anna):
    with pytest.raises(ValueError, match="is_staff"):
        update_profile(user=anna, changes={"is_staff": True})


def test_whoever_runs_the_server_can_make_a_superuser(db):
    user = User.objects.create_superuser(email="root@example.org", password="by-candle-light", name="Root")
    assert user.is_staff
    assert user.is_superuser
    assert user.check_password("by-candle-light")
