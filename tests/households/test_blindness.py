"""Nobody can shed their blindness: every way to try it, over REST, with a surprise that must stay one.

Each test tries, and then looks again: what the recipient sees is byte for byte what they saw before.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rest_framework.test import APIClient

from config.errors import Code, Refusal
from gifts.models import GiftList
from households.models import Membership, Person, PersonMember, Role
from households.services.occasions import create_occasion
from households.services.people import update_person
from tests.accounts.steps import activate, complete, error
from tests.cast import Family, Member

FORBIDDEN = (403, "RESOURCE_FORBIDDEN")


@pytest.fixture
def surprises(family) -> list[GiftList]:
    """Something hidden from Leo, from the grandparents, and from the owner; and a day that Leo must not know of."""
    lists = [
        family.ada.list("For Leo", recipient=family.leo.person),
        family.ada.list("For the grandparents", recipient=family.grandparents),
        family.ada.list("For Mia", recipient=family.mia.person),
    ]
    for gift_list in lists:
        family.ada.add(gift_list, f"Something {gift_list.name.lower()}")
    create_occasion(viewer=family.ada.viewer, name="Party", honoree=family.leo.person, visibility="hidden_from_honoree")
    return lists


def what_is_hidden_shows(api: APIClient, surprises: list[GiftList]) -> list[str]:
    """The names of the surprises that somebody comes upon, by any route."""
    paths = ["lists", "items", "gifts", "occasions", *(f"lists/{row.pk}" for row in surprises)]
    text = " ".join(api.get(f"/api/v1/{path}").content.decode() for path in paths)
    return [row.name for row in surprises if row.name in text] + (["Party"] if "Party" in text else [])


@contextmanager
def still_blind(member: Member, surprises: list[GiftList]) -> Iterator[APIClient]:
    api = member.api()
    before = what_is_hidden_shows(api, surprises)
    yield api
    assert what_is_hidden_shows(member.api(), surprises) == before


def member_path(family: Family, membership: Membership) -> str:
    return f"/api/v1/households/{family.household.pk}/members/{membership.pk}"


def person_path(person: Person) -> str:
    return f"/api/v1/people/{person.pk}"


def test_each_of_them_is_blind_to_begin_with(family, surprises):
    shown = {
        name: what_is_hidden_shows(getattr(family, name).api(), surprises) for name in ("leo", "grandma", "mia", "ada")
    }
    assert shown == {
        "leo": ["For the grandparents", "For Mia"],
        "grandma": ["For Leo", "For Mia", "Party"],
        "mia": ["For Leo", "For the grandparents", "Party"],
        "ada": ["For Leo", "For the grandparents", "For Mia", "Party"],
    }


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OWNER])
def test_nobody_becomes_another_person(family, surprises, role):
    Membership.objects.filter(user=family.leo.user).update(role=role)
    with still_blind(family.leo, surprises) as leo:
        answer = leo.patch(member_path(family, family.leo.membership), {"person": str(family.theo.pk)})
        assert error(answer) == FORBIDDEN


def test_the_only_owner_does_not_become_another_person(family, surprises):
    with still_blind(family.mia, surprises) as mia:
        answer = mia.patch(member_path(family, family.mia.membership), {"person": str(family.theo.pk)})
        assert error(answer) == FORBIDDEN


@pytest.mark.parametrize("nobody", [None, "", "00000000-0000-7000-8000-000000000000"])
def test_nobody_becomes_no_person(family, surprises, nobody):
    with still_blind(family.mia, surprises) as mia:
        answer = mia.patch(member_path(family, family.mia.membership), {"person": nobody})
        assert error(answer) == (400, "VALIDATION_FAILED")
    assert family.mia.membership.person == family.mia.person


def test_another_owner_says_who_somebody_is_and_all_can_read_it(family, surprises):
    """The one way there is, and it is not silent."""
    Membership.objects.filter(user=family.ada.user).update(role=Role.OWNER)
    answer = family.ada.api().patch(member_path(family, family.leo.membership), {"person": str(family.theo.pk)})
    assert answer.status_code == 200
    assert answer.json()["person"]["display_name"] == "Theo"


def test_half_a_couple_does_not_take_itself_out(family, surprises):
    Membership.objects.filter(user=family.grandma.user).update(role=Role.OWNER)
    with still_blind(family.grandma, surprises) as grandma:
        for rest in ([], [str(family.grandpa.pk)], [str(family.grandpa.pk), str(family.theo.pk)]):
            assert error(grandma.patch(person_path(family.grandparents), {"members": rest})) == FORBIDDEN


def test_half_a_couple_does_not_delete_it(family, surprises):
    Membership.objects.filter(user=family.grandma.user).update(role=Role.OWNER)
    with still_blind(family.grandma, surprises) as grandma:
        assert error(grandma.delete(person_path(family.grandparents))) == FORBIDDEN


def test_a_deleted_couple_blinds_its_halves_on(family, surprises):
    with still_blind(family.grandma, surprises):
        assert family.mia.api().delete(person_path(family.grandparents)).status_code == 204


def test_a_couple_made_anew_does_not_replace_the_old_one(family, surprises):
    family.mia.api().delete(person_path(family.grandparents))
    with still_blind(family.grandma, surprises) as grandma:
        halves = [str(family.grandpa.pk), str(family.theo.pk)]
        answer = grandma.post("/api/v1/people", {"display_name": "Grandma & Grandpa", "members": halves})
        assert answer.status_code == 201


def test_a_half_that_is_deleted_does_not_drop_out_by_silence(family, surprises):
    """Grandma's own Person gets deleted; a list of members without her, who cannot be named, leaves her in."""
    with still_blind(family.grandma, surprises):
        assert family.mia.api().delete(person_path(family.grandma.person)).status_code == 204
    with still_blind(family.grandma, surprises) as grandma:
        assert grandma.patch(person_path(family.grandparents), {"members": [str(family.grandpa.pk)]}).status_code == 200
        named = [str(family.grandpa.pk), str(family.grandma.person.pk)]
        assert error(grandma.patch(person_path(family.grandparents), {"members": named})) == (400, "VALIDATION_FAILED")
    assert PersonMember.objects.filter(group=family.grandparents, member=family.grandma.person).exists()


def test_joining_a_couple_only_takes_sight_away(family, surprises):
    everybody = [str(person.pk) for person in (family.grandma.person, family.grandpa, family.leo.person)]
    assert family.leo.api().patch(person_path(family.grandparents), {"members": everybody}).status_code == 200
    assert what_is_hidden_shows(family.leo.api(), surprises) == ["For Mia"]
    with still_blind(family.leo, surprises) as leo:
        assert error(leo.patch(person_path(family.grandparents), {"members": everybody[:2]})) == FORBIDDEN


def test_nobody_deletes_who_they_are(family, surprises):
    Membership.objects.filter(user=family.leo.user).update(role=Role.OWNER)
    with still_blind(family.leo, surprises) as leo:
        assert error(leo.delete(person_path(family.leo.person))) == FORBIDDEN


def test_who_is_deleted_by_an_owner_stays_blind(family, surprises):
    with still_blind(family.leo, surprises):
        assert family.mia.api().delete(person_path(family.leo.person)).status_code == 204


@pytest.mark.parametrize("whom", ["leo", "grandparents"])
def test_archiving_changes_nothing(family, surprises, whom):
    member = family.leo if whom == "leo" else family.grandma
    person = family.leo.person if whom == "leo" else family.grandparents
    with still_blind(member, surprises) as api:
        assert api.patch(person_path(person), {"archived": True}).status_code == 200
        assert what_is_hidden_shows(api, surprises) == what_is_hidden_shows(member.api(), surprises)


def test_leaving_and_coming_back_changes_nothing(family, surprises):
    with still_blind(family.leo, surprises) as leo:
        row = member_path(family, family.leo.membership)
        assert leo.delete(row).status_code == 204
        assert what_is_hidden_shows(leo, surprises) == []
        assert family.mia.api().patch(row, {"is_active": True}).status_code == 200


def test_coming_back_is_nothing_one_does_alone(family, surprises):
    with still_blind(family.leo, surprises) as leo:
        row = member_path(family, family.leo.membership)
        assert error(leo.patch(row, {"is_active": False})) == FORBIDDEN
    leo.delete(row)
    assert error(leo.patch(row, {"is_active": True})) == (404, "RESOURCE_NOT_FOUND")


def test_a_second_login_for_oneself_is_nobody_who_is_there_already(family, surprises):
    """An owner's second login cannot be somebody else, and a new person in the house is news for everybody."""
    with still_blind(family.mia, surprises) as mia:
        path = f"/api/v1/households/{family.household.pk}/members"
        taken = mia.post(path, {"name": "M", "handle": "m", "person": str(family.ada.person.pk)})
        assert error(taken) == (400, "VALIDATION_FAILED")


def test_a_code_from_a_second_household_opens_nothing(family, surprises, api):
    """Leo founds a household and asks Ada into it by her login: no code, no reset, no way into her account."""
    with still_blind(family.leo, surprises) as leo:
        flat = leo.post("/api/v1/households", {"name": "Leo's flat"}).json()["id"]
        adding = leo.post(f"/api/v1/households/{flat}/members", {"name": "Ada", "email": family.ada.user.email})
        assert (adding.status_code, "activation_code" in adding.content.decode()) == (202, False)
        for household in (flat, family.household.pk):
            path = f"/api/v1/households/{household}/members/{family.ada.membership.pk}/activation-code"
            assert leo.post(path).status_code in {403, 404}
    assert family.ada.api().get("/api/v1/users/me").status_code == 200


def test_an_owner_of_two_households_opens_no_account_that_one_of_them_shares(family, surprises, neighbour):
    """Ada belongs next door, too: Mia owns her first household and still cannot become Ada there."""
    Membership.objects.create(household=neighbour.person.household, user=family.ada.user, person=None)
    ada = Membership.objects.get(user=family.ada.user, household=family.household)
    with still_blind(family.mia, surprises) as mia:
        assert error(mia.post(f"{member_path(family, ada)}/activation-code")) == FORBIDDEN


def test_ones_own_code_brings_one_back_as_oneself(family, surprises, api):
    code = family.mia.api().post(f"{member_path(family, family.leo.membership)}/activation-code").json()
    with still_blind(family.leo, surprises):
        started = activate(api, family.leo.user.email, code["activation_code"])
        access = complete(api, started).json()["access"]
        again = APIClient(headers={"Authorization": f"Bearer {access}"})
        assert what_is_hidden_shows(again, surprises) == ["For the grandparents", "For Mia"]


@pytest.mark.parametrize(
    "change",
    [{"recipient": None}, {"kind": "idea"}, {"visibility": "household"}, {"occasion": None}, {"owner": "me"}],
)
def test_a_list_that_one_must_not_know_cannot_be_bent(family, surprises, change):
    Membership.objects.filter(user=family.leo.user).update(role=Role.OWNER)
    with still_blind(family.leo, surprises) as leo:
        assert error(leo.patch(f"/api/v1/lists/{surprises[0].pk}", change)) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("field", ["recipient", "kind", "occasion", "household", "owner", "companion_of"])
def test_whom_a_list_is_for_is_fixed_for_its_giver_too(family, surprises, field):
    answer = family.ada.api().patch(f"/api/v1/lists/{surprises[0].pk}", {field: None})
    assert error(answer) == (400, "VALIDATION_FAILED")


@pytest.mark.parametrize("change", [{"recipient": None}, {"kind": "idea"}])
def test_ones_own_wishlist_stays_ones_own(family, change):
    """Without its recipient a wishlist would show its owner who takes what."""
    wishes = family.leo.list("Wishes", kind="wishlist")
    item = family.leo.add(wishes, "Grinder")
    family.ada.api().post(f"/api/v1/items/{item.pk}/claim", {"quantity": 1})
    leo = family.leo.api()
    assert error(leo.patch(f"/api/v1/lists/{wishes.pk}", change)) == (400, "VALIDATION_FAILED")
    assert leo.get(f"/api/v1/items/{item.pk}").json()["claims"] is None


def test_a_honoree_does_not_make_somebody_else_the_honoree(family, surprises):
    party = create_occasion(
        viewer=family.ada.viewer, name="Party of two", honoree=family.leo.person, visibility="hidden_from_honoree"
    )
    with still_blind(family.leo, surprises) as leo:
        for change in ({"honoree": None}, {"visibility": "household"}, {"honoree": str(family.theo.pk)}):
            assert error(leo.patch(f"/api/v1/occasions/{party.pk}", change)) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("into", ["theo", "ada"])
@pytest.mark.parametrize("role", [Role.MEMBER, Role.OWNER])
def test_nobody_merges_themself_away(family, surprises, role, into):
    Membership.objects.filter(user=family.leo.user).update(role=role)
    target = family.theo if into == "theo" else family.ada.person
    with still_blind(family.leo, surprises) as leo:
        for source, other in ((family.leo.person, target), (target, family.leo.person)):
            assert error(leo.post(f"{person_path(source)}/merge", {"into": str(other.pk)})) == FORBIDDEN


def test_half_a_couple_does_not_merge_it_away(family, surprises):
    Membership.objects.filter(user=family.grandma.user).update(role=Role.OWNER)
    other = (
        family.ada.api().post("/api/v1/people", {"display_name": "T", "members": [str(family.theo.pk)]}).json()["id"]
    )
    with still_blind(family.grandma, surprises) as grandma:
        for path, into in (
            (person_path(family.grandparents), other),
            (f"/api/v1/people/{other}", str(family.grandparents.pk)),
        ):
            assert error(grandma.post(f"{path}/merge", {"into": into})) == FORBIDDEN


def test_who_is_merged_by_an_owner_stays_blind(family, surprises):
    """Leo becomes Theo: what was hidden from either is hidden from Leo."""
    with still_blind(family.leo, surprises):
        answer = family.mia.api().post(f"{person_path(family.leo.person)}/merge", {"into": str(family.theo.pk)})
        assert answer.status_code == 200


def test_who_joins_a_couple_while_they_wait_cannot_take_themselves_out_with_what_they_knew(family: Family):
    """A request knows its viewer's persons from before it waited for the household's lock."""
    stale = family.mia.viewer
    halves = [family.grandma.person, family.grandpa]
    update_person(
        viewer=family.ada.viewer,
        person_id=family.grandparents.pk,
        changes={"members": [*halves, family.mia.person]},
    )

    with pytest.raises(Refusal) as refused:
        update_person(viewer=stale, person_id=family.grandparents.pk, changes={"members": halves})
    assert refused.value.code is Code.RESOURCE_FORBIDDEN
