"""A page asks the database the same few questions, however many rows it holds and however much hangs on them."""

import datetime
import re
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

QUERIES = {
    # authentication: session, user, memberships and persons in one; and the page with its people
    "lists": ["accounts_devicesession", "gifts_giftlist"],
    # then the tags of all gifts on the page
    "gifts": ["accounts_devicesession", "gifts_gift", "households_tag"],
    # then the claims of all items on the page, with their givers, and the tags of all gifts
    "items": ["accounts_devicesession", "gifts_listitem", "gifts_claim", "households_tag"],
    # to look for something adds nothing: it is a part of the page's own statement
    "gifts?search=wish wi": ["accounts_devicesession", "gifts_gift", "households_tag"],
    "items?search=s": ["accounts_devicesession", "gifts_listitem", "gifts_claim", "households_tag"],
    # before that, whether the list is there for this viewer
    "lists/{list}/items": [
        "accounts_devicesession",
        "gifts_giftlist",
        "gifts_listitem",
        "gifts_claim",
        "households_tag",
    ],
    "lists/{list}/shares": ["accounts_devicesession", "gifts_giftlist", "gifts_listshare"],
    # with their actors, and what is called how
    "activity": ["accounts_devicesession", "households_activity"],
    # then from whom they are hidden, and whom they call
    "comments": ["accounts_devicesession", "gifts_comment", "households_person", "accounts_user"],
    # then who the couples and groups are made of, and everybody's tags
    "people": ["accounts_devicesession", "households_person", "households_person", "households_tag"],
    "tags": ["accounts_devicesession", "households_tag"],
    "occasions": ["accounts_devicesession", "households_occasion"],
    "users": ["accounts_devicesession", "accounts_user"],
    "households": ["accounts_devicesession", "households_household"],
    "households/{household}/members": ["accounts_devicesession", "households_membership"],
    "auth/sessions": ["accounts_devicesession", "accounts_devicesession"],
}
# The diary and the vocabulary are for those who plan: for a guest nothing is asked there, nor about people's tags.
NOT_FOR_GUESTS = {"households/{household}/members", "auth/sessions", "activity", "tags"}
FOR_GUESTS = {route: QUERIES[route] for route in QUERIES if route not in NOT_FOR_GUESTS} | {
    "people": ["accounts_devicesession", "households_person", "households_person"]
}


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


OVERVIEWS = {
    # all figures in one statement, so that no claim falls between two
    "lists/{list}/summary": ["accounts_devicesession", "gifts_giftlist", "gifts_listitem"],
    # and the people
    "occasions/{occasion}/summary": [
        "accounts_devicesession",
        "households_occasion",
        "gifts_listitem",
        "households_person",
    ],
    # the occasions that a chapter may name come by themselves, through their own door
    "people/{person}/history": [
        "accounts_devicesession",
        "households_person",
        "gifts_claim",
        "households_occasion",
    ],
    "dashboard": [
        "accounts_devicesession",
        "households_person",
        "households_occasion",
        "gifts_listitem",  # by status
        "gifts_giftlist",  # of the next occasion
        "gifts_giftlist",  # the idea inbox
        "gifts_listitem",
        "gifts_claim",
        "households_tag",
        "gifts_listitem",  # my assignments
        "gifts_claim",
        "households_tag",
        "households_activity",
    ],
}


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


def asked(api: APIClient, path: str) -> tuple[int, list[str]]:
    """How many rows came, and which table each statement read from."""
    body, tables = read(api, path)
    return len(body["results"]), tables


def read(api: APIClient, path: str) -> tuple[dict[str, Any], list[str]]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = api.get(f"{API}/{path}")
    assert answer.status_code == 200, answer.content
    tables = [table_of(query["sql"]) for query in queries if query["sql"].startswith("SELECT")]
    assert len(tables) == len(queries), [query["sql"] for query in queries]
    return answer.json(), tables


def table_of(sql: str) -> str:
    """What the statement itself reads from, not the ones within its brackets."""
    while "(" in sql:
        sql = re.sub(r"\([^()]*\)", "", sql)
    return sql.split('FROM "')[1].split('"')[0]


def asked_everywhere(family: Family, api: APIClient, routes: Iterable[str]) -> dict[str, tuple[int, list[str]]]:
    """The same of every route, about the newest wishlist."""
    latest = family.leo.user.lists.latest("pk").pk
    paths = {route: route.format(list=latest, household=family.household.pk) for route in routes}
    return {route: asked(api, f"{path}{'&' if '?' in path else '?'}limit=100") for route, path in paths.items()}


def test_a_page_costs_the_same_for_3_rows_and_for_23(family: Family):
    readers = {"mia": family.mia.api(), "leo": family.leo.api()}
    few, many = {}, {}
    for answers, rows in ((few, 3), (many, 20)):
        fill(family, rows)
        answers |= {name: asked_everywhere(family, api, QUERIES) for name, api in readers.items()}

    for name in readers:
        for answers in (few, many):
            assert {route: tables for route, (_, tables) in answers[name].items()} == QUERIES
        grown = {route for route in QUERIES if many[name][route][0] > few[name][route][0]}
        assert set(QUERIES) - grown <= {"households", "auth/sessions"}


def test_a_guest_costs_no_more(family: Family):
    gus = join(family.household, "Gus", Role.GUEST)
    api, counts = gus.api(), []
    for rows in (3, 20):
        fill(family, rows)
        for gift_list in GiftList.objects.exclude(shares__guest=gus.membership):
            show(gift_list, gus.membership)
        answers = asked_everywhere(family, api, FOR_GUESTS)
        assert {route: tables for route, (_, tables) in answers.items()} == FOR_GUESTS
        counts.append({route: found for route, (found, _) in answers.items()})

    # Of the shares of a list, a guest reads their own.
    assert {route for route in FOR_GUESTS if counts[0][route] >= counts[1][route]} == {
        "households",
        "lists/{list}/shares",
    }


def test_a_single_row_costs_as_little(family: Family):
    fill(family, 3)
    api = family.mia.api()
    for route in ("lists", "items", "gifts", "comments"):
        row = api.get(f"{API}/{route}").json()["results"][0]
        with CaptureQueriesContext(connection) as queries:
            assert api.get(f"{API}/{route}/{row['id']}").status_code == 200
        assert len(queries) == len(QUERIES[route]), route


@pytest.mark.parametrize("reader", ["ada", "leo"])
def test_an_overview_costs_the_same_for_3_rows_and_for_23(family: Family, reader: str):
    christmas = Occasion.objects.create(household=family.household, name="Christmas", date=datetime.date(2999, 12, 24))
    wishlist = family.leo.list("Wishes", kind="wishlist", occasion=christmas)
    rows = {"list": wishlist.pk, "occasion": christmas.pk, "person": family.theo.pk}
    api = getattr(family, reader).api()
    asked_for: dict[int, dict[str, list[str]]] = {}
    for so_far, more in ((3, 3), (23, 20)):
        celebrate(family, christmas, more)
        for number in range(more):
            family.leo.add(wishlist, f"Wish {number}")
            family.ada.add(wishlist, f"Surprise {number}")
        asked_for[so_far] = {route: read(api, route.format(**rows))[1] for route in OVERVIEWS}
        history = read(api, f"people/{family.theo.pk}/history")[0]["chapters"]
        assert len(history[0]["gifts"]) == so_far

    assert asked_for[3] == asked_for[23]
    assert {route: sorted(tables) for route, tables in asked_for[3].items()} == {
        route: sorted(tables) for route, tables in OVERVIEWS.items()
    }
