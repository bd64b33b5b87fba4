"""The first page: what comes next, who still needs something, and what one has promised."""

import datetime

import pytest
from django.utils import timezone

from gifts.models import Claim, GiftList, ListShare
from gifts.services.items import delete_item
from gifts.services.lists import delete_list
from households.models import Household, Person, Role
from households.services.households import create_household
from households.services.people import create_person
from tests.cast import Family, Member, join
from tests.factories import UserFactory
from tests.gifts.counting import Days, occasion, put, read, read_as, take
from tests.gifts.looking import API


def needing(who: Member) -> list[str]:
    return [person["display_name"] for person in read(who, "dashboard")["people_needing_gifts"]]


def next_name(who: Member) -> str | None:
    found = read(who, "dashboard")["next_occasion"]
    return found and found["occasion"]["name"]


# --- What comes next -----------------------------------------------------------------------------


def test_the_occasion_that_comes_soonest_is_next(family: Family, it_is: Days):
    occasion(family, "Wedding", day="2031-06-01")
    occasion(family, "Some day")
    christmas = occasion(family, "Christmas", day="1999-12-24", is_yearly=True)
    leap = occasion(family, "Leap", day="2028-02-29", is_yearly=True)
    seen = {}
    for day in ("2031-02-28", "2031-03-01", "2031-06-01", "2031-06-02", "2031-12-24", "2031-12-25"):
        it_is(day)
        found = read(family.mia, "dashboard")["next_occasion"]
        seen[day] = (found["occasion"]["name"], found["next_date"], found["days_to_go"])
    assert seen == {
        "2031-02-28": ("Leap", "2031-02-28", 0),
        "2031-03-01": ("Wedding", "2031-06-01", 92),
        "2031-06-01": ("Wedding", "2031-06-01", 0),
        "2031-06-02": ("Christmas", "2031-12-24", 205),
        "2031-12-24": ("Christmas", "2031-12-24", 0),
        "2031-12-25": ("Leap", "2032-02-29", 66),
    }
    for gone in (christmas, leap):
        gone.entomb()
    assert read(family.mia, "dashboard")["next_occasion"] is None


def test_it_comes_with_the_lists_for_that_day_that_one_sees(family: Family, it_is: Days):
    christmas = occasion(family, "Christmas", day="2030-12-24", is_yearly=True)
    it_is("2030-12-01")
    family.mia.list("Last year", recipient=family.theo, occasion=christmas)
    it_is("2031-12-01")
    wishes = family.leo.list("Leo's", kind="wishlist", occasion=christmas)
    put(family.mia, wishes, "A surprise")
    family.mia.list("For Leo", recipient=family.leo.person, occasion=christmas)
    family.ada.list("Ada alone", occasion=christmas, visibility="private")

    def listed(who: Member) -> list[str]:
        return [row["name"] for row in read(who, "dashboard")["next_occasion"]["lists"]]

    assert (listed(family.mia), listed(family.leo)) == (["Leo's", "For Leo"], ["Leo's"])
    assert listed(family.ada) == ["Leo's", "For Leo", "Ada alone"]
    row = read(family.mia, "dashboard")["next_occasion"]["lists"][0]
    assert row == {
        "id": str(wishes.pk),
        "name": "Leo's",
        "kind": "wishlist",
        "recipient": {"id": str(family.leo.person.pk), "display_name": "Leo"},
    }


def test_an_occasion_that_is_hidden_from_somebody_is_never_next_for_them(family: Family, it_is: Days):
    it_is("2031-01-01")
    occasion(family, "Party", day="2031-02-01", honoree=family.leo.person, visibility="hidden_from_honoree")
    assert (next_name(family.mia), next_name(family.leo)) == ("Party", None)
    occasion(family, "Christmas", day="2031-12-24")
    assert (next_name(family.mia), next_name(family.leo)) == ("Party", "Christmas")


@pytest.mark.parametrize(("zone", "expected"), [("Pacific/Kiritimati", None), ("America/New_York", "Christmas Eve")])
def test_the_day_ends_at_the_households_own_midnight(family: Family, monkeypatch, zone: str, expected: str | None):
    """At 23:30 in Greenwich on Christmas Eve."""
    occasion(family, "Christmas Eve", day="2031-12-24")
    Household.objects.update(timezone=zone)
    viewer = family.mia.viewer
    monkeypatch.setattr(timezone, "now", lambda: datetime.datetime(2031, 12, 24, 23, 30, tzinfo=datetime.UTC))
    found = read_as(viewer, "dashboard")["next_occasion"]
    assert (found and found["occasion"]["name"]) == expected


# --- Who still needs something -------------------------------------------------------------------


def test_everybody_needs_a_gift_until_somebody_takes_one_for_them(family: Family):
    assert needing(family.mia) == ["Ada", "Grandma", "Grandpa", "Leo", "Theo"]
    item = put(family.mia, family.mia.list(recipient=family.theo))
    assert "Theo" in needing(family.mia)
    take(family.ada, item)

    found = read(family.mia, "dashboard")
    assert needing(family.mia) == ["Ada", "Grandma", "Grandpa", "Leo"]
    assert found["people"] == {"covered": 1, "total": 5}
    family.ada.api().post(f"{API}/items/{item.pk}/release")
    assert read(family.mia, "dashboard")["people"] == {"covered": 0, "total": 5}


def test_a_couple_counts_while_a_list_is_for_it_and_covers_both_halves(family: Family):
    ours = family.mia.list(recipient=family.grandparents)
    assert needing(family.mia) == ["Ada", "Grandma", "Grandma & Grandpa", "Grandpa", "Leo", "Theo"]
    take(family.ada, put(family.mia, ours))
    assert needing(family.mia) == ["Ada", "Leo", "Theo"]
    assert read(family.mia, "dashboard")["people"] == {"covered": 3, "total": 6}


def test_one_is_left_out_oneself_and_learns_nothing_of_the_other_half(family: Family):
    """What is for the couple covers Grandpa, too; Grandma must not be told by that."""
    before = family.grandma.api().get(f"{API}/dashboard").content
    take(family.ada, put(family.mia, family.mia.list(recipient=family.grandparents)))
    assert family.grandma.api().get(f"{API}/dashboard").content == before
    assert needing(family.grandma) == ["Ada", "Grandpa", "Leo", "Mia", "Theo"]
    take(family.ada, put(family.mia, family.mia.list(recipient=family.grandpa)))
    assert needing(family.grandma) == ["Ada", "Leo", "Mia", "Theo"]


def test_a_gift_for_a_day_that_is_over_covers_nobody(family: Family, it_is: Days):
    it_is("2031-12-01")
    christmas = occasion(family, day="2031-12-24", is_yearly=True)
    take(family.ada, put(family.mia, family.mia.list(recipient=family.theo, occasion=christmas)))
    it_is("2031-12-24")
    assert "Theo" not in needing(family.mia)
    it_is("2031-12-25")
    assert "Theo" in needing(family.mia)


def test_a_withdrawn_wish_covers_nobody(family: Family):
    item = put(family.leo, family.leo.list("Wishes", kind="wishlist"))
    other = put(family.ada, family.ada.list("Wishes", kind="wishlist"))
    take(family.mia, item)
    take(family.mia, other)
    assert needing(family.mia) == ["Grandma", "Grandpa", "Theo"]
    delete_item(viewer=family.leo.viewer, item_id=item.pk)
    delete_list(viewer=family.ada.viewer, list_id=other.list_id)
    assert needing(family.mia) == ["Ada", "Grandma", "Grandpa", "Leo", "Theo"]


def test_who_is_put_aside_or_deleted_needs_nothing(family: Family):
    Person.objects.filter(pk=family.theo.pk).update(archived_at=timezone.now())
    Person.objects.filter(pk=family.grandpa.pk).update(deleted_at=timezone.now())
    assert needing(family.mia) == ["Ada", "Grandma", "Leo"]


# --- Items ---------------------------------------------------------------------------------------


def test_items_are_counted_by_status_without_ones_own(family: Family):
    wishes = family.leo.list("Wishes", kind="wishlist")
    take(family.mia, put(family.leo, wishes, "Socks"), "ordered")
    put(family.leo, wishes, "Shoes")
    put(family.leo, family.leo.list("For Theo", recipient=family.theo))

    def counted(who: Member) -> dict[str, int]:
        return {status: n for status, n in read(who, "dashboard")["items_by_status"].items() if n}

    assert counted(family.mia) == {"idea": 2, "ordered": 1}
    assert counted(family.leo) == {"idea": 1}


def test_the_idea_inbox_shows_the_newest_five_ideas_for_nobody_in_particular(family: Family):
    inbox = family.mia.list("Ideas", kind="idea", visibility="household")
    private = family.ada.list("My ideas", kind="idea", visibility="private")
    family.mia.list("For Theo", kind="idea", recipient=family.theo)
    for number in range(1, 7):
        put(family.mia, inbox, f"Idea {number}")
    gone = put(family.mia, inbox, "Gone")
    take(family.ada, gone)
    delete_item(viewer=family.mia.viewer, item_id=gone.pk)
    put(family.ada, private, "Secret")

    found = {name: read(getattr(family, name), "dashboard")["idea_inbox"] for name in ("leo", "ada")}

    assert [row["gift"]["title"] for row in found["leo"]["items"]] == [f"Idea {n}" for n in (6, 5, 4, 3, 2)]
    assert [row["gift"]["title"] for row in found["ada"]["items"]][:2] == ["Secret", "Idea 6"]
    assert [row["name"] for row in found["leo"]["lists"]] == ["Ideas"]
    assert [row["name"] for row in found["ada"]["lists"]] == ["Ideas", "My ideas"]


def test_my_assignments_are_what_i_have_yet_to_give_soonest_first(family: Family):
    for number in range(12):
        day = datetime.date(2031, 12, 24) - datetime.timedelta(days=number) if number else None
        dated = family.mia.list(f"List {number}", recipient=family.theo, occurs_on=day)
        take(family.ada, put(family.mia, dated, f"Thing {number}"), "gifted" if number == 5 else "ordered")
    take(family.mia, put(family.mia, family.mia.list("Mine", recipient=family.theo)))

    mine = read(family.ada, "dashboard")["my_assignments"]

    assert [row["gift"]["title"] for row in mine] == [f"Thing {n}" for n in (11, 10, 9, 8, 7, 6, 4, 3, 2, 1)]
    assert [row["my_claim"]["status"] for row in mine] == ["ordered"] * 10
    assert read(family.leo, "dashboard")["my_assignments"] == []


def test_what_i_took_for_a_couple_that_i_have_joined_since_is_mine_to_give_no_more(family: Family):
    take(family.ada, put(family.mia, family.mia.list(recipient=family.grandparents)))
    assert len(read(family.ada, "dashboard")["my_assignments"]) == 1
    family.grandparents.member_links.create(household=family.household, member=family.ada.person)
    assert read(family.ada, "dashboard")["my_assignments"] == []


def test_the_last_ten_entries_of_the_diary_that_i_may_read(family: Family):
    for number in range(12):
        create_person(viewer=family.mia.viewer, display_name=f"Cousin {number}")
    family.ada.list("For Leo", recipient=family.leo.person)

    entries = read(family.leo, "dashboard")["activity"]

    assert len(entries) == 10
    assert [entry["id"] for entry in entries] == sorted((entry["id"] for entry in entries), reverse=True)
    assert {entry["verb"] for entry in entries} == {"person.created"}
    assert entries[0]["actor"]["name"] == "Mia"
    assert entries == read(family.leo, "activity?limit=10")["results"]


# --- For whom ------------------------------------------------------------------------------------


def test_a_guest_sees_what_is_shared_with_them_and_no_diary(family: Family):
    gus = join(family.household, "Gus", Role.GUEST)
    empty = read(gus, "dashboard")
    assert empty["people"]["covered"] == 0
    shared = family.mia.list("For Leo", recipient=family.leo.person)
    ListShare.objects.create(household=family.household, list=shared, guest=gus.membership)
    item = put(family.mia, shared)
    put(family.mia, family.mia.list("For Theo", recipient=family.theo))
    take(gus, item, "ordered")

    found = read(gus, "dashboard")

    assert found["items_by_status"]["ordered"] == sum(found["items_by_status"].values()) == 1
    assert [row["id"] for row in found["my_assignments"]] == [str(item.pk)]
    assert found["activity"] == []
    assert "Theo" not in [person["display_name"] for person in found["people_needing_gifts"]]


def test_a_guest_learns_of_people_no_more_than_whom_the_lists_are_for(family: Family):
    """Neither who is put aside nor who makes a couple."""
    gus = join(family.household, "Gus", Role.GUEST)
    shared = {person: family.mia.list(recipient=person) for person in (family.grandpa, family.grandparents)}
    for gift_list in shared.values():
        ListShare.objects.create(household=family.household, list=gift_list, guest=gus.membership)
    before = read(gus, "dashboard")
    assert needing(gus) == ["Grandma & Grandpa", "Grandpa"]
    Person.objects.filter(pk=family.grandpa.pk).update(archived_at=timezone.now())
    assert read(gus, "dashboard") == before
    take(family.ada, put(family.mia, shared[family.grandparents]))
    assert needing(gus) == ["Grandpa"]


def test_each_household_has_a_dashboard_of_its_own(family: Family, neighbour: Member):
    put(family.mia, family.mia.list("For Theo", recipient=family.theo))
    assert sum(read(neighbour, "dashboard")["items_by_status"].values()) == 0

    other = create_household(owner=family.mia.user, name="Another home")
    mia = family.mia.api()
    answer = mia.get(f"{API}/dashboard")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["household"])
    found = {pk: mia.get(f"{API}/dashboard?household={pk}").json() for pk in (family.household.pk, other.pk)}
    assert [found[pk]["household"] for pk in found] == [str(pk) for pk in found]
    assert [sum(found[pk]["items_by_status"].values()) for pk in found] == [1, 0]


def test_another_household_is_refused_like_one_that_never_was(family: Family, neighbour: Member):
    strange = [neighbour.person.household_id, "01890a5d-ac96-774b-bcce-b302099a8057", "nonsense", ""]
    answers = [family.mia.api().get(f"{API}/dashboard?household={pk}").json()["error"] for pk in strange]
    assert {answer["code"] for answer in answers} == {"VALIDATION_FAILED"}
    assert answers[0]["details"] == answers[1]["details"]
    assert family.mia.api().get(f"{API}/dashboard?bogus=1").status_code == 400


def test_who_belongs_nowhere_is_told_so(db: None, as_user):
    answer = as_user(UserFactory()).get(f"{API}/dashboard")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["household"])


def test_an_empty_household_has_an_empty_dashboard(neighbour: Member):
    found = read(neighbour, "dashboard")
    assert not GiftList.objects.exists()
    assert not Claim.objects.exists()
    assert (found["next_occasion"], found["people"]) == (None, {"covered": 0, "total": 0})
    assert (found["people_needing_gifts"], found["my_assignments"]) == ([], [])
    assert found["idea_inbox"] == {"lists": [], "items": []}
