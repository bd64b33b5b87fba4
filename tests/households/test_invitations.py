"""An account that exists already comes into a household by its user's own yes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ActivationCode, User
from accounts.services.codes import issue_code
from config.client import Client
from config.errors import Refusal
from gifts.services.merging import merge_people
from households.models import Activity, Household, Invitation, Membership, Person, Role
from households.services.households import create_household
from households.services.invitations import invite
from households.services.members import issue_member_code, remove_member, update_member, users_in_reach
from households.services.people import delete_person
from households.words import sentence
from tests.accounts.steps import activate, error
from tests.cast import Family, Member, invited, join
from tests.concurrency import simultaneously
from tests.factories import UserFactory
from tests.households.actors import api_of, table

MINE = "/api/v1/invitations"


def asked(family: Family, who: User, **fields: Any) -> Invitation:
    return invited(family.mia, who, **fields)


def members(family: Family) -> str:
    return f"/api/v1/households/{family.household.pk}/members"


def sent(family: Family, invitation: Invitation | None = None) -> str:
    row = f"/{invitation.pk}" if invitation else ""
    return f"/api/v1/households/{family.household.pk}/invitations{row}"


def accept(member: Member, invitation: Invitation) -> Any:
    return member.api().post(f"{MINE}/{invitation.pk}/accept")


def expire(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())


# --- Asking ----------------------------------------------------------------------------------------


def test_an_owner_learns_of_the_account_what_they_typed(family, neighbour):
    User.objects.filter(pk=neighbour.user.pk).update(handle="eve", handle_key="eve", avatar_url="https://example.org/e")
    answer = family.mia.api().post(members(family), {"name": "Neighbour", "handle": "EVE", "role": "guest"})
    assert answer.status_code == 202
    invitation = Invitation.objects.get()
    assert answer.json() == family.mia.api().get(sent(family)).json()["results"][0]
    assert answer.json() == {
        "id": str(invitation.pk),
        "household": str(family.household.pk),
        "login": "EVE",
        "role": "guest",
        "person": {"id": str(invitation.person_id), "display_name": "Neighbour"},
        "invited_by": {"id": str(family.mia.user.pk), "name": "Mia", "handle": None, "avatar_url": ""},
        "expires_at": answer.json()["expires_at"],
        "created_at": answer.json()["created_at"],
    }
    assert invitation.expires_at - invitation.created_at == pytest.approx(timedelta(days=14), abs=timedelta(minutes=1))


def test_the_invited_learns_the_households_name_and_who_asks(family, neighbour):
    invitation = asked(family, neighbour.user, role=Role.GUEST)
    eve = neighbour.api()
    [shown] = eve.get(MINE).json()["results"]
    assert shown == {
        "id": str(invitation.pk),
        "household": {"id": str(family.household.pk), "name": "The Bauers"},
        "role": "guest",
        "invited_by": "Mia",
        "expires_at": shown["expires_at"],
        "accepted_at": None,
        "created_at": shown["created_at"],
    }
    home = f"households/{family.household.pk}"
    person, owner = f"people/{invitation.person_id}", f"users/{family.mia.user.pk}"
    for path in (home, f"{home}/members", f"{home}/invitations", f"{home}/invitations/{invitation.pk}", person, owner):
        method = eve.delete if path.endswith(str(invitation.pk)) else eve.get
        assert error(method(f"/api/v1/{path}")) == (404, "RESOURCE_NOT_FOUND"), path
    assert len(eve.get("/api/v1/households").json()["results"]) == 1


@pytest.mark.parametrize(
    ("verb", "actor", "status"),
    table(
        #       owner member guest stranger nobody
        list="200 404 404 404 401",
        withdraw="204 404 404 404 401",
        accept="404 404 404 404 401",
        decline="404 404 404 404 401",
    ),
)
def test_whose_an_invitation_is_to_answer_and_to_withdraw(family, neighbour, verb, actor, status):
    invitation = asked(family, neighbour.user)
    api = api_of(actor, family)
    answer = {
        "list": lambda: api.get(sent(family)),
        "withdraw": lambda: api.delete(sent(family, invitation)),
        "accept": lambda: api.post(f"{MINE}/{invitation.pk}/accept"),
        "decline": lambda: api.post(f"{MINE}/{invitation.pk}/decline"),
    }[verb]()
    assert answer.status_code == status
    assert Invitation.objects.waiting().exists() == (status != 204)
    assert not Membership.objects.filter(household=family.household, user=neighbour.user).exists()


@pytest.mark.parametrize("actor", ["member", "guest", "stranger", "nobody"])
def test_whoever_may_not_add_members_does_not_learn_which_logins_exist(family, neighbour, actor):
    api = api_of(actor, family)
    body = {"name": "Somebody", "email": neighbour.user.email}
    there, never = (api.post(members(family), body | {"email": email}) for email in (body["email"], "no@example.org"))
    assert error(there) == error(never)
    assert not Invitation.objects.exists()


def test_the_diary_tells_everybody_who_plans_and_names_no_account(family, neighbour):
    invitation = asked(family, neighbour.user)
    neighbour.api().post(f"{MINE}/{invitation.pk}/decline")
    declined, invited = Activity.objects.visible_to(family.ada.viewer).order_by("-seq")[:2]
    assert (invited.verb, invited.actor, invited.payload) == ("person.invited", family.mia.user, {"role": "member"})
    assert (declined.verb, declined.actor) == ("person.invitation_declined", None)
    assert {declined.subject_id, invited.subject_id} == {invitation.person_id}
    assert sentence(invited, "Tim") == "Mia invited an account to be “Tim”."
    assert sentence(declined, "Tim") == "Whoever was invited declined to be “Tim”."
    assert "Eve" not in family.ada.api().get("/api/v1/activity").content.decode().replace("New Eve", "")


@pytest.mark.parametrize("who", ["member", "invited"])
def test_nobody_is_asked_who_is_here_or_was_asked_already(family, neighbour, who):
    user = family.leo.user if who == "member" else neighbour.user
    if who == "invited":
        asked(family, user)
    answer = family.mia.api().post(members(family), {"name": "Somebody else", "email": user.email})
    assert error(answer) == (409, "CONFLICT_DUPLICATE")
    assert Invitation.objects.count() == (who == "invited")
    assert not Person.objects.filter(display_name="Somebody else").exists()


def test_whether_two_logins_are_one_persons_is_not_told(family, neighbour):
    User.objects.filter(pk=neighbour.user.pk).update(handle="eve", handle_key="eve")
    User.objects.filter(pk=family.leo.user.pk).update(handle="leo", handle_key="leo")
    told = []
    for handle in ("eve", "leo"):
        body = {"name": "Somebody", "email": neighbour.user.email, "handle": handle}
        answer = family.mia.api().post(members(family), body)
        told.append((*error(answer), answer.json()["error"]["details"].keys()))
    assert told == [(409, "CONFLICT_DUPLICATE", {"email", "handle"})] * 2
    assert not Invitation.objects.exists()
    assert not Invitation.objects.exists()


# --- Answering -------------------------------------------------------------------------------------


def test_whoever_accepts_belongs_there_and_is_blind_to_their_own_surprises(family, neighbour):
    invitation = asked(family, neighbour.user, person=family.theo)
    family.ada.list("For Theo", recipient=family.theo)
    shared = family.ada.list("For all", visibility="household")
    eve = neighbour.api()
    answer = eve.post(f"{MINE}/{invitation.pk}/accept")
    assert answer.status_code == 200
    assert answer.json()["accepted_at"]
    assert {row["name"] for row in eve.get("/api/v1/households").json()["results"]} == {"The Bauers", "The Neighbours"}
    assert [row["id"] for row in eve.get("/api/v1/lists").json()["results"]] == [str(shared.pk)]
    assert eve.get(MINE).json()["results"] == []
    entry = Activity.objects.visible_to(family.ada.viewer).latest("seq")
    assert (entry.verb, entry.actor) == ("membership.created", neighbour.user)
    assert entry.payload == {"role": "member", "person": str(family.theo.pk)}
    assert family.mia.api().get(sent(family)).json()["results"] == []


def test_accepted_twice_it_is_accepted_once(family, neighbour):
    invitation = asked(family, neighbour.user)
    first, second = accept(neighbour, invitation), accept(neighbour, invitation)
    assert first.json() == second.json()
    assert Activity.objects.filter(verb="membership.created").count() == 1
    declined = neighbour.api().post(f"{MINE}/{invitation.pk}/decline")
    assert error(declined) == (409, "CONFLICT_STATE")


def test_the_same_yes_again_is_answered_again(family, neighbour):
    invitation = asked(family, neighbour.user)
    eve, key = neighbour.api(), {"Idempotency-Key": "one-key"}
    first, second = (eve.post(f"{MINE}/{invitation.pk}/accept", headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second["Idempotent-Replayed"] == "true"
    assert error(eve.post(f"{MINE}/{invitation.pk}/decline", headers=key)) == (409, "CONFLICT_STATE")


@pytest.mark.parametrize("end", ["declined", "withdrawn", "expired", "left"])
def test_what_is_over_is_not_there_any_more(family, neighbour, end):
    invitation = asked(family, neighbour.user)
    eve = neighbour.api()
    if end == "declined":
        assert eve.post(f"{MINE}/{invitation.pk}/decline").status_code == 204
    elif end == "withdrawn":
        assert family.mia.api().delete(sent(family, invitation)).status_code == 204
    elif end == "expired":
        expire(invitation)
    else:
        accept(neighbour, invitation)
        remove_member(viewer=family.mia.viewer, membership_id=Membership.objects.get(person=invitation.person).pk)
    assert eve.get(MINE).json()["results"] == []
    for what in ("accept", "decline"):
        assert error(eve.post(f"{MINE}/{invitation.pk}/{what}")) == (404, "RESOURCE_NOT_FOUND")
    assert error(family.mia.api().delete(sent(family, invitation))) == (404, "RESOURCE_NOT_FOUND")
    assert not Membership.objects.active().filter(household=family.household, user=neighbour.user).exists()


@pytest.mark.parametrize("end", ["declined", "withdrawn", "expired"])
def test_whoever_was_asked_may_be_asked_again(family, neighbour, end):
    invitation = asked(family, neighbour.user)
    if end == "expired":
        expire(invitation)
    else:
        Invitation.objects.filter(pk=invitation.pk).update(**{f"{end}_at": timezone.now()})
    again = asked(family, neighbour.user, person=invitation.person)
    assert accept(neighbour, again).status_code == 200
    assert Membership.objects.get(person=invitation.person).user == neighbour.user


def test_somebody_deactivated_or_new_is_asked_and_answers_when_they_can(family, api):
    tim = User.objects.create(name="Tim", handle="tim", password="!")
    code = issue_code(user=tim, actor=None, client=Client())
    invitation = asked(family, tim)
    assert activate(api, "tim", code).status_code == 200
    assert accept(Member(tim, invitation.person), invitation).status_code == 200


# --- Who was here before ---------------------------------------------------------------------------


def test_whoever_was_here_before_comes_back_as_who_they_were(family):
    leo = family.leo
    remove_member(viewer=family.mia.viewer, membership_id=leo.membership.pk)
    invitation = asked(family, leo.user, role=Role.GUEST)
    assert invitation.person == leo.person
    assert not leo.membership.is_active
    assert accept(leo, invitation).status_code == 200
    assert (leo.membership.is_active, leo.membership.role, leo.membership.user) == (True, "guest", leo.user)
    assert Membership.objects.filter(user=leo.user).count() == 1


def test_they_come_back_as_nobody_else(family):
    remove_member(viewer=family.mia.viewer, membership_id=family.leo.membership.pk)
    body = {"name": "Leo", "email": family.leo.user.email, "person": str(family.theo.pk)}
    answer = family.mia.api().post(members(family), body)
    assert list(answer.json()["error"]["details"]) == ["person"]
    assert not Invitation.objects.exists()


def test_an_owner_who_lets_them_in_meanwhile_decides_as_what(family):
    leo = family.leo
    remove_member(viewer=family.mia.viewer, membership_id=leo.membership.pk)
    invitation = asked(family, leo.user, role=Role.OWNER)
    update_member(viewer=family.mia.viewer, membership_id=leo.membership.pk, is_active=True, role=Role.GUEST)
    assert accept(leo, invitation).status_code == 200
    assert leo.membership.role == Role.GUEST


@pytest.mark.parametrize("how", ["deleted", "set inactive"])
def test_whoever_is_shown_out_does_not_come_back_by_an_older_invitation(family, how):
    leo, mia = family.leo, family.mia.viewer
    remove_member(viewer=mia, membership_id=leo.membership.pk)
    invitation = asked(family, leo.user, role=Role.OWNER)
    update_member(viewer=mia, membership_id=leo.membership.pk, is_active=True)
    if how == "deleted":
        remove_member(viewer=mia, membership_id=leo.membership.pk)
    else:
        update_member(viewer=mia, membership_id=leo.membership.pk, is_active=False)
    assert accept(leo, invitation).status_code == 404
    assert not leo.membership.is_active
    assert asked(family, leo.user).is_waiting


# --- The person who is reserved --------------------------------------------------------------------


def test_nobody_else_becomes_the_person_who_is_reserved(family, neighbour):
    asked(family, neighbour.user, person=family.theo)
    mia, row = family.mia.api(), f"{members(family)}/{family.leo.membership.pk}"
    body = {"name": "Tim", "handle": "tim", "person": str(family.theo.pk)}
    refused = {"person": ["Somebody else is invited to be this person."]}
    for answer in (mia.post(members(family), body), mia.patch(row, {"person": str(family.theo.pk)})):
        assert answer.json()["error"]["details"] == refused
    other = join(create_household(owner=neighbour.user, name="Elsewhere"), "Sam")
    body |= {"handle": "", "email": other.user.email}
    assert mia.post(members(family), body).json()["error"]["details"] == refused
    # Nor a second one of that name.
    assert list(mia.post(members(family), {"name": "theo", "handle": "theo"}).json()["error"]["details"]) == ["person"]


def test_the_person_is_free_again_when_the_invitation_is_over(family, neighbour):
    expire(asked(family, neighbour.user, person=family.theo))
    body = {"name": "Theo", "handle": "theo", "person": str(family.theo.pk)}
    assert family.mia.api().post(members(family), body).status_code == 201


def test_the_reserved_person_is_not_deleted_and_becomes_no_couple(family, neighbour):
    invitation = asked(family, neighbour.user, person=family.theo)
    for member in (family.mia, family.leo):
        assert error(member.api().delete(f"/api/v1/people/{family.theo.pk}")) == (409, "CONFLICT_STATE")
    answer = family.leo.api().patch(f"/api/v1/people/{family.theo.pk}", {"members": [str(family.grandpa.pk)]})
    assert list(answer.json()["error"]["details"]) == ["members"]
    expire(invitation)
    delete_person(viewer=family.leo.viewer, person_id=family.theo.pk)


@pytest.mark.parametrize("reserved", ["source", "target"])
def test_a_merge_takes_the_invitation_along(family, neighbour, reserved):
    invitation = asked(family, neighbour.user, person=family.theo)
    pair = (family.theo, family.grandpa) if reserved == "source" else (family.grandpa, family.theo)
    merge_people(viewer=family.mia.viewer, source_id=pair[0].pk, target_id=pair[1].pk)
    assert accept(neighbour, invitation).status_code == 200
    assert Membership.objects.get(user=neighbour.user, household=family.household).person == pair[1]


@pytest.mark.parametrize("other", ["a member", "somebody else who is invited"])
@pytest.mark.parametrize("turned", [False, True])
def test_two_who_are_or_will_be_somebody_are_not_merged(family, neighbour, other, turned):
    asked(family, neighbour.user, person=family.theo)
    person = family.leo.person if other == "a member" else family.grandpa
    if other != "a member":
        asked(family, join(create_household(owner=neighbour.user, name="Elsewhere"), "Sam").user, person=person)
    pair = [family.theo.pk, person.pk]
    source, target = reversed(pair) if turned else pair
    with pytest.raises(Refusal, match="CONFLICT_STATE"):
        merge_people(viewer=family.mia.viewer, source_id=source, target_id=target)


def test_a_merge_is_not_held_up_by_what_nobody_answered(family, neighbour):
    other = join(create_household(owner=neighbour.user, name="Elsewhere"), "Sam")
    expire(asked(family, neighbour.user, person=family.theo))
    invitation = asked(family, other.user, person=family.grandpa)
    merge_people(viewer=family.mia.viewer, source_id=family.theo.pk, target_id=family.grandpa.pk)
    assert accept(other, invitation).status_code == 200


# --- Codes -----------------------------------------------------------------------------------------


def test_an_owner_resets_no_account_that_another_household_has_invited(family, neighbour):
    """Else they could accept in its user's place."""
    code_at = f"{members(family)}/{family.leo.membership.pk}/activation-code"
    invitation = invite(
        viewer=neighbour.viewer,
        household_id=neighbour.person.household_id,
        account=family.leo.user,
        login="leo",
        name="Leo",
    )
    assert error(family.mia.api().post(code_at)) == (403, "RESOURCE_FORBIDDEN")
    assert not ActivationCode.objects.exists()
    expire(invitation)
    assert family.mia.api().post(code_at).status_code == 201


def test_an_owner_of_both_households_may_reset_whom_they_invited(family):
    club = create_household(owner=family.mia.user, name="The club")
    viewer = family.mia.viewer
    invite(viewer=viewer, household_id=club.pk, account=family.leo.user, login="leo", name="Leo")
    assert issue_member_code(viewer=viewer, membership_id=family.leo.membership.pk, client=Client())


@pytest.mark.parametrize("by", ["an owner next door", "the same owner", "staff"])
def test_an_invitation_ends_the_codes_of_owners_who_could_accept_by_them(family, neighbour, api, by):
    """They were issued while the account was worth less."""
    leo = family.leo.user
    code = issue_code(user=leo, actor=None if by == "staff" else family.mia.user, client=Client())
    inviting = family.mia if by == "the same owner" else neighbour
    household = create_household(owner=inviting.user, name="The club")
    invite(viewer=inviting.viewer, household_id=household.pk, account=leo, login="leo", name="Leo")
    is_good = activate(api, leo.login, code).status_code == 200
    assert is_good == (by != "an owner next door")


def test_an_owner_sees_no_device_of_somebody_whom_another_household_has_invited(family, neighbour):
    assert family.leo.user in users_in_reach(family.mia.viewer)
    household = neighbour.person.household_id
    invite(viewer=neighbour.viewer, household_id=household, account=family.leo.user, login="leo", name="Leo")
    assert family.leo.user not in users_in_reach(family.mia.viewer)


# --- At the same moment ----------------------------------------------------------------------------


def at_once(*calls: tuple[Any, ...]) -> list[int]:
    waiting = list(calls)

    def call() -> int:
        ask, *what = waiting.pop()
        return ask(*what).status_code

    return simultaneously(call, len(calls))


@pytest.mark.django_db(transaction=True)
def test_who_accepts_ten_times_at_once_belongs_there_once(family, neighbour):
    invitation = asked(family, neighbour.user)
    eve = neighbour.api()
    answers = simultaneously(lambda: eve.post(f"{MINE}/{invitation.pk}/accept").status_code, 10)
    assert answers == [200] * 10
    assert Membership.objects.filter(household=family.household, user=neighbour.user).count() == 1
    assert Activity.objects.filter(verb="membership.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_is_invited_five_times_at_once_is_invited_once(family, neighbour):
    body = {"name": "Eve", "email": neighbour.user.email}
    answers = at_once(*[(family.mia.api().post, members(family), body) for _ in range(5)])
    assert sorted(answers) == [202] + [409] * 4
    assert Person.objects.filter(display_name="Eve", household=family.household).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_are_to_be_one_person_at_once_one_is(family, neighbour):
    theo = str(family.theo.pk)
    bodies = {"name": "Eve", "email": neighbour.user.email}, {"name": "Tim", "handle": "tim"}
    answers = at_once(*[(family.mia.api().post, members(family), body | {"person": theo}) for body in bodies])
    assert sorted(answers) in ([201, 400], [202, 400])
    assert Invitation.objects.count() + Membership.objects.filter(person=theo).count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepted_and_withdrawn_at_once_it_is_one_of_the_two(family, neighbour):
    for _ in range(5):
        invitation = asked(family, neighbour.user, person=family.theo)
        eve, mia = neighbour.api(), family.mia.api()
        answers = at_once((eve.post, f"{MINE}/{invitation.pk}/accept"), (mia.delete, sent(family, invitation)))
        assert sorted(answers) in ([200, 404], [204, 404])
        joined = Membership.objects.filter(household=family.household, user=neighbour.user)
        assert joined.exists() == (200 in answers)
        if joined.exists():
            return


@pytest.mark.django_db(transaction=True)
def test_accepted_while_their_person_is_merged_they_are_who_came_of_it(family, neighbour):
    """The household's lock comes first: without it the yes waits for a person who is no more by then."""
    for _ in range(5):
        twin = Person.objects.create(household=family.household, display_name="Theodore")
        invitation = asked(family, UserFactory(), person=twin)
        invited_one = Member(invitation.user, twin)
        merge = (family.mia.api().post, f"/api/v1/people/{twin.pk}/merge", {"into": str(family.grandpa.pk)})
        assert at_once((invited_one.api().post, f"{MINE}/{invitation.pk}/accept"), merge) == [200, 200]
        membership = Membership.objects.get(user=invitation.user)
        assert membership.person == family.grandpa
        membership.delete()


@pytest.mark.django_db(transaction=True)
def test_a_code_and_a_yes_at_once_never_open_the_other_household(family, neighbour, api):
    """The account's lock: whoever issues the code sees the invitation or the membership, or the code ends."""
    invitation = asked(family, neighbour.user)
    sam = join(Household.objects.get(pk=neighbour.person.household_id), "Sam")
    invitation = asked(family, sam.user)
    code_at = f"/api/v1/households/{neighbour.person.household_id}/members/{sam.membership.pk}/activation-code"
    codes = [(neighbour.api().post, code_at) for _ in range(3)]
    answers = at_once((sam.api().post, f"{MINE}/{invitation.pk}/accept"), *codes)
    assert sorted(answers) == [200, 403, 403, 403]
    assert not ActivationCode.objects.open().exists()
