"""The family that the tests are about, and the one next door."""

from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken
from config.client import Client
from gifts.models import SUBJECTS, Comment, GiftList, ListItem
from gifts.services.comments import create_comment
from gifts.services.items import add_item
from gifts.services.lists import create_list
from households.models import Household, Invitation, Membership, Person, Role
from households.services.households import create_household
from households.services.invitations import invite
from households.viewer import Viewer
from tests.factories import UserFactory


@dataclass
class Member:
    """One of the cast: who they are, and how they come in."""

    user: User
    person: Person

    @property
    def viewer(self) -> Viewer:
        return Viewer.of(self.user)

    @property
    def membership(self) -> Membership:
        return Membership.objects.get(person=self.person)

    def api(self, *, pin_hash: str = "") -> APIClient:
        """The API as they see it, from a device of theirs."""
        session = open_session(user=self.user, device_name="a phone", client=Client(), pin_hash=pin_hash)
        return APIClient(headers={"Authorization": f"Bearer {AccessToken.for_session(session)}"})

    def list(self, name: str = "A list", **fields: Any) -> GiftList:
        """A list that they make."""
        return create_list(viewer=self.viewer, name=name, **fields)

    def add(self, gift_list: GiftList, title: str = "A thing", **fields: Any) -> ListItem:
        """An item with a new gift that they put on a list."""
        return add_item(viewer=self.viewer, list_id=gift_list.pk, new_gift={"title": title}, **fields)

    def say(self, body: str = "Hm", **fields: Any) -> Comment:
        """What they say about a person, occasion, list, gift or item."""
        about = {name: row.pk for name, row in fields.items() if name in SUBJECTS}
        return create_comment(viewer=self.viewer, body=body, **(fields | about))


@dataclass
class Family:
    """Mia owns the household; Leo, Ada and Grandma plan with her. Grandpa has no login; the couple is a Person."""

    household: Household
    mia: Member
    leo: Member
    ada: Member
    grandma: Member
    grandpa: Person
    grandparents: Person
    theo: Person


def join(household: Household, name: str, role: str = Role.MEMBER) -> Member:
    person = Person.objects.create(household=household, display_name=name)
    user = UserFactory(name=name)
    Membership.objects.create(household=household, user=user, role=role, person=person)
    return Member(user, person)


def invited(by: Member, account: User, **fields: Any) -> Invitation:
    """The invitation that an owner makes for an account that is here already."""
    options = {"household_id": by.person.household_id, "account": account, "login": account.login}
    return invite(viewer=by.viewer, **(options | {"name": f"New {account.name}"} | fields))


def found(name: str, owner: str) -> Member:
    user = UserFactory(name=owner)
    create_household(owner=user, name=name, currency="EUR", timezone="Europe/Berlin")
    return Member(user, Person.objects.get(membership__user=user))


def make_family() -> Family:
    mia = found("The Bauers", "Mia")
    home = mia.person.household
    leo, ada, grandma = (join(home, name) for name in ("Leo", "Ada", "Grandma"))
    grandpa, theo, grandparents = (
        Person.objects.create(household=home, display_name=name) for name in ("Grandpa", "Theo", "Grandma & Grandpa")
    )
    for half in (grandma.person, grandpa):
        grandparents.member_links.create(household=home, member=half)
    return Family(home, mia, leo, ada, grandma, grandpa, grandparents, theo)
