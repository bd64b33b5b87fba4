"""A page asks the database the same few questions, however many rows it holds and however much hangs on them."""

import datetime
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from gifts.models import Gift, GiftList, ListShare
from gifts.services.claims import claim_item, move_item
from households.models import Membership, Occasion, Person, PersonMember, Role
from households.services.tags import create_tag, put_tags
from tests.cast import Family, join
from tests.gifts.looking import API

# Authentication (session, user, memberships and persons) is one statement. The page is another, with all that hangs on
# its rows, and with whether the address leads anywhere.
STATEMENTS = 2
PAGES = [
    "lists",
    "gifts",
    "items",
    "gifts?search=wish wi",
    "items?search=s",
    "lists/{list}/items",
    "lists/{list}/shares",
    "activity",
    "comments",
    "people",
    "tags",
    "occasions",
    "users",
    "households",
    "households/{household}/members",
    "auth/sessions",
]
NOT_FOR_GUESTS = {"households/{household}/members", "auth/sessions", "activity", "tags"}
FOR_GUESTS = [route for route in PAGES if route not in NOT_FOR_GUESTS]


def fill(family: Family, rows: int) -> None:
    """So many more of everything, each item with claims by two givers, and each wishlist with guests."""
    wishlist = family.leo.list("Wishes", kind="wishlist")
    words = [create_tag(viewer=family.mia.viewer, name=f"{wishlist.pk} {number}")[0] for number in range(rows)]
    for number in range(rows):
        cousin = join(family.household, f"Cousin {number}")
        couple = Person.objects.create(household=family.household, display_name=f"Couple {number}")
        for half in (cousin.person, family.theo):
            PersonMember.objects.create(household=family.household, group=couple, member=half)
        birthday = Occasion.objects.create(
            household=family.household, name="Birthday", honoree=cousin.person, date=datetime.date(2001, 5, 1)
        )
        GiftList.objects.create(household=family.household, name="Cake", occasion=birthday, visibility="household")
        show(wishlist, join(family.household, f"Guest {number}", Role.GUEST).membership)
        Gift.objects.create(
            household=family.household, title="A", currency="EUR", in_catalog=True, created_by=cousin.user
        )
        item = family.leo.add(wishlist, f"Wish {number}", quantity=3)
        for tagged in (item.gift, cousin.person):
            put_tags(tagged, words)
        claim_item(viewer=family.ada.viewer, item_id=item.pk)
        move_item(viewer=cousin.viewer, item_id=item.pk, status="ordered")
        cousin.add(wishlist, f"Surprise {number}")
        cousin.list(recipient=couple, visibility="household")
        family.ada.say("@leo @mia", item=item, hidden_from=[couple, family.grandpa])
        family.mia.api()


def show(gift_list: GiftList, guest: Membership) -> None:
    ListShare.objects.create(household=gift_list.household, list=gift_list, guest=guest)


OVERVIEWS = ["lists/{list}/summary", "occasions/{occasion}/summary", "people/{person}/history", "dashboard"]


def celebrate(family: Family, occasion: Occasion, rows: int) -> None:
    """So many more lists for an occasion, of which Ada has taken one gift and given another; and Leo's ideas."""
    ideas = family.mia.list("Ideas", kind="idea", visibility="household")
    for number in range(rows):
        cousin = Person.objects.create(household=family.household, display_name=f"Niece {number}")
        gift_list = family.mia.list("A list", recipient=cousin, occasion=occasion)
        claim_item(viewer=family.ada.viewer, item_id=family.mia.add(gift_list, f"Thing {number}").pk)
        for_theo = family.mia.list("For Theo", recipient=family.theo, occasion=occasion, visibility="household")
        given = family.mia.add(for_theo, f"Gift {number}", openly=True)
        move_item(viewer=family.ada.viewer, item_id=given.pk, status="gifted")
        claim_item(viewer=family.leo.viewer, item_id=family.mia.add(ideas, f"Idea {number}").pk)


def read(api: APIClient, path: str) -> tuple[dict[str, Any], int]:
    """What is answered, and how many statements it took: none of them writes."""
    with CaptureQueriesContext(connection) as queries:
        answer = api.get(f"{API}/{path}")
    assert answer.status_code == 200, answer.content
    assert all(query["sql"].startswith("SELECT") for query in queries)
    return answer.json(), len(queries)


def read_everywhere(family: Family, api: APIClient, routes: Iterable[str]) -> dict[str, tuple[int, int]]:
    """How many rows each route has, about the newest wishlist, and how many statements it took."""
    latest = family.leo.user.lists.latest("pk").pk
    found = {}
    for route in routes:
        path = route.format(list=latest, household=family.household.pk)
        body, statements = read(api, f"{path}{'&' if '?' in path else '?'}limit=100")
        found[route] = len(body["results"]), statements
    return found


def test_a_page_costs_the_same_for_3_rows_and_for_23(family: Family):
    readers = {"mia": family.mia.api(), "leo": family.leo.api()}
    few, many = {}, {}
    for answers, rows in ((few, 3), (many, 20)):
        fill(family, rows)
        answers |= {name: read_everywhere(family, api, PAGES) for name, api in readers.items()}

    for name in readers:
        for answers in (few, many):
            assert {route for route, (_, statements) in answers[name].items() if statements != STATEMENTS} == set()
        grown = {route for route in PAGES if many[name][route][0] > few[name][route][0]}
        assert set(PAGES) - grown <= {"households", "auth/sessions"}


def test_a_guest_costs_no_more(family: Family):
    gus = join(family.household, "Gus", Role.GUEST)
    api, counts = gus.api(), []
    for rows in (3, 20):
        fill(family, rows)
        for gift_list in GiftList.objects.exclude(shares__guest=gus.membership):
            show(gift_list, gus.membership)
        answers = read_everywhere(family, api, FOR_GUESTS)
        assert {route for route, (_, statements) in answers.items() if statements != STATEMENTS} == set()
        counts.append({route: found for route, (found, _) in answers.items()})

    # Of the shares of a list, a guest reads their own.
    assert {route for route in FOR_GUESTS if counts[0][route] >= counts[1][route]} == {
        "households",
        "lists/{list}/shares",
    }


def test_a_single_row_costs_as_little(family: Family):
    fill(family, 3)
    api = family.mia.api()
    for route in ("lists", "items", "gifts", "comments", "people", "tags", "occasions", "users", "households"):
        row = api.get(f"{API}/{route}").json()["results"][0]
        assert read(api, f"{route}/{row['id']}")[1] == STATEMENTS, route


@pytest.mark.parametrize("reader", ["ada", "leo"])
def test_an_overview_costs_the_same_for_3_rows_and_for_23(family: Family, reader: str):
    christmas = Occasion.objects.create(household=family.household, name="Christmas", date=datetime.date(2999, 12, 24))
    wishlist = family.leo.list("Wishes", kind="wishlist", occasion=christmas)
    rows = {"list": wishlist.pk, "occasion": christmas.pk, "person": family.theo.pk}
    api = getattr(family, reader).api()
    asked_for: dict[int, dict[str, int]] = {}
    for so_far, more in ((3, 3), (23, 20)):
        celebrate(family, christmas, more)
        for number in range(more):
            family.leo.add(wishlist, f"Wish {number}")
            family.ada.add(wishlist, f"Surprise {number}")
        asked_for[so_far] = {route: read(api, route.format(**rows))[1] for route in OVERVIEWS}
        history = read(api, f"people/{family.theo.pk}/history")[0]["chapters"]
        assert len(history[0]["gifts"]) == so_far

    assert asked_for[3] == asked_for[23] == dict.fromkeys(OVERVIEWS, STATEMENTS)
