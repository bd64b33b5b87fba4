"""A family to look around in: made on a server that has nobody yet, and removed without a trace."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.models import ActivationCode, AuthEvent, DeviceSession, IdempotencyKey, User
from accounts.services.users import create_user
from gifts.models import GiftList
from gifts.services.claims import move_item
from gifts.services.items import add_item
from gifts.services.lists import create_list
from households.models import DiaryCounter, Household, HouseholdRow, Invitation, Membership, Occasion, Person
from households.services.households import create_household
from households.services.occasions import create_occasion
from households.services.people import create_person
from households.viewer import Viewer

HOUSEHOLDS_AT_ONCE = 20


@dataclass(frozen=True)
class DemoItem:
    """A gift for somebody; `mover` brings it to `status`. A wish stands on the recipient's own list."""

    recipient: str
    title: str
    price: str
    mover: str
    status: str
    quantity: int = 1
    is_wish: bool = False


ITEMS = [
    DemoItem("Leo", "Cordless drill", "89.00", "Mia", "wrapped"),
    DemoItem("Leo", "Hand coffee grinder", "79.00", "Ada", "ordered"),
    DemoItem("Mia", "Botanical building set", "59.99", "Leo", "ordered"),
    DemoItem("Mia", "Wool scarf, green", "30.00", "Leo", "shortlisted"),
    DemoItem("Ada", "Bicycle, 20 inch", "449.00", "Mia", "buying"),
    DemoItem("Grandma", "Photo calendar", "34.95", "Ada", "buying"),
    DemoItem("Leo", "Running socks, size 44", "12.50", "Ada", "delivered", quantity=4, is_wish=True),
    DemoItem("Ada", "Gel pens", "8.00", "Grandma", "idea", quantity=3, is_wish=True),
    DemoItem("Mia", "Concert tickets", "45.00", "Leo", "idea", quantity=2, is_wish=True),
]


@transaction.atomic
def create_demo() -> dict[str, str]:
    """The demo household; returns the passwords by login, which are kept nowhere else."""
    passwords = {name.lower(): secrets.token_urlsafe(9) for name in ("Mia", "Leo", "Ada", "Grandma")}
    users = {name.capitalize(): _activated_user(name, password) for name, password in passwords.items()}
    mia = users["Mia"]
    household = create_household(
        owner=mia, name="The Winters (demo)", currency="EUR", timezone="Europe/Berlin", is_demo=True
    )
    for name in ("Leo", "Ada", "Grandma"):
        person = Person.objects.create(household=household, display_name=name)
        Membership.objects.create(household=household, user=users[name], person=person)
    grandpa = create_person(viewer=Viewer.of(mia), display_name="Grandpa")
    grandma = Person.objects.get(membership__user=users["Grandma"])
    create_person(viewer=Viewer.of(mia), display_name="Grandma & Grandpa", members=[grandma, grandpa])
    _plan_christmas(household, {name: Viewer.of(user) for name, user in users.items()})
    return passwords


def demo_households() -> QuerySet[Household]:
    return Household.objects.filter(is_demo=True)


def remove_demo() -> Iterator[int]:
    """Delete each demo household, with everybody who belongs to no other; says each time how many are gone.

    Some at a time, since a server may hold thousands to measure on. Those that are gone are gone wholly.
    """
    households = list(demo_households().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(households), HOUSEHOLDS_AT_ONCE):
        some = households[start : start + HOUSEHOLDS_AT_ONCE]
        _remove(some)
        yield len(some)


@transaction.atomic
def _remove(households: list[UUID]) -> None:
    only_here = User.objects.filter(memberships__household__in=households).exclude(
        memberships__in=Membership.objects.exclude(household__in=households)
    )
    users = list(only_here.values_list("pk", flat=True).distinct())
    # In any order: the database looks at foreign keys when all of it is gone.
    for model in _tables():
        _delete(model._base_manager.filter(household__in=households))
    _delete(Household.objects.filter(pk__in=households))
    _remove_users(users)


def _remove_users(users: list[UUID]) -> None:
    # Into a home elsewhere, which they never joined.
    for model in (Invitation, AuthEvent, DeviceSession, ActivationCode, IdempotencyKey):
        model.objects.filter(user__in=users).delete()
    # Somebody whom they let in may have a home elsewhere since: their rows stay, and forget who that was.
    AuthEvent.objects.filter(actor__in=users).update(actor=None)
    ActivationCode.objects.filter(issued_by__in=users).update(issued_by=None)
    User.objects.filter(pk__in=users).delete()


def _tables() -> list[type[Model]]:
    """All that a household may have rows in, also those of rooms that stand upon this one."""
    return [model for model in apps.get_models() if issubclass(model, HouseholdRow | DiaryCounter)]


def _delete(rows: QuerySet) -> None:
    """By the database alone, which refuses what something still refers to. `delete()` would read the rows of all
    tables that could: twenty times as long."""
    rows._raw_delete(rows.db)


def _activated_user(handle: str, password: str) -> User:
    user = create_user(name=handle.capitalize(), handle=handle)
    user.set_password(password)
    user.activated_at = timezone.now()
    user.save(update_fields=["password", "activated_at", "updated_at"])
    return user


def _plan_christmas(household: Household, viewers: dict[str, Viewer]) -> None:
    today = viewers["Mia"].belonging().today()
    christmas = create_occasion(
        viewer=viewers["Mia"],
        name="Christmas",
        kind=Occasion.Kind.CHRISTMAS,
        date=today.replace(month=12, day=24),
        budget_total=Decimal(900),
    )
    persons = {person.display_name: person for person in Person.objects.filter(household=household)}
    lists: dict[str, GiftList] = {}
    for row in ITEMS:
        name = f"{row.recipient}'s wishes" if row.is_wish else f"Surprises for {row.recipient}"
        maker = viewers[row.recipient if row.is_wish else row.mover]
        if name not in lists:
            kind = GiftList.Kind.WISHLIST if row.is_wish else GiftList.Kind.GIFT
            lists[name] = create_list(
                viewer=maker, name=name, kind=kind, recipient=persons[row.recipient], occasion=christmas
            )
        gift = {"title": row.title, "price": Decimal(row.price)}
        item = add_item(viewer=maker, list_id=lists[name].pk, new_gift=gift, quantity=row.quantity)
        move_item(viewer=viewers[row.mover], item_id=item.pk, status=row.status)
