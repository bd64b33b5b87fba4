"""What an occasion brings: person by person, and altogether; one celebration at a time."""

import pytest

from gifts.models import ListItem
from gifts.services.lists import delete_list
from households.models import Occasion
from tests.cast import Family, Member
from tests.gifts.counting import Days, amounts, occasion, put, read, status_of, take

NONE = "0.00"


@pytest.fixture
def christmas(family: Family) -> Occasion:
    return occasion(family, budget_total="100.00")


def names(summary: dict) -> list[str | None]:
    return [row["person"] and row["person"]["display_name"] for row in summary["people"]]


def test_each_person_has_figures_of_their_own(family: Family, christmas: Occasion):
    for_leo = family.mia.list("For Leo", recipient=family.leo.person, occasion=christmas)
    take(family.mia, put(family.mia, for_leo, price="30.00"), "ordered", paid="25.00")
    put(family.mia, for_leo, price="10.00")
    wishes = family.ada.list("Ada's", kind="wishlist", occasion=christmas)
    take(family.mia, put(family.ada, wishes, price="7.00", quantity=2), "gifted")
    family.mia.list("For Theo", recipient=family.theo, occasion=christmas)
    put(family.mia, family.mia.list("Another", recipient=family.theo), price="99.00")

    summary = read(family.mia, f"occasions/{christmas.pk}/summary")

    rows = {row["person"]["display_name"]: row for row in summary["people"]}
    assert list(rows) == ["Ada", "Leo", "Theo"]
    assert [amounts(row["budget"]) for row in rows.values()] == [
        ("7.00", NONE, "7.00"),
        ("10.00", "25.00", NONE),
        (NONE, NONE, NONE),
    ]
    assert [row["items"] for row in rows.values()] == [1, 2, 0]
    assert rows["Leo"]["by_status"] | {"idea": 1, "ordered": 1} == rows["Leo"]["by_status"]
    assert [row["covered"] for row in rows.values()] == [True, True, False]
    assert (summary["covered"], summary["total"]) == (2, 3)
    assert summary["budget"] == {
        "currency": "EUR",
        "planned": "17.00",
        "committed": "25.00",
        "spent": "7.00",
        "unpriced": 0,
        "unconverted": [],
        "total": "100.00",
        "remaining": "68.00",
    }
    assert summary["occasion"] == {"id": str(christmas.pk), "name": "Christmas"}
    assert (summary["next_date"], summary["days_to_go"]) == (None, None)


def test_without_a_budget_nothing_is_left_of_it_and_one_can_be_overdrawn(family: Family):
    party = occasion(family, "Party")
    item = put(family.mia, family.mia.list("For Leo", recipient=family.leo.person, occasion=party))
    assert read(family.mia, f"occasions/{party.pk}/summary")["budget"]["remaining"] is None

    Occasion.objects.filter(pk=party.pk).update(budget_total="20.00")
    take(family.mia, item, "ordered", paid="25.00")
    assert read(family.mia, f"occasions/{party.pk}/summary")["budget"]["remaining"] == "-5.00"


def test_one_is_left_out_oneself_and_so_is_ones_couple(family: Family, christmas: Occasion):
    for person in (family.grandma.person, family.grandparents, family.grandpa, family.leo.person):
        for_them = family.mia.list(recipient=person, occasion=christmas, visibility="household")
        take(family.mia, put(family.mia, for_them, price="10.00", openly=True), "ordered")

    everybody = read(family.mia, f"occasions/{christmas.pk}/summary")
    for_grandma = read(family.grandma, f"occasions/{christmas.pk}/summary")

    assert names(everybody) == ["Grandma", "Grandma & Grandpa", "Grandpa", "Leo"]
    assert amounts(everybody["budget"])[1] == "40.00"
    assert names(for_grandma) == ["Grandpa", "Leo"]
    assert (for_grandma["covered"], for_grandma["total"]) == (2, 2)
    assert amounts(for_grandma["budget"])[1] == "20.00"


def test_nothing_that_is_done_for_somebody_changes_their_summary(family: Family, christmas: Occasion):
    put(family.leo, family.leo.list("Wishes", kind="wishlist", occasion=christmas), price="10.00")
    put(family.leo, family.leo.list("For Theo", recipient=family.theo, occasion=christmas), price="3.00")
    path = f"/api/v1/occasions/{christmas.pk}/summary"
    before = family.leo.api().get(path).content

    take(family.mia, ListItem.objects.get(list__name="Wishes"), "ordered", paid="8.00")
    hidden = family.mia.list("For Leo", recipient=family.leo.person, occasion=christmas)
    take(family.mia, put(family.mia, hidden, price="50.00"), "gifted")

    assert family.leo.api().get(path).content == before


def test_who_is_honoured_is_among_the_people_also_without_a_list(family: Family):
    birthday = occasion(family, "Leo's birthday", honoree=family.leo.person)
    summary = read(family.mia, f"occasions/{birthday.pk}/summary")
    assert (names(summary), summary["covered"], summary["total"]) == (["Leo"], 0, 1)
    assert (names(read(family.leo, f"occasions/{birthday.pk}/summary"))) == []


def test_what_is_for_nobody_in_particular_stands_last_and_covers_nobody(family: Family, christmas: Occasion):
    table = family.mia.list("For the table", occasion=christmas)
    take(family.mia, put(family.mia, table, price="10.00"), "ordered")
    family.mia.list("For Theo", recipient=family.theo, occasion=christmas)

    summary = read(family.leo, f"occasions/{christmas.pk}/summary")

    assert names(summary) == ["Theo", None]
    assert (summary["covered"], summary["total"]) == (0, 1)
    assert amounts(summary["budget"]) == amounts(summary["people"][1]["budget"]) == (NONE, "10.00", NONE)


def test_what_is_taken_of_a_list_that_was_deleted_is_still_bound(family: Family, christmas: Occasion):
    for_leo = family.mia.list("For Leo", recipient=family.leo.person, occasion=christmas)
    take(family.ada, put(family.mia, for_leo, price="10.00"), "ordered")
    put(family.mia, for_leo, price="5.00")
    delete_list(viewer=family.mia.viewer, list_id=for_leo.pk)

    summary = read(family.ada, f"occasions/{christmas.pk}/summary")

    assert amounts(summary["budget"]) == (NONE, "10.00", NONE)
    assert (names(summary), summary["covered"]) == (["Leo"], 0)


def test_people_stand_by_name_however_it_is_written(family: Family, christmas: Occasion):
    for name in ("zoe", "Älva", "Bea", "bea"):
        person = type(family.theo).objects.create(household=family.household, display_name=name)
        family.mia.list(recipient=person, occasion=christmas)
    assert names(read(family.mia, f"occasions/{christmas.pk}/summary")) == ["Bea", "bea", "zoe", "Älva"]


def test_who_does_not_see_an_occasion_is_told_there_is_none(family: Family, neighbour: Member, christmas: Occasion):
    secret = occasion(family, "Party", honoree=family.leo.person, visibility="hidden_from_honoree")
    assert status_of(neighbour, f"occasions/{christmas.pk}/summary") == 404
    assert status_of(family.leo, f"occasions/{secret.pk}/summary") == 404
    assert status_of(family.mia, f"occasions/{secret.pk}/summary") == 200


def test_a_private_list_counts_for_its_owner_only(family: Family, christmas: Occasion):
    mine = family.mia.list("Mine", recipient=family.theo, occasion=christmas, visibility="private")
    take(family.mia, put(family.mia, mine, price="10.00"), "ordered")

    assert amounts(read(family.mia, f"occasions/{christmas.pk}/summary")["budget"])[1] == "10.00"
    assert read(family.ada, f"occasions/{christmas.pk}/summary")["people"] == []


# --- One celebration at a time -------------------------------------------------------------------


def yearly_lists(family: Family, it_is: Days) -> Occasion:
    """Two Christmases, and a list of the second one."""
    christmas = occasion(family, day="2030-12-24", is_yearly=True)
    for day, price in (("2030-12-01", "10.00"), ("2031-12-01", "20.00")):
        it_is(day)
        put(family.mia, family.mia.list(day, recipient=family.leo.person, occasion=christmas), price=price)
    return christmas


# `the day it is: (next date, days to go, what is planned)`
DAYS = {
    "2030-12-24": ("2030-12-24", 0, "10.00"),
    "2031-12-23": ("2031-12-24", 1, "20.00"),
    "2031-12-24": ("2031-12-24", 0, "20.00"),
    "2031-12-25": ("2032-12-24", 365, NONE),
}


@pytest.mark.parametrize("day", DAYS)
def test_an_occasion_of_every_year_counts_the_coming_celebration(family: Family, it_is: Days, day: str):
    christmas = yearly_lists(family, it_is)
    if day == "2030-12-24":
        christmas.lists.filter(name="2031-12-01").update(deleted_at="2030-01-01T00:00:00Z")
    it_is(day)
    summary = read(family.ada, f"occasions/{christmas.pk}/summary")
    assert (summary["next_date"], summary["days_to_go"], amounts(summary["budget"])[0]) == DAYS[day]


def test_another_year_is_counted_when_asked_for(family: Family, it_is: Days):
    christmas = yearly_lists(family, it_is)
    path = f"occasions/{christmas.pk}/summary"
    years = {year: amounts(read(family.ada, f"{path}?year={year}")["budget"])[0] for year in (2029, 2030, 2031)}
    assert years == {2029: NONE, 2030: "10.00", 2031: "20.00"}


@pytest.mark.parametrize("wrong", ["year=0", "year=10000", "year=soon", "year=", "month=1"])
def test_a_year_that_cannot_be_is_refused(family: Family, christmas: Occasion, wrong: str):
    answer = family.mia.api().get(f"/api/v1/occasions/{christmas.pk}/summary?{wrong}")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, [wrong.split("=")[0]])


def test_a_list_without_a_date_counts_as_still_to_come(family: Family, it_is: Days):
    birthday = occasion(family, "Birthday")
    put(family.mia, family.mia.list(recipient=family.leo.person, occasion=birthday), price="10.00")
    Occasion.objects.filter(pk=birthday.pk).update(date="2000-05-01", is_yearly=True)
    it_is("2031-01-01")
    assert amounts(read(family.ada, f"occasions/{birthday.pk}/summary")["budget"])[0] == "10.00"


def test_an_occasion_of_29_february_falls_on_the_28th_in_common_years(family: Family, it_is: Days):
    birthday = occasion(family, "Leap", day="2028-02-29", is_yearly=True)
    it_is("2029-02-01")
    put(family.mia, family.mia.list(recipient=family.leo.person, occasion=birthday), price="10.00")
    seen = {}
    for day in ("2029-02-28", "2029-03-01", "2032-02-28", "2032-02-29"):
        it_is(day)
        summary = read(family.ada, f"occasions/{birthday.pk}/summary")
        seen[day] = (summary["next_date"], amounts(summary["budget"])[0])
    assert seen == {
        "2029-02-28": ("2029-02-28", "10.00"),
        "2029-03-01": ("2030-02-28", NONE),
        "2032-02-28": ("2032-02-29", NONE),
        "2032-02-29": ("2032-02-29", NONE),
    }


def test_an_occasion_that_is_over_for_good_still_counts(family: Family, it_is: Days):
    wedding = occasion(family, "Wedding", day="2031-06-01")
    it_is("2031-05-01")
    put(family.mia, family.mia.list(recipient=family.leo.person, occasion=wedding), price="10.00")
    it_is("2031-06-11")
    summary = read(family.ada, f"occasions/{wedding.pk}/summary")
    assert (summary["next_date"], summary["days_to_go"]) == ("2031-06-01", -10)
    assert amounts(summary["budget"])[0] == "10.00"
