"""Who belongs to a household, and the one-time codes that let them in."""

from contextlib import suppress

import pytest
from django.utils import timezone

from accounts.models import ActivationCode, AuthEvent, DeviceSession, User
from config.client import Client
from config.errors import Refusal
from households.models import Activity, Membership, Person, Role
from households.services.households import create_household
from households.services.members import issue_member_code, remove_member, update_member
from tests.accounts.steps import activate, complete, error
from tests.cast import Family, join, make_family
from tests.concurrency import simultaneously
from tests.households.actors import api_of, table

NEW = {"name": "Tim", "handle": "tim"}


def members(family: Family, member=None, action: str = "") -> str:
    row = f"/{member.membership.pk}" if member else ""
    return f"/api/v1/households/{family.household.pk}/members{row}{action}"


@pytest.mark.parametrize(
    ("verb", "actor", "status"),
    table(
        #     owner member guest stranger nobody
        list="200 200 404 404 401",
        get="200 200 404 404 401",
        post="201 403 404 404 401",
        patch="200 403 404 404 401",
        code="201 403 404 404 401",
        delete="204 403 404 404 401",
    ),
)
def test_who_may_do_what_with_a_member(family, verb, actor, status):
    api = api_of(actor, family)
    answer = {
        "list": lambda: api.get(members(family)),
        "get": lambda: api.get(members(family, family.ada)),
        "post": lambda: api.post(members(family), NEW),
        "patch": lambda: api.patch(members(family, family.ada), {"role": "owner"}),
        "code": lambda: api.post(members(family, family.ada, "/activation-code")),
        "delete": lambda: api.delete(members(family, family.ada)),
    }[verb]()
    assert answer.status_code == status
    assert User.objects.filter(handle="tim").exists() == (status == 201 and verb == "post")
    ada = family.ada.membership
    assert (ada.role == Role.OWNER) == (status == 200 and verb == "patch")
    assert ada.is_active == (status != 204)
    assert ActivationCode.objects.exists() == (status == 201)


def test_a_member_of_another_household_is_not_here(family, neighbour):
    eve = neighbour.membership
    here = f"{members(family)}/{eve.pk}"
    mia = family.mia.api()
    for answer in (mia.get(here), mia.patch(here, {"role": "member"}), mia.delete(here)):
        assert error(answer) == (404, "RESOURCE_NOT_FOUND")
    assert error(mia.post(f"{here}/activation-code")) == (404, "RESOURCE_NOT_FOUND")


def test_a_new_member_comes_in_by_the_code(family, api):
    answer = family.mia.api().post(members(family), NEW | {"email": "tim@example.org"})
    assert answer.status_code == 201
    assert (answer.json()["role"], answer.json()["is_activated"]) == ("member", False)
    assert answer.json()["person"]["display_name"] == "Tim"
    activated = activate(api, "tim", answer.json()["activation_code"])
    tim = complete(api, activated)
    assert tim.status_code == 200
    shown = family.mia.api().get(f"{members(family)}/{answer.json()['id']}").json()
    assert shown["is_activated"] is True
    assert "activation_code" not in shown


def test_a_new_member_can_be_somebody_who_is_there_already(family):
    answer = family.mia.api().post(members(family), NEW | {"person": str(family.theo.pk), "role": "owner"})
    assert (answer.json()["person"]["display_name"], answer.json()["role"]) == ("Theo", "owner")
    assert Person.objects.filter(household=family.household).count() == 7


def test_a_guest_comes_in_by_a_code_of_their_own_too(family, api):
    mia = family.mia.api()
    added = mia.post(members(family), NEW | {"role": "guest"}).json()
    assert (added["role"], added["person"]["display_name"]) == ("guest", "Tim")
    again = mia.post(f"{members(family)}/{added['id']}/activation-code").json()
    assert complete(api, activate(api, "tim", again["activation_code"])).status_code == 200
    assert Activity.objects.filter(verb="membership.created").latest("seq").payload["role"] == "guest"


def test_who_becomes_a_guest_plans_no_more_from_their_next_request_on(family):
    leo, mia, row = family.leo.api(), family.mia.api(), members(family, family.leo)
    assert leo.get(members(family)).status_code == 200
    assert mia.patch(row, {"role": "guest"}).json()["role"] == "guest"
    assert leo.get(members(family)).status_code == 404
    assert leo.get("/api/v1/people").json()["results"] == []
    assert error(leo.post("/api/v1/people", {"display_name": "Tim"})) == (403, "RESOURCE_FORBIDDEN")
    entry = Activity.objects.visible_to(family.ada.viewer).latest("seq")
    assert (entry.verb, entry.payload["role"]) == ("membership.updated", "guest")
    assert mia.patch(row, {"role": "member"}).json()["role"] == "member"
    assert leo.get(members(family)).status_code == 200


def test_a_guest_who_owned_the_household_owns_it_no_more(family):
    mia = family.mia.api()
    assert mia.patch(members(family, family.leo), {"role": "owner"}).status_code == 200
    assert family.leo.api().patch(members(family, family.mia), {"role": "guest"}).status_code == 200
    assert error(mia.patch(f"/api/v1/households/{family.household.pk}", {"name": "Mine"})) == (
        403,
        "RESOURCE_FORBIDDEN",
    )
    assert mia.get(f"/api/v1/households/{family.household.pk}").json()["role"] == "guest"
    assert error(family.leo.api().delete(members(family, family.leo))) == (409, "CONFLICT_LAST_OWNER")


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ("leo", "Somebody else is this person already."),
        ("grandparents", "A couple or group cannot sign in; choose one of them."),
        ("deleted", "There is no such row."),
        ("next_door", "There is no such row."),
    ],
)
def test_a_new_member_is_nobody_elses_person(family, neighbour, who, message):
    Person.objects.filter(pk=family.theo.pk).update(deleted_at=timezone.now())
    person = {
        "leo": family.leo.person,
        "grandparents": family.grandparents,
        "deleted": family.theo,
        "next_door": neighbour.person,
    }[who]
    answer = family.mia.api().post(members(family), NEW | {"person": str(person.pk)})
    assert answer.json()["error"]["details"] == {"person": [message]}
    assert not User.objects.filter(handle="tim").exists()


@pytest.mark.parametrize("name", ["Theo", "  THEO ", "\uff34heo"])
def test_a_new_member_is_no_second_person_of_that_name_by_accident(family, name):
    answer = family.mia.api().post(members(family), NEW | {"name": name})
    assert error(answer) == (400, "VALIDATION_FAILED")
    [message] = answer.json()["error"]["details"]["person"]
    assert "Theo" in message
    assert not User.objects.filter(handle="tim").exists()
    assert Person.objects.filter(household=family.household).count() == 7


def test_a_name_is_free_once_its_person_is_somebody_or_gone(family, neighbour):
    api = family.mia.api()
    Person.objects.filter(pk=family.theo.pk).update(deleted_at=timezone.now())
    for handle, name in (("theo", "Theo"), ("leo2", "Leo"), ("eve2", "Eve"), ("both", "Grandma & Grandpa")):
        assert api.post(members(family), {"name": name, "handle": handle}).status_code == 201


def test_a_person_of_ones_other_household_does_not_fit(family):
    elsewhere = create_household(owner=family.mia.user, name="The club")
    person = Person.objects.get(household=elsewhere)
    answer = family.mia.api().post(members(family), NEW | {"person": str(person.pk)})
    assert answer.json()["error"]["details"] == {"person": ["There is no such person in this household."]}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name"}),
        ({"name": "Tim"}, {"email"}),
        ({"name": "Tim", "email": "", "handle": ""}, {"email"}),
        ({"name": "Tim", "email": "tim"}, {"email"}),
        ({"name": "Tim", "handle": "tim@home"}, {"handle"}),
        (
            {"name": "", "handle": "t m", "role": "king", "person": "x", "is_staff": True},
            {"name", "handle", "role", "person", "is_staff"},
        ),
    ],
)
def test_every_wrong_field_of_a_new_member_is_named(family, body, fields):
    answer = family.mia.api().post(members(family), body)
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert set(answer.json()["error"]["details"]) == fields


@pytest.mark.parametrize("email", ["eve@example.org", "EVE@Example.org"])
def test_a_login_that_exists_gets_no_code(family, neighbour, email):
    neighbour.user.email = "eve@example.org"
    neighbour.user.save()
    answer = family.mia.api().post(members(family), {"name": "Eve", "email": email})
    assert answer.status_code == 202
    assert not ActivationCode.objects.exists()
    assert not Membership.objects.filter(household=family.household, user=neighbour.user).exists()


def test_a_login_that_was_shown_out_gets_no_code_either(family):
    remove_member(viewer=family.mia.viewer, membership_id=family.leo.membership.pk)
    answer = family.mia.api().post(members(family), {"name": "Leo", "email": family.leo.user.email})
    assert answer.status_code == 202
    assert not ActivationCode.objects.exists()
    assert not family.leo.membership.is_active


def test_a_reset_signs_them_out_and_stands_in_the_diary_for_all(family):
    leo = family.leo.api()
    answer = family.mia.api().post(members(family, family.leo, "/activation-code"))
    assert list(answer.json()) == ["activation_code"]
    assert error(leo.get("/api/v1/people")) == (401, "AUTH_SESSION_REVOKED")
    assert DeviceSession.objects.get(user=family.leo.user).revoked_reason == DeviceSession.Revoked.RESET
    entry = Activity.objects.visible_to(family.ada.viewer).latest("seq")
    assert (entry.verb, entry.actor, entry.subject_id) == (
        "membership.code_issued",
        family.mia.user,
        family.leo.membership.pk,
    )
    assert entry.payload == {"is_reset": True}


def test_the_first_code_anew_is_no_reset(family):
    mia = family.mia.api()
    first = mia.post(members(family), NEW).json()
    second = mia.post(f"{members(family)}/{first['id']}/activation-code").json()
    assert first["activation_code"] != second["activation_code"]
    assert Activity.objects.latest("seq").payload == {"is_reset": False}
    assert ActivationCode.objects.open().count() == 1


def test_a_code_for_oneself_is_fine_and_signs_oneself_out(family):
    mia = family.mia.api()
    assert mia.post(members(family, family.mia, "/activation-code")).status_code == 201
    assert error(mia.get("/api/v1/people")) == (401, "AUTH_SESSION_REVOKED")


@pytest.mark.parametrize(
    "reason", ["belongs_next_door", "belonged_next_door", "is_staff", "is_superuser", "is_deactivated"]
)
def test_an_owner_issues_no_code_that_opens_more_than_theirs(family, neighbour, reason):
    leo = family.leo.user
    if reason.endswith("next_door"):
        Membership.objects.create(
            household=neighbour.person.household, user=leo, is_active=reason == "belongs_next_door"
        )
    else:
        field, value = {"is_deactivated": ("is_active", False)}.get(reason, (reason, True))
        setattr(leo, field, value)
        leo.save()
    answer = family.mia.api().post(members(family, family.leo, "/activation-code"))
    assert error(answer) == (403, "RESOURCE_FORBIDDEN")
    assert not ActivationCode.objects.exists()
    assert not AuthEvent.objects.filter(kind="code_issued").exists()


def test_an_owner_of_both_households_issues_a_code_that_both_diaries_tell_of(family, neighbour):
    other = create_household(owner=family.mia.user, name="The club")
    Membership.objects.create(household=other, user=family.leo.user)
    assert family.mia.api().post(members(family, family.leo, "/activation-code")).status_code == 201
    for household in (family.household, other):
        assert Activity.objects.filter(household=household).latest("seq").verb == "membership.code_issued"


def test_nobody_who_is_no_person_yet_gets_a_code(family):
    Membership.objects.filter(user=family.leo.user).update(person=None)
    membership = Membership.objects.get(user=family.leo.user)
    answer = family.mia.api().post(f"{members(family)}/{membership.pk}/activation-code")
    assert error(answer) == (409, "CONFLICT_PERSON_REQUIRED")


def test_nobody_who_was_shown_out_gets_a_code(family):
    remove_member(viewer=family.mia.viewer, membership_id=family.leo.membership.pk)
    answer = family.mia.api().post(members(family, family.leo, "/activation-code"))
    assert error(answer) == (409, "CONFLICT_STATE")


def test_an_owners_code_ends_when_the_account_comes_to_reach_further(family, api):
    """Else the owner could wait with it until the account is worth more, and take it over then."""
    code = family.mia.api().post(members(family, family.leo, "/activation-code")).json()["activation_code"]
    login = family.leo.user.email
    started = activate(api, login, code)
    assert started.status_code == 200
    assert family.leo.api().post("/api/v1/households", {"name": "Leo's flat"}).status_code == 201
    assert error(activate(api, login, code)) == (400, "AUTH_INVALID_ACTIVATION_CODE")
    assert error(complete(api, started)) == (400, "AUTH_INVALID_ACTIVATION_CODE")
    answer = family.mia.api().post(members(family, family.leo, "/activation-code"))
    assert error(answer) == (403, "RESOURCE_FORBIDDEN")


def test_members_leave_by_themselves(family):
    leo = family.leo.api()
    assert leo.delete(members(family, family.leo)).status_code == 204
    assert leo.get(members(family)).status_code == 404
    assert Activity.objects.latest("seq").verb == "membership.removed"
    shown = family.mia.api().get(members(family, family.leo)).json()
    assert (shown["is_active"], shown["person"]["display_name"]) == (False, "Leo")


def test_showing_somebody_out_twice_is_written_down_once(family):
    mia = family.mia.api()
    assert [mia.delete(members(family, family.leo)).status_code for _ in range(2)] == [204, 204]
    assert Activity.objects.filter(verb="membership.removed").count() == 1


def test_the_last_owner_stays_one(family):
    mia = family.mia.api()
    row = members(family, family.mia)
    changes = ({"role": "member"}, {"role": "guest"}, {"is_active": False})
    for answer in (mia.delete(row), *(mia.patch(row, change) for change in changes)):
        assert error(answer) == (409, "CONFLICT_LAST_OWNER")
    assert (family.mia.membership.role, family.mia.membership.is_active) == (Role.OWNER, True)


def test_an_owner_whose_account_is_deactivated_does_not_count(family):
    family.mia.api().patch(members(family, family.leo), {"role": "owner"})
    User.objects.filter(pk=family.leo.user.pk).update(is_active=False)
    assert error(family.mia.api().delete(members(family, family.mia))) == (409, "CONFLICT_LAST_OWNER")


def test_an_owner_leaves_once_there_is_another(family):
    mia = family.mia.api()
    assert mia.patch(members(family, family.leo), {"role": "owner"}).status_code == 200
    assert mia.delete(members(family, family.mia)).status_code == 204
    assert family.leo.api().patch(members(family, family.ada), {"role": "owner"}).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["leave", "demote"])
def test_of_two_owners_who_go_at_once_one_stays(way):
    family = make_family()
    update_member(viewer=family.mia.viewer, membership_id=family.leo.membership.pk, role=Role.OWNER)
    leaving = [(member.viewer, member.membership.pk) for member in (family.mia, family.leo)]

    def go() -> str:
        viewer, membership_id = leaving.pop()
        try:
            if way == "leave":
                remove_member(viewer=viewer, membership_id=membership_id)
            else:
                update_member(viewer=viewer, membership_id=membership_id, role=Role.MEMBER)
        except Refusal as refusal:
            return refusal.code.name
        return "gone"

    assert sorted(simultaneously(go, 2)) == ["CONFLICT_LAST_OWNER", "gone"]
    assert Membership.objects.active().filter(household=family.household, role=Role.OWNER).count() == 1


@pytest.mark.parametrize(
    "body",
    [{"person": None}, {"role": "king"}, {"is_active": None}, {"user": "x"}, {"household": "x"}],
)
def test_what_cannot_be_said_of_a_member_is_refused(family, body):
    answer = family.mia.api().patch(members(family, family.leo), body)
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert list(answer.json()["error"]["details"]) == list(body)


def test_an_update_is_told_in_the_diary(family):
    family.mia.api().patch(members(family, family.leo), {"person": str(family.theo.pk), "role": "owner"})
    entry = Activity.objects.visible_to(family.ada.viewer).latest("seq")
    assert entry.verb == "membership.updated"
    assert entry.payload == {"role": "owner", "person": str(family.theo.pk), "is_active": True}


def test_the_list_asks_the_same_number_of_queries_for_3_members_and_for_23(family, django_assert_num_queries):
    mia = family.mia.api()
    with django_assert_num_queries(2):  # who asks; the members with users and persons
        assert len(mia.get(members(family)).json()["results"]) == 4
    for number in range(20):
        join(family.household, f"Cousin {number}")
    with django_assert_num_queries(2):
        assert len(mia.get(members(family)).json()["results"]) == 24


@pytest.mark.django_db(transaction=True)
def test_no_code_slips_out_while_the_account_grows():
    """Leo founds a household at the very moment in which the owner of his first one issues a code for him."""
    family = make_family()
    mia, leo_id = family.mia.viewer, family.leo.membership.pk
    deeds = [
        lambda: issue_member_code(viewer=mia, membership_id=leo_id, client=Client()),
        lambda: create_household(owner=family.leo.user, name="Leo's flat"),
    ]

    def act() -> None:
        with suppress(Refusal):
            deeds.pop()()

    simultaneously(act, 2)
    assert Membership.objects.filter(user=family.leo.user).count() == 2
    assert not ActivationCode.objects.usable().filter(user=family.leo.user).exists()
