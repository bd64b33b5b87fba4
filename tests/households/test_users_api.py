import pytest

from accounts.models import User
from households.models import Membership
from tests.accounts.steps import error
from tests.factories import UserFactory


def test_one_sees_the_people_one_shares_a_household_with(family, neighbour):
    names = [row["name"] for row in family.leo.api().get("/api/v1/users").json()["results"]]
    assert sorted(names) == ["Ada", "Grandma", "Leo", "Mia"]


def test_others_are_seen_without_their_address(family):
    answer = family.leo.api().get(f"/api/v1/users/{family.mia.user.pk}").json()
    assert set(answer) == {"id", "name", "handle", "avatar_url"}


def test_strangers_and_nobody_are_the_same_404(family, neighbour):
    leo = family.leo.api()
    for user_id in (neighbour.user.pk, "01890000-0000-7000-8000-000000000000"):
        assert error(leo.get(f"/api/v1/users/{user_id}")) == (404, "RESOURCE_NOT_FOUND")


def test_who_left_is_no_longer_seen_and_sees_only_themself(family):
    Membership.objects.filter(user=family.ada.user).update(is_active=False)
    assert family.leo.api().get(f"/api/v1/users/{family.ada.user.pk}").status_code == 404
    assert [row["name"] for row in family.ada.api().get("/api/v1/users").json()["results"]] == ["Ada"]


def test_me_is_my_own_account_with_its_logins(family):
    answer = family.leo.api().get("/api/v1/users/me").json()
    assert (answer["id"], answer["name"], answer["email"]) == (str(family.leo.user.pk), "Leo", family.leo.user.email)
    assert "password" not in answer


def test_i_change_my_name_and_picture(family):
    answer = family.leo.api().patch("/api/v1/users/me", {"name": "Leonard", "avatar_url": "https://example.org/l.png"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Leonard")
    family.leo.user.refresh_from_db()
    assert family.leo.user.avatar_url == "https://example.org/l.png"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "new@example.org"),
        ("handle", "leo"),
        ("is_staff", True),
        ("is_superuser", True),
        ("is_active", False),
        ("password", "x"),
        ("person", "x"),
        ("name", ""),
        ("name", None),
        ("avatar_url", "javascript:alert(1)"),
    ],
)
def test_nothing_else_of_me_changes_that_way(family, field, value):
    answer = family.leo.api().patch("/api/v1/users/me", {field: value})
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert list(answer.json()["error"]["details"]) == [field]
    assert not User.objects.filter(pk=family.leo.user.pk, is_staff=True).exists()


@pytest.mark.parametrize("path", ["users", "users/me"])
def test_nobody_in_particular_sees_no_users(db, api, path):
    UserFactory()
    assert error(api.get(f"/api/v1/{path}")) == (401, "AUTH_REQUIRED")


def test_another_account_cannot_be_changed(family):
    answer = family.mia.api().patch(f"/api/v1/users/{family.leo.user.pk}", {"name": "Lenny"})
    assert error(answer) == (405, "RESOURCE_METHOD_NOT_ALLOWED")
