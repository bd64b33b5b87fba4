"""What is put on a list and what becomes of it, in few words; and the day that it is."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from gifts.models import Claim, GiftList, ListItem
from gifts.services.claims import move_item, update_claim
from gifts.services.items import add_item
from households.models import Occasion
from households.viewer import Belonging, Viewer
from tests.cast import Family, Member
from tests.gifts.looking import API

Days = Callable[[str], None]


def put(who: Member, gift_list: GiftList, title: str = "A thing", **fields: Any) -> ListItem:
    """An item with a new gift; `price` and `currency` are the gift's."""
    gift = {name: fields.pop(name) for name in ("price", "currency", "image_url") if name in fields}
    return add_item(viewer=who.viewer, list_id=gift_list.pk, new_gift={"title": title, **gift}, **fields)


def take(who: Member, item: ListItem, status: str = "planned", quantity: int = 1, paid: str | None = None) -> Claim:
    move_item(viewer=who.viewer, item_id=item.pk, status=status, quantity=quantity)
    claim = Claim.objects.get(item=item, giver=who.person)
    if paid:
        update_claim(viewer=who.viewer, claim_id=claim.pk, changes={"actual_price": paid})
    return claim


def occasion(family: Family, name: str = "Christmas", day: str | None = None, **fields: Any) -> Occasion:
    date = day and datetime.date.fromisoformat(day)
    return Occasion.objects.create(household=family.household, name=name, date=date, **fields)


def read(who: Member, path: str) -> Any:
    answer = who.api().get(f"{API}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def read_as(viewer: Viewer, path: str) -> Any:
    """What a viewer reads who has signed in already, at whatever time."""
    client = APIClient()
    client.force_authenticate(viewer.user, viewer)
    return client.get(f"{API}/{path}").json()


def status_of(who: Member, path: str) -> int:
    return who.api().get(f"{API}/{path}").status_code


def amounts(budget: dict[str, Any]) -> tuple[str, str, str]:
    return budget["planned"], budget["committed"], budget["spent"]


def set_today(monkeypatch: pytest.MonkeyPatch) -> Days:
    """Says which day it is in every household; tokens and sessions keep their own time."""

    def it_is(day: str) -> None:
        monkeypatch.setattr(Belonging, "today", lambda _: datetime.date.fromisoformat(day))

    return it_is
