"""`manage.py set_member_person`: staff say who a member is, where no owner may."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from households.models import Activity, Household, Person
from tests.factories import UserFactory


def set_person(household: str, login: str, person: str) -> str:
    out = StringIO()
    call_command("set_member_person", household=household, login=login, person=person, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("by", ["name", "id"])
def test_staff_say_who_even_the_only_owner_is(family, by):
    household, person = ("the bauers", " theo ") if by == "name" else (str(family.household.pk), str(family.theo.pk))
    text = set_person(household, family.mia.user.email.upper(), person)
    assert text.strip().endswith("is Theo in The Bauers now.")
    family.mia.user.memberships.get(person=family.theo)
    assert family.mia.viewer.is_any_of(family.theo.pk)
    assert not family.mia.viewer.is_any_of(family.mia.person.pk)


def test_everybody_reads_of_it_in_the_diary(family):
    set_person("The Bauers", family.leo.user.email, "Theo")
    entry = Activity.objects.visible_to(family.ada.viewer).latest("seq")
    assert (entry.verb, entry.actor, entry.payload["person"]) == ("membership.updated", None, str(family.theo.pk))


def test_saying_again_what_is_so_writes_nothing(family):
    before = Activity.objects.count()
    set_person("The Bauers", family.leo.user.email, "Leo")
    assert Activity.objects.count() == before


@pytest.mark.parametrize(
    ("household", "login", "person", "sentence"),
    [
        ("The Nobodies", "leo", "Theo", "There is no household called “The Nobodies”."),
        ("The Bauers", "nobody", "Theo", "Nobody signs in to The Bauers as “nobody”."),
        ("The Bauers", "", "Theo", "Nobody signs in to The Bauers as “”."),
        ("The Bauers", "stranger", "Theo", "Nobody signs in to The Bauers as “stranger”."),
        ("The Bauers", "leo", "Eve", "There is no person in The Bauers called “Eve”."),
        ("The Bauers", "leo", "Gone", "There is no person in The Bauers called “Gone”."),
        ("The Bauers", "leo", "Ada", "Somebody else is this person already."),
        ("The Bauers", "leo", "Grandma & Grandpa", "A couple or group cannot sign in; choose one of them."),
    ],
)
def test_what_cannot_be_gets_one_sentence(family, neighbour, household, login, person, sentence):
    UserFactory(handle="stranger")
    family.leo.user.handle = "leo"
    family.leo.user.save()
    Person.objects.create(household=family.household, display_name="Gone", deleted_at=timezone.now())
    with pytest.raises(CommandError) as error:
        set_person(household, login, person)
    assert (str(error.value), error.value.returncode) == (sentence, 2)
    assert family.leo.membership.person == family.leo.person


def test_two_of_one_name_are_told_apart_by_their_ids(family):
    twins = [Person.objects.create(household=family.household, display_name="Tim") for _ in range(2)]
    with pytest.raises(CommandError, match="more than one person") as error:
        set_person("The Bauers", family.leo.user.email, "Tim")
    assert all(str(twin.pk) in str(error.value) for twin in twins)
    Household.objects.create(name="The Bauers")
    with pytest.raises(CommandError, match="more than one household"):
        set_person("The Bauers", family.leo.user.email, "Theo")
