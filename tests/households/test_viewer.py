"""Who is asking: households, roles, and every person that somebody is."""

import pytest
from django.utils import timezone

from config.errors import Code, Refusal
from households.models import Activity, Household, Membership, Occasion, Person, PersonMember, Role
from households.services.households import create_household
from households.viewer import Viewer
from tests.cast import Family, join


def couple(family: Family, *members: Person) -> Person:
    group = Person.objects.create(household=family.household, display_name=" & ".join(map(str, members)))
    for member in members:
        group.member_links.create(household=family.household, member=member)
    return group


def test_a_viewer_is_their_person_and_each_couple_of_theirs(family):
    with_leo = couple(family, family.grandma.person, family.leo.person)
    assert family.grandma.viewer.person_ids == {family.grandma.person.pk, family.grandparents.pk, with_leo.pk}
    assert family.ada.viewer.person_ids == {family.ada.person.pk}
    assert family.grandma.viewer.is_any_of(None, with_leo.pk)
    assert not family.ada.viewer.is_any_of(None, with_leo.pk)


def test_somebody_in_two_households_is_a_person_in_each(family):
    create_household(owner=family.leo.user, name="Leo's flat", currency="CHF", timezone="Europe/Zurich")
    at_home, flat = family.leo.viewer.belongings
    assert (at_home.household_id, at_home.role, at_home.currency) == (family.household.pk, "member", "EUR")
    assert (flat.role, flat.currency, flat.timezone) == ("owner", "CHF", "Europe/Zurich")
    assert family.leo.viewer.person_ids == {at_home.person_id, flat.person_id}
    assert family.leo.viewer.owned_household_ids == [flat.household_id]


def test_a_member_who_left_has_no_household_and_is_still_who_they_were(family):
    Membership.objects.filter(user=family.grandma.user).update(is_active=False)
    viewer = family.grandma.viewer
    assert viewer.belongings == ()
    assert viewer.person_ids == {family.grandma.person.pk, family.grandparents.pk}


@pytest.mark.parametrize("field", ["archived_at", "deleted_at"])
def test_neither_archive_nor_tombstone_ends_who_one_is(family, field):
    before = family.grandma.viewer.person_ids
    Person.objects.filter(household=family.household).update(**{field: timezone.now()})
    assert family.grandma.viewer.person_ids == before


def test_a_login_that_is_no_person_yet_is_nobody(family):
    Membership.objects.filter(user=family.ada.user).update(person=None)
    assert family.ada.viewer.person_ids == frozenset()
    assert family.ada.viewer.household_ids == [family.household.pk]


def test_the_only_household_need_not_be_named(family, neighbour):
    viewer = family.leo.viewer
    assert viewer.belonging() == viewer.belonging(family.household.pk)
    with pytest.raises(Refusal) as refusal:
        viewer.belonging(neighbour.person.household_id)
    assert refusal.value.details == {"household": ["There is no such household."]}


def test_of_several_households_one_has_to_be_named(family):
    create_household(owner=family.leo.user, name="Leo's flat")
    with pytest.raises(Refusal) as refusal:
        family.leo.viewer.planning()
    assert refusal.value.details == {"household": ["Say which household."]}
    assert family.leo.viewer.planning(family.household).role == Role.MEMBER


def test_guests_do_not_plan(family):
    guest = join(family.household, "Gus", role=Role.GUEST).viewer
    assert guest.household_ids == [family.household.pk]
    assert guest.planning_household_ids == []
    with pytest.raises(Refusal) as refusal:
        guest.planning(family.household)
    assert refusal.value.code is Code.RESOURCE_FORBIDDEN


@pytest.mark.parametrize("model", [Household, Membership, Person, PersonMember, Occasion, Activity])
def test_without_a_viewer_there_is_nothing(family, model):
    Occasion.objects.create(household=family.household, name="Christmas")
    assert model.objects.exists()
    assert not model.objects.visible_to(None).exists()


@pytest.mark.parametrize("model", [Household, Membership, Person, PersonMember, Occasion, Activity])
def test_next_door_there_is_nothing(family, neighbour, model):
    Occasion.objects.create(household=family.household, name="Christmas")
    theirs = model.objects.filter(pk__in=[family.household.pk]) if model is Household else model.objects
    assert not theirs.visible_to(neighbour.viewer).exclude(**household_of(model, neighbour)).exists()
    assert theirs.visible_to(family.mia.viewer).exists()


def household_of(model: type, neighbour) -> dict:
    return {"pk" if model is Household else "household": neighbour.person.household_id}


def test_a_viewer_of_nobodys_household_sees_no_household(family, neighbour):
    viewer = Viewer(user=neighbour.user, belongings=(), person_ids=frozenset())
    for model in (Household, Membership, Person, PersonMember, Occasion, Activity):
        assert not model.objects.visible_to(viewer).exists()
