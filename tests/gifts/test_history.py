"""What a person was given, by year and occasion, as those who give may look it up."""

import pytest

from gifts.models import Claim, ListShare
from gifts.services.lists import delete_list
from households.models import Role
from tests.cast import Family, Member, join
from tests.gifts.counting import Days, occasion, put, read, status_of, take
from tests.gifts.looking import API


def told(who: Member, person, query: str = "") -> list[tuple]:
    """`(year, occasion, titles)` of each chapter."""
    return [
        (row["year"], row["occasion"] and row["occasion"]["name"], [gift["title"] for gift in row["gifts"]])
        for row in read(who, f"people/{person.pk}/history{query}")["chapters"]
    ]


def give(family: Family, title: str, day: str | None = None, *, of=None, to=None, **fields) -> Claim:
    """Ada gives something, from a list of Mia's for that day."""
    gift_list = family.mia.list(f"List of {title}", recipient=to or family.leo.person, occasion=of, occurs_on=day)
    claim = take(family.ada, put(family.mia, gift_list, title, **fields), "gifted")
    if day:
        Claim.objects.filter(pk=claim.pk).update(gifted_on=day)
    return claim


def test_gifts_are_told_by_year_and_occasion_newest_first(family: Family):
    christmas, birthday = occasion(family, "Christmas"), occasion(family, "Birthday")
    give(family, "A kite", "2029-12-24", of=christmas)
    give(family, "A drill", "2030-12-24", of=christmas)
    give(family, "A lamp", "2030-12-24", of=christmas)
    give(family, "Socks", "2030-05-01", of=birthday)
    give(family, "Just so", "2030-08-01")
    give(family, "For Theo", "2030-08-01", to=family.theo)
    put(family.mia, family.mia.list("Open", recipient=family.leo.person), "Not given")

    everything = [
        (2030, "Christmas", ["A drill", "A lamp"]),
        (2030, None, ["Just so"]),
        (2030, "Birthday", ["Socks"]),
        (2029, "Christmas", ["A kite"]),
    ]
    assert told(family.mia, family.leo.person) == everything
    assert told(family.mia, family.leo.person, "?year=2029") == everything[3:]
    assert told(family.mia, family.leo.person, "?year=2031") == []


def test_a_gift_is_told_with_who_gave_it_and_what_it_cost(family: Family):
    fields = {"price": "10.00", "currency": "USD", "image_url": "https://example.org/kite.png", "quantity": 2}
    things = family.mia.list("For Leo", recipient=family.leo.person, occurs_on="2030-12-24")
    item = put(family.mia, things, "A kite", **fields)
    take(family.ada, item, "gifted", paid="7.50")
    take(family.mia, item, "gifted")

    found = read(family.grandma, f"people/{family.leo.person.pk}/history")

    assert found["person"] == {"id": str(family.leo.person.pk), "display_name": "Leo"}
    ada, mia = found["chapters"][0]["gifts"]
    assert ada == {
        "title": "A kite",
        "image_url": "https://example.org/kite.png",
        "giver": {"id": str(family.ada.person.pk), "display_name": "Ada"},
        "given_on": "2030-12-24",
        "item": str(item.pk),
        "quantity": 1,
        "price": "7.50",
        "currency": "USD",
    }
    assert (mia["giver"]["display_name"], mia["price"]) == ("Mia", "10.00")


def test_what_was_given_late_belongs_to_the_day_it_was_for(family: Family):
    claim = give(family, "A kite", "2030-12-31")
    Claim.objects.filter(pk=claim.pk).update(gifted_on="2031-01-02")
    found = read(family.mia, f"people/{family.leo.person.pk}/history")["chapters"]
    assert (found[0]["year"], found[0]["gifts"][0]["given_on"]) == (2030, "2030-12-31")


def test_without_such_a_day_it_is_told_by_the_day_of_giving(family: Family):
    claim = give(family, "A kite")
    Claim.objects.filter(pk=claim.pk).update(gifted_on="2030-03-04")
    found = read(family.mia, f"people/{family.leo.person.pk}/history")["chapters"]
    assert (found[0]["year"], found[0]["gifts"][0]["given_on"]) == (2030, "2030-03-04")


def test_what_was_given_stays_told_when_list_and_occasion_are_deleted(family: Family):
    christmas = occasion(family, "Christmas")
    claim = give(family, "A kite", "2030-12-24", of=christmas)
    delete_list(viewer=family.mia.viewer, list_id=claim.item.list_id)
    christmas.entomb()
    assert told(family.ada, family.leo.person) == [(2030, "Christmas", ["A kite"])]


def test_only_what_one_may_see_is_told(family: Family):
    private = family.mia.list("Mine", recipient=family.theo, visibility="private", occurs_on="2030-12-24")
    take(family.mia, put(family.mia, private, "A secret"), "gifted")
    party = occasion(family, "Party", honoree=family.leo.person, visibility="hidden_from_honoree")
    give(family, "A cake", "2030-12-24", of=party, to=family.theo)

    assert told(family.mia, family.theo) == [(2030, "Party", ["A cake"]), (2030, None, ["A secret"])]
    assert told(family.ada, family.theo) == [(2030, "Party", ["A cake"])]
    assert told(family.leo, family.theo) == []


def test_half_of_a_couple_may_look_up_the_other_half(family: Family):
    give(family, "A pipe", "2030-12-24", to=family.grandpa)
    assert told(family.grandma, family.grandpa) == [(2030, None, ["A pipe"])]


def test_who_does_not_see_a_person_is_told_there_is_none(family: Family, neighbour: Member):
    gus = join(family.household, "Gus", Role.GUEST)
    assert status_of(neighbour, f"people/{family.leo.person.pk}/history") == 404
    assert status_of(gus, f"people/{family.theo.pk}/history") == 404
    family.theo.entomb()
    assert status_of(family.mia, f"people/{family.theo.pk}/history") == 404


def test_a_guest_is_told_of_nobody_whom_nothing_is_shared_for(family: Family):
    gus = join(family.household, "Gus", Role.GUEST)
    things = give(family, "A kite", "2030-12-24").item.list
    ListShare.objects.create(household=family.household, list=things, guest=gus.membership)
    assert status_of(gus, f"people/{family.theo.pk}/history") == 404


@pytest.mark.parametrize("wrong", ["year=0", "year=10000", "year=soon", "limit=5"])
def test_a_parameter_that_cannot_be_is_refused(family: Family, wrong: str):
    answer = family.mia.api().get(f"{API}/people/{family.leo.person.pk}/history?{wrong}")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, [wrong.split("=")[0]])


# --- What one has yet to give, sorted by its day -------------------------------------------------


def days(who: Member, path: str) -> list[str | None]:
    """The days of all items, page by page."""
    page = who.api().get(path).json()
    rows = [row["occurs_on"] for row in page["results"]]
    return rows + (days(who, page["next"]) if page["next"] else [])


def test_assignments_are_sorted_by_their_day_across_lists_and_pages(family: Family, it_is: Days):
    it_is("2031-01-01")
    for day in ("2031-12-24", None, "2031-05-01", "2031-12-24", None, "2031-08-01"):
        coming = day and occasion(family, day=day)
        take(family.ada, put(family.mia, family.mia.list(recipient=family.theo, occasion=coming)))
    put(family.mia, family.mia.list(recipient=family.theo, occurs_on="2031-02-02"))

    soonest = ["2031-05-01", "2031-08-01", "2031-12-24", "2031-12-24"]
    for limit in (2, 3, 100):
        path = f"{API}/items?assigned_to=me&limit={limit}"
        assert days(family.ada, f"{path}&ordering=occurs_on") == [*soonest, None, None]
        assert days(family.ada, f"{path}&ordering=-occurs_on") == [*reversed(soonest), None, None]


def test_items_are_found_by_the_days_they_are_for(family: Family):
    for day in ("2031-05-01", "2031-12-24", None):
        put(family.mia, family.mia.list(recipient=family.theo, occurs_on=day))
    path = f"{API}/items?ordering=occurs_on"
    assert days(family.ada, f"{path}&occurs_after=2031-05-01") == ["2031-05-01", "2031-12-24"]
    assert days(family.ada, f"{path}&occurs_before=2031-12-23") == ["2031-05-01"]
    assert family.ada.api().get(f"{path}&occurs_after=24.12.2031").status_code == 400
