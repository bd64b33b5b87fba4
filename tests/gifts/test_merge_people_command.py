"""`manage.py merge_people`: staff merge whom no owner may."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from households.models import Activity, Membership, Person


def merge(person: str, into: str) -> str:
    out = StringIO()
    call_command("merge_people", household="The Bauers", person=person, into=into, stdout=out)
    return out.getvalue()


def test_the_only_owner_who_is_there_twice_becomes_one(family):
    twin = Person.objects.create(household=family.household, display_name="Mama")
    surprise = family.leo.list("For Mama", recipient=twin)
    assert merge("mama", "Mia") == "Mama is Mia in The Bauers now.\n"
    assert family.mia.api().get(f"/api/v1/lists/{surprise.pk}").status_code == 404
    entry = Activity.objects.visible_to(family.leo.viewer).latest("seq")
    assert (entry.verb, entry.actor, entry.subject_id) == ("person.merged", None, family.mia.person.pk)


@pytest.mark.parametrize(
    ("person", "into", "sentence"),
    [
        ("Nobody", "Mia", "There is no person in The Bauers called “Nobody”."),
        ("Leo", "Mia", "Both of them sign in, so they are two people."),
        ("Leo", "leo", "Nobody can be merged into themself."),
        ("Theo", "Grandma & Grandpa", "A couple or group merges with another one, one person with one person."),
    ],
)
def test_what_cannot_be_gets_one_sentence(family, person, into, sentence):
    with pytest.raises(CommandError) as error:
        merge(person, into)
    assert (str(error.value), error.value.returncode) == (sentence, 2)
    assert not Person.objects.filter(deleted_at__isnull=False).exists()
    assert Membership.objects.count() == 4
