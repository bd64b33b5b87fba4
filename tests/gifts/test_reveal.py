"""When a surprise is none any more: what its recipient then learns, and what they never do."""

import datetime

import pytest
from django.utils import timezone

from gifts.models import Claim, Gift, GiftList
from gifts.services.items import delete_item
from gifts.services.lists import delete_list
from households.models import Household, Role
from households.services.households import create_household
from tests.cast import Family, Member, join
from tests.gifts.counting import Days, occasion, put, read, read_as, take
from tests.gifts.looking import API
from tests.gifts.scene import HIDDEN_CHANGES, make_scene

EVE = "2031-12-23"
DAY = "2031-12-24"


def history(who: Member, person=None) -> bytes:
    return who.api().get(f"{API}/people/{(person or who.person).pk}/history").content


def revealed(who: Member, person=None) -> list[dict]:
    chapters = read(who, f"people/{(person or who.person).pk}/history")["chapters"]
    return [gift for chapter in chapters for gift in chapter["gifts"]]


def surprise(family: Family, to, **fields) -> Claim:
    """Ada gives a kite for the day, from a list of Mia's."""
    fields = {"recipient": to, "occurs_on": DAY} | fields
    return take(family.ada, put(family.mia, family.mia.list("A list", **fields), "A kite", price="9.00"), "gifted")


def test_nothing_is_told_on_the_day_before_and_everything_on_the_day(family: Family, it_is: Days):
    it_is(EVE)
    before = history(family.leo)
    surprise(family, family.leo.person)
    assert history(family.leo) == before
    it_is(DAY)
    assert [gift["title"] for gift in revealed(family.leo)] == ["A kite"]


def test_title_picture_giver_and_date_are_told_and_nothing_else_ever(family: Family, it_is: Days):
    it_is(EVE)
    claim = surprise(family, family.leo.person)
    Gift.objects.filter(pk=claim.item.gift_id).update(image_url="https://example.org/kite.png", description="secret")
    Claim.objects.update(actual_price="8.88", gifted_on=EVE, given_image_url="https://example.org/kite.png")
    it_is("2035-01-01")

    found = read(family.leo, f"people/{family.leo.person.pk}/history")

    assert found == {
        "person": {"id": str(family.leo.person.pk), "display_name": "Leo"},
        "chapters": [
            {
                "year": 2031,
                "occasion": None,
                "gifts": [
                    {
                        "title": "A kite",
                        "image_url": "https://example.org/kite.png",
                        "giver": {"id": str(family.ada.person.pk), "display_name": "Ada"},
                        "given_on": DAY,
                        "item": None,
                        "quantity": None,
                        "price": None,
                        "currency": None,
                    }
                ],
            }
        ],
    }
    hidden = [claim.pk, claim.item_id, claim.item.gift_id, claim.item.list_id, "8.88", "9.00", "EUR", "secret"]
    assert [word for word in hidden if str(word) in history(family.leo).decode()] == []


def test_what_is_not_given_is_never_told(family: Family, it_is: Days):
    it_is(EVE)
    claim = surprise(family, family.leo.person)
    it_is("2035-01-01")
    for status in ("planned", "ordered", "wrapped"):
        family.ada.api().post(f"{API}/items/{claim.item_id}/status", {"status": status})
        assert revealed(family.leo) == []
    family.ada.api().post(f"{API}/items/{claim.item_id}/status", {"status": "gifted"})
    assert len(revealed(family.leo)) == 1
    family.ada.api().post(f"{API}/items/{claim.item_id}/release")
    assert revealed(family.leo) == []


@pytest.mark.parametrize(("day", "told"), [(EVE, 0), (DAY, 0), ("2031-12-25", 1)])
def test_without_a_day_it_is_told_from_the_day_after_it_was_given(family: Family, it_is: Days, day: str, told: int):
    it_is(EVE)
    surprise(family, family.leo.person, occurs_on=None)
    Claim.objects.update(gifted_on=DAY)
    it_is(day)
    found = revealed(family.leo)
    assert len(found) == told
    assert [gift["given_on"] for gift in found] == [DAY] * told


def test_what_is_given_late_is_told_at_once(family: Family, it_is: Days):
    it_is("2031-12-28")
    surprise(family, family.leo.person)
    assert [gift["given_on"] for gift in revealed(family.leo)] == [DAY]


# `the household's time zone: whether, at 23:30 in Greenwich on the eve, the day has come there`
ZONES = {"Pacific/Kiritimati": 1, "Europe/Berlin": 1, "UTC": 0, "America/New_York": 0}


@pytest.mark.parametrize("zone", ZONES)
def test_the_day_begins_at_the_households_own_midnight(family: Family, it_is: Days, monkeypatch, zone: str):
    surprise(family, family.leo.person)
    Household.objects.filter(pk=family.household.pk).update(timezone=zone)
    viewer = family.leo.viewer
    monkeypatch.setattr(timezone, "now", lambda: datetime.datetime(2031, 12, 23, 23, 30, tzinfo=datetime.UTC))
    found = read_as(viewer, f"people/{family.leo.person.pk}/history")
    assert len(found["chapters"]) == ZONES[zone]


def test_another_household_of_theirs_does_not_bring_the_day_nearer(family: Family, monkeypatch):
    surprise(family, family.leo.person)
    create_household(owner=family.leo.user, name="Far east", timezone="Pacific/Kiritimati")
    Household.objects.filter(pk=family.household.pk).update(timezone="America/New_York")
    viewer = family.leo.viewer
    monkeypatch.setattr(timezone, "now", lambda: datetime.datetime(2031, 12, 24, 0, 30, tzinfo=datetime.UTC))
    assert read_as(viewer, f"people/{family.leo.person.pk}/history")["chapters"] == []


def test_who_has_left_the_household_is_told_nothing_more(family: Family, it_is: Days):
    it_is(EVE)
    surprise(family, family.leo.person)
    family.leo.membership.__class__.objects.filter(person=family.leo.person).update(is_active=False)
    it_is("2035-01-01")
    assert Claim.objects.revealed_to(family.leo.viewer).count() == 0
    assert Claim.objects.revealed_to(family.mia.viewer).count() == 0


def test_both_halves_learn_what_their_couple_was_given_and_not_before(family: Family, it_is: Days):
    it_is(EVE)
    before = history(family.grandma, family.grandparents)
    surprise(family, family.grandparents)
    assert history(family.grandma, family.grandparents) == before
    assert [gift["price"] for gift in revealed(family.mia, family.grandparents)] == ["9.00"]
    it_is(DAY)
    assert [gift["price"] for gift in revealed(family.grandma, family.grandparents)] == [None]
    assert revealed(family.grandma) == []


def test_what_was_planned_in_private_is_revealed_as_well(family: Family, it_is: Days):
    it_is(EVE)
    private = family.mia.list("Mine", recipient=family.leo.person, visibility="private", occurs_on=DAY)
    take(family.mia, put(family.mia, private, "A drill"), "gifted")
    assert revealed(family.leo) == []
    it_is(DAY)
    assert [gift["title"] for gift in revealed(family.leo)] == ["A drill"]
    assert revealed(family.ada, family.leo.person) == []


def test_an_occasion_that_was_hidden_from_them_keeps_its_name_to_itself(family: Family, it_is: Days):
    it_is(EVE)
    party = occasion(family, "Party", day=DAY, honoree=family.leo.person, visibility="hidden_from_honoree")
    christmas = occasion(family, "Christmas", day=DAY)
    for of in (party, christmas):
        surprise(family, family.leo.person, occasion=of)
    it_is(DAY)

    def occasions(who: Member) -> list[str | None]:
        rows = read(who, f"people/{family.leo.person.pk}/history")["chapters"]
        return [row["occasion"] and row["occasion"]["name"] for row in rows]

    assert occasions(family.leo) == ["Christmas", None]
    assert sorted(map(str, occasions(family.mia))) == ["Christmas", "Party"]


def test_deleting_what_was_given_takes_nothing_back(family: Family, it_is: Days):
    it_is(EVE)
    claim = surprise(family, family.leo.person)
    wish = put(family.leo, family.leo.list("Wishes", kind="wishlist"), "Socks")
    take(family.mia, wish, "gifted")
    it_is(DAY)
    before = history(family.leo)
    assert len(revealed(family.leo)) == 2
    delete_list(viewer=family.mia.viewer, list_id=claim.item.list_id)
    delete_item(viewer=family.leo.viewer, item_id=wish.pk)
    assert history(family.leo) == before


def test_the_order_does_not_tell_who_claimed_first(family: Family, it_is: Days):
    it_is(EVE)
    things = family.mia.list("For Leo", recipient=family.leo.person, occurs_on=DAY)
    for title in ("Zither", "Anvil", "Mug"):
        take(family.ada, put(family.mia, things, title, quantity=2), "gifted")
    take(family.mia, put(family.mia, things, "Anvil"), "gifted")
    it_is(DAY)
    told = [(gift["title"], gift["giver"]["display_name"]) for gift in revealed(family.leo)]
    assert told == [("Anvil", "Ada"), ("Anvil", "Mia"), ("Mug", "Ada"), ("Zither", "Ada")]


def test_the_reveal_opens_nothing_but_the_history(family: Family, it_is: Days):
    it_is(EVE)
    claim = surprise(family, family.leo.person)
    wish = put(family.leo, family.leo.list("Wishes", kind="wishlist"), "Socks")
    GiftList.objects.filter(pk=wish.list_id).update(occurs_on=DAY)
    take(family.mia, wish, "gifted")
    it_is(DAY)
    assert len(revealed(family.leo)) == 2
    for path in (f"items/{claim.item_id}", f"lists/{claim.item.list_id}", f"gifts/{claim.item.gift_id}"):
        assert family.leo.api().get(f"{API}/{path}").status_code == 404
    row = read(family.leo, f"items/{wish.pk}")
    assert (row["status"], row["claims"], row["remaining"]) == (None, None, None)


def test_nobody_else_is_told_by_the_reveal_what_they_may_not_see(family: Family, neighbour: Member, it_is: Days):
    it_is(EVE)
    surprise(family, family.leo.person)
    gus = join(family.household, "Gus", Role.GUEST)
    it_is(DAY)
    for who in (neighbour, gus):
        assert who.api().get(f"{API}/people/{family.leo.person.pk}/history").status_code == 404
        assert list(Claim.objects.revealed_to(who.viewer)) == []


NEAR_THE_REVEAL = [
    "it moves to gifted",
    "a claim is changed",
    "a hidden list is renamed and dated",
    "a hidden list is deleted",
    "a gift on a hidden list is edited",
    "somebody plans in private",
]


@pytest.mark.parametrize("change", NEAR_THE_REVEAL)
def test_no_hidden_change_shows_in_their_history_before_its_day(family: Family, it_is: Days, change: str):
    """With a gift revealed already, so that there is something to disturb."""
    it_is(EVE)
    surprise(family, family.leo.person)
    it_is(DAY)
    scene = make_scene(family)
    path = f"{API}/people/{family.leo.person.pk}/history"
    before = scene.leo.get(path)
    HIDDEN_CHANGES[change](scene)
    assert len(before.json()["chapters"]) == 1
    assert scene.leo.get(path).content == before.content
