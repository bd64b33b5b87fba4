"""Which occasion and which list a row belongs to."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gifts.models import GiftList, ListItem
from gifts.services.lists import companion_for
from households.models import Occasion, Person
from tests.cast import Family
from tests.gifts.importing import Desk, claims_on, item, row

DAY = date(2026, 12, 25)


def occasion(family: Family, **fields) -> Occasion:
    return Occasion.objects.create(household=family.household, **fields)


def test_an_occasion_that_is_there_is_taken_with_its_date(desk: Desk, family: Family):
    christmas = occasion(family, name="CHRISTMAS", kind="christmas", date=date(2020, 12, 24), is_yearly=True)
    report = desk.import_rows(row("A drill"), row("A book", occasion="Christmas 2025"))
    assert item("A drill").list.occasion == item("A book").list.occasion == christmas
    assert item("A drill").list.occurs_on == date(2026, 12, 24)
    assert item("A book").list.occurs_on == date(2025, 12, 24)
    assert "guessed" not in report.splitlines()[-2]


def test_all_names_of_christmas_are_one_occasion(desk: Desk):
    desk.import_rows(row("A", occasion="Xmas 2026"), row("B", occasion="Weihnachten '26"), row("C"))
    assert Occasion.objects.count() == 1
    assert {item(title).list for title in "ABC"} == {item("A").list}


def test_an_occasion_with_a_year_in_its_own_name_is_taken(desk: Desk, family: Family):
    that_one = occasion(family, name="Christmas 2026", kind="christmas", date=DAY)
    desk.import_rows(row("A drill"))
    assert item("A drill").list.occasion == that_one


def test_a_birthday_is_taken_whatever_it_is_called(desk: Desk, family: Family):
    birthday = occasion(family, name="Leo turns 40", kind="birthday", honoree=family.leo.person, date=date(1987, 3, 1))
    desk.import_rows(row("A drill", occasion="Birthday 2027"))
    assert item("A drill").list.occasion == birthday
    assert item("A drill").list.occurs_on == date(2027, 3, 1)


def test_a_birthday_is_on_the_day_that_the_person_was_born(desk: Desk, family: Family):
    Person.objects.filter(pk=family.leo.person.pk).update(birthdate=date(1988, 2, 29))
    desk.import_rows(row("A drill", occasion="Birthday 2027"), row("A kite", occasion="Birthday"))
    assert item("A drill").list.occasion.date == date(1988, 2, 29)
    assert item("A drill").list.occurs_on == date(2027, 2, 28)
    assert item("A kite").list.occurs_on >= timezone.now().date()


def test_another_occasion_keeps_its_years_apart_without_a_date(desk: Desk):
    desk.import_rows(
        row("A", occasion="Easter 2026"), row("B", occasion="Easter 2027"), row("C", occasion="easter 2026")
    )
    easter = Occasion.objects.get()
    assert (easter.name, easter.kind, easter.date, easter.is_yearly) == ("Easter", "other", None, True)
    assert item("A").list == item("C").list != item("B").list
    assert item("A").list.name == "Leo: Easter 2026"


def test_without_an_occasion_there_is_one_list_for_the_person(desk: Desk, family: Family):
    desk.import_rows(row("A", occasion=""), row("B", occasion=""))
    assert item("A").list == item("B").list
    assert (item("A").list.recipient, item("A").list.occasion) == (family.leo.person, None)


def test_an_idea_for_an_occasion_and_nobody_has_a_list_of_ideas(desk: Desk):
    desk.import_rows(row("A tree", ""))
    gift_list = item("A tree").list
    assert (gift_list.kind, gift_list.recipient, gift_list.occasion.name) == ("idea", None, "Christmas")


def test_a_secret_for_nobody_stays_with_whoever_imports_it(desk: Desk, family: Family):
    desk.import_rows(
        row("A bike", "", occasion="", secret=True),
        row("A cake", "?", occasion="Surprise party for Leo", secret=True),
    )
    for title, name in (("A bike", "Secret ideas"), ("A cake", "Surprise party for Leo")):
        gift_list = item(title).list
        assert (gift_list.visibility, gift_list.owner, gift_list.name) == ("private", family.mia.user, name)
    assert not Occasion.objects.exists()
    desk.import_rows(row("A boat", "", occasion="", secret=True))
    assert item("A boat").list == item("A bike").list


def test_the_idea_inbox_that_is_there_is_used(desk: Desk, family: Family):
    inbox = family.ada.list("Our ideas", kind="idea")
    desk.import_rows(row("A kite", "", occasion=""))
    assert item("A kite").list == inbox


@pytest.mark.parametrize("kind", ["gift", "wishlist"])
def test_a_list_that_its_recipient_sees_is_used_and_surprises_go_beside_it(desk: Desk, family: Family, kind: str):
    christmas = occasion(family, name="Christmas", kind="christmas", date=DAY, is_yearly=True)
    wishes = family.leo.list("Wishes", kind=kind, recipient=family.leo.person, occasion=christmas)
    desk.import_rows(row("Socks"), row("A drill", secret=True))
    assert item("Socks").list == wishes
    assert item("A drill").list == companion_for(wishes)


def test_a_hidden_list_that_is_there_is_used(desk: Desk, family: Family):
    christmas = occasion(family, name="Christmas", kind="christmas", date=DAY, is_yearly=True)
    hidden = family.ada.list("For Leo", recipient=family.leo.person, occasion=christmas, occurs_on=DAY)
    desk.import_rows(row("A drill", secret=True))
    assert item("A drill").list == hidden


def test_other_lists_are_left_alone(desk: Desk, family: Family):
    christmas = occasion(family, name="Christmas", kind="christmas", date=DAY, is_yearly=True)
    same = {"recipient": family.leo.person, "occasion": christmas}
    others = [
        family.ada.list("Private", visibility="private", occurs_on=DAY, **same),
        family.ada.list("Last year", occurs_on=date(2025, 12, 25), **same),
        family.ada.list("Somebody else", recipient=family.theo, occasion=christmas, occurs_on=DAY),
        family.ada.list("Ideas", kind="idea", occurs_on=DAY, **same),
        family.ada.list("Deleted", visibility="household", occurs_on=DAY, **same),
    ]
    GiftList.objects.filter(name="Deleted").update(deleted_at=timezone.now())
    desk.import_rows(row("Socks"), row("A drill", secret=True))
    assert item("Socks").list not in others
    assert item("A drill").list not in others


def test_a_private_list_is_not_written_to(desk: Desk, family: Family):
    """A claim there would be seen by its owner alone, and somebody else would buy it again."""
    private = family.mia.list("Mine", visibility="private", recipient=family.leo.person)
    mine = family.mia.add(private, "A drill")
    desk.import_rows(row("A drill", occasion="", who="Ada", secret=True))
    assert ListItem.objects.exclude(pk=mine.pk).get().list.visibility == "hidden_from_recipient"
    assert not mine.claims.exists()


def test_open_rows_that_come_later_find_their_list_beside_the_hidden_one(desk: Desk, family: Family):
    """Givers then read the two as one, as if they had come together."""
    desk.import_rows(row("A drill", secret=True))
    hidden = item("A drill").list
    desk.import_rows(row("A drill", secret=True), row("Socks"), row("A saw", secret=True))
    hidden.refresh_from_db()
    assert hidden.companion_of == item("Socks").list
    assert item("A saw").list == hidden
    shown = family.ada.api().get(f"/api/v1/lists/{item('Socks').list_id}/items").json()["results"]
    assert {one["gift"]["title"] for one in shown} == {"A drill", "Socks", "A saw"}
    shown = family.leo.api().get(f"/api/v1/lists/{item('Socks').list_id}/items").json()["results"]
    assert [one["gift"]["title"] for one in shown] == ["Socks"]


def test_who_imports_owns_the_lists_of_others(desk: Desk, family: Family):
    desk.import_rows(row("Socks"), row("A kite", "Theo", secret=True))
    for title in ("Socks", "A kite"):
        assert item(title).list.owner == item(title).added_by == item(title).gift.created_by == family.mia.user


def test_what_is_given_without_a_day_was_given_today(desk: Desk):
    report = desk.import_rows(row("A drill", occasion="Birthday", who="Ada", status="given", secret=True))
    assert claims_on("A drill") == [("Ada", "gifted", 1)]
    assert item("A drill").claims.get().gifted_on is not None
    assert "guessed: Status: “given on" in report


def test_nothing_is_given_in_the_future(desk: Desk):
    desk.import_rows(row("A drill", occasion="Christmas 2099", who="Ada", status="given", secret=True))
    assert item("A drill").claims.get().gifted_on <= timezone.now().date() + timedelta(days=1)
