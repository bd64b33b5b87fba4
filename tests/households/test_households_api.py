import pytest

from households.models import Activity, Household, Membership
from tests.accounts.steps import error
from tests.households.actors import api_of, table


@pytest.mark.parametrize(
    ("verb", "actor", "status"),
    table(
        #     owner member guest stranger nobody
        get="200 200 200 404 401",
        patch="200 403 403 404 401",
        delete="405 405 405 405 401",
    ),
)
def test_who_may_do_what_with_a_household(family, verb, actor, status):
    answer = getattr(api_of(actor, family), verb)(f"/api/v1/households/{family.household.pk}", {"name": "The Others"})
    assert answer.status_code == status
    family.household.refresh_from_db()
    assert (family.household.name == "The Others") == (verb == "patch" and status == 200)


def test_a_stranger_cannot_tell_a_household_from_none(family, neighbour):
    answer = neighbour.api().patch(f"/api/v1/households/{family.household.pk}", {"currency": "not one"})
    assert error(answer) == (404, "RESOURCE_NOT_FOUND")


def test_one_lists_the_households_one_belongs_to(family, neighbour):
    answer = family.leo.api().get("/api/v1/households").json()
    assert [(row["name"], row["role"]) for row in answer["results"]] == [("The Bauers", "member")]


def test_whoever_founds_a_household_owns_it_and_is_a_person_in_it(family):
    leo = family.leo.api()
    answer = leo.post("/api/v1/households", {"name": "Leo's flat", "currency": "CHF", "timezone": "Europe/Zurich"})
    assert answer.status_code == 201
    assert (answer.json()["role"], answer.json()["currency"]) == ("owner", "CHF")
    [member] = leo.get(f"/api/v1/households/{answer.json()['id']}/members").json()["results"]
    assert (member["role"], member["person"]["display_name"]) == ("owner", "Leo")


def test_a_name_is_enough_to_found_a_household(family):
    answer = family.leo.api().post("/api/v1/households", {"name": "Leo's flat"})
    assert answer.status_code == 201
    assert (answer.json()["currency"], answer.json()["timezone"]) == ("EUR", "UTC")


def test_every_wrong_field_is_named_at_once(family):
    body = {"name": " ", "currency": "euro", "timezone": "Europe/Atlantis", "colour": "red"}
    answer = family.leo.api().post("/api/v1/households", body)
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert set(answer.json()["error"]["details"]) == set(body)
    assert Household.objects.count() == 1


@pytest.mark.parametrize("field", ["id", "role", "is_demo", "created_at"])
def test_what_is_not_an_owners_to_write_is_refused(family, field):
    answer = family.mia.api().patch(f"/api/v1/households/{family.household.pk}", {field: "owner"})
    assert list(answer.json()["error"]["details"]) == [field]


def test_a_change_stands_in_the_diary(family):
    family.mia.api().patch(f"/api/v1/households/{family.household.pk}", {"timezone": "UTC", "name": "Us"})
    entry = Activity.objects.latest("seq")
    assert (entry.verb, entry.actor, entry.payload) == (
        "household.updated",
        family.mia.user,
        {"fields": ["name", "timezone"]},
    )


def test_an_owner_is_one_only_where_they_own(family, neighbour):
    Membership.objects.create(household=family.household, user=neighbour.user, role="member")
    answer = neighbour.api().patch(f"/api/v1/households/{family.household.pk}", {"name": "Mine"})
    assert error(answer) == (403, "RESOURCE_FORBIDDEN")
