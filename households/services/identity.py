"""Which Person of a household somebody with a login may be."""

from uuid import UUID

from config.errors import invalid
from config.models import casefold_key
from households.models import Household, Invitation, Membership, Person


def new_person(household: Household, name: str) -> Person:
    """A person for a new member, unless somebody of that name waits here for a login.

    A second one would be shown what everybody hides from the first.
    """
    waiting = Person.objects.alive().filter(household=household, membership=None, member_links=None)
    for person in waiting:
        if casefold_key(person.display_name) == casefold_key(name):
            raise invalid(
                person=f"{person} is here already: choose this person, or another name if you mean somebody else."
            )
    return Person.objects.create(household=household, display_name=name)


def free_person(household_id: UUID, person: Person, *, reserved_by: Invitation | None = None) -> Person:
    """This person, locked, if nobody is them yet, nobody else is invited to be them, and they are one person."""
    person = Person.objects.alive().locked(person.pk)
    if person.household_id != household_id:
        raise invalid(person="There is no such person in this household.")
    if Membership.objects.filter(person=person).exists():
        raise invalid(person="Somebody else is this person already.")
    if is_reserved(person.pk, besides=reserved_by):
        raise invalid(person="Somebody else is invited to be this person.")
    if person.member_links.exists():
        raise invalid(person="A couple or group cannot sign in; choose one of them.")
    return person


def is_reserved(*person_ids: UUID, besides: Invitation | None = None) -> bool:
    """Whether somebody may still accept to be one of them. The household must be locked: then it stays like this."""
    waiting = Invitation.objects.waiting().filter(person__in=person_ids)
    return (waiting.exclude(pk=besides.pk) if besides else waiting).exists()
