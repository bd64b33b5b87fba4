"""All of a file or nothing of it, and never the same row twice."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError

from config.errors import Refusal
from gifts.models import GiftList, ListItem
from gifts.services.imports.arguments import planner
from gifts.services.imports.imports import import_rows
from gifts.services.imports.reading import read_rows
from gifts.services.items import delete_item, update_item
from gifts.services.lists import delete_list, update_list
from households.models import Membership, Occasion, Person
from tests.cast import Family
from tests.concurrency import simultaneously
from tests.gifts.importing import SAMPLE, Desk, claims_on, counts, everything, item, lines_about, row, write

LEGO = "LEGO Botanicals, Wildflower Bouquet 10313"


def test_the_same_file_again_adds_nothing(desk: Desk):
    desk.import_file(SAMPLE)
    before = everything()
    report = desk.import_file(SAMPLE)
    assert everything() == before
    assert report == (
        "48 rows: 0 imported (0 with a guess, 0 with something kept as a note), 0 refused, 48 imported before."
        " Made: nothing.\n"
    )


def retitle_gifts(family: Family) -> None:
    for one in ListItem.objects.select_related("gift"):
        one.gift.title = f"Another {one.gift.title}"
        one.gift.save()


def delete_items(family: Family) -> None:
    for one in ListItem.objects.filter(list__recipient=family.theo):
        delete_item(viewer=family.mia.viewer, item_id=one.pk)


def delete_lists(family: Family) -> None:
    for one in GiftList.objects.filter(recipient=family.theo):
        delete_list(viewer=family.mia.viewer, list_id=one.pk)


def change_lists(family: Family) -> None:
    for one in GiftList.objects.filter(recipient=family.theo, occurs_on=None):
        update_list(
            viewer=family.mia.viewer, list_id=one.pk, changes={"occurs_on": date(2027, 5, 1), "name": "Another"}
        )


def change_wishes(family: Family) -> None:
    for one in ListItem.objects.filter(list__recipient=family.theo):
        update_item(viewer=family.mia.viewer, item_id=one.pk, changes={"quantity": 9, "note": "n", "giver_note": "g"})


def rename_people(family: Family) -> None:
    """Nobody in the file is found by their name any more; but nobody has to be."""
    for person in Person.objects.all():
        person.display_name = f"{person.display_name} Bauer"
        person.save()


def delete_people(family: Family) -> None:
    family.mia.api().delete(f"/api/v1/people/{family.theo.pk}")


def rename_occasions(family: Family) -> None:
    Occasion.objects.update(name="Another day")


def free_items(family: Family) -> None:
    """What a purge leaves behind: the row stays imported, its item is gone."""
    item(LEGO).imported_rows.update(item=None)


CHANGES = [
    retitle_gifts,
    delete_items,
    delete_lists,
    change_lists,
    change_wishes,
    rename_people,
    delete_people,
    rename_occasions,
    free_items,
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_file_again_adds_nothing_whatever_was_edited(
    desk: Desk, family: Family, change: Callable[[Family], None]
):
    desk.import_file(SAMPLE)
    change(family)
    before = everything()
    desk.import_file(SAMPLE, by=family.leo)
    assert everything() == before


def test_a_saved_again_file_is_the_same_file(desk: Desk, tmp_path):
    """Another name, a mark at its start, semicolons, Windows line ends and a column moved: the rows are the same."""
    first, second = row("A kite", "Theo"), row("A ball", "Theo", notes="red")
    desk.import_rows(first, second)
    before = everything()
    other = write(tmp_path / "other.csv", second, first, delimiter=";")
    lines = [line.split(";") for line in other.read_text().splitlines()]
    moved = "\r\n".join(";".join([*line[1:], line[0]]) for line in lines)
    other.write_bytes(b"\xef\xbb\xbf" + moved.encode())
    desk.import_file(other)
    assert everything() == before


def test_a_longer_file_adds_its_new_rows_to_the_lists_that_are_there(desk: Desk):
    old = [row("A kite", "Theo"), row("A drill", secret=True)]
    desk.import_rows(*old)
    before = counts()
    report = desk.import_rows(*old, row("A ball", "Theo"), row("A saw", secret=True))
    assert item("A ball").list == item("A kite").list
    assert item("A saw").list == item("A drill").list
    assert counts()["GiftList"] == before["GiftList"]
    assert counts()["ListItem"] == before["ListItem"] + 2
    assert "4 rows: 2 imported" in report
    assert "2 imported before" in report


def test_a_second_row_like_one_that_was_imported_is_a_row_of_its_own(desk: Desk):
    same = row("A kite", "Theo", who="Ada")
    desk.import_rows(same)
    assert "2 rows: 1 imported" in desk.import_rows(same, same)
    assert claims_on("A kite") == [("Ada", "planned", 1)]


def test_a_deleted_wish_that_is_listed_once_more_is_wished_for_again(desk: Desk, family: Family):
    desk.import_rows(row("A kite", "Theo"))
    delete_item(viewer=family.mia.viewer, item_id=item("A kite").pk)
    desk.import_rows(row("A kite", "Theo"), row("A kite", "Theo", notes="really"))
    assert ListItem.objects.alive().count() == 1


def test_a_rehearsal_writes_nothing_and_says_the_same(desk: Desk):
    before = everything()
    rehearsed = desk.import_file(SAMPLE, dry_run=True)
    assert everything() == before
    assert rehearsed.endswith(" This was a rehearsal: nothing was written.\n")
    assert rehearsed.replace(" This was a rehearsal: nothing was written.", "") == desk.import_file(SAMPLE)


def test_a_rehearsal_refuses_what_an_import_refuses(desk: Desk, family: Family):
    Person.objects.filter(pk=family.leo.person.pk).update(display_name="Leo Bauer")
    assert "might be" in desk.refuses(row("A drill"), dry_run=True)


def test_a_crash_in_the_middle_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """The first row is written already when the calendar breaks at the second."""
    before = everything()
    monkeypatch.setattr("gifts.services.imports.places.date", None)
    with pytest.raises(TypeError):
        desk.import_rows(row("A kite", "Theo", occasion=""), row("A drill"))
    assert everything() == before


def test_a_late_refusal_leaves_nothing(desk: Desk, family: Family):
    """That a group cannot be part of a group is noticed when its halves are put together, after others were made."""
    friends = Person.objects.create(household=family.household, display_name="Friends")
    friends.member_links.create(household=family.household, member=family.theo)
    before = everything()
    sentence = desk.refuses(row("A kite", "Uncle José"), row("A book", "Friends & Leo"))
    assert "A group cannot be part of a group." in sentence
    assert everything() == before


def test_a_refused_row_is_named_and_the_others_are_imported(desk: Desk):
    report = desk.import_rows(
        row("A kite", "Theo"),
        row(" "),
        row("A\0drill"),
        row("A bell\a"),
        row("a" * 201),
        row("A book", notes="n" * 2001),
        row("A pen", "L" * 121),
        row("A cup", colour="c" * 201),
    )
    refused = [
        "it names no gift",
        "there is a control character in Gift",
        "there is a control character in Gift",
        "Gift is longer than 200 characters",
        "Notes is longer than 2000 characters",
        "For is longer than 120 characters",
        "Colour is longer than 200 characters",
    ]
    assert [lines_about(number, report) for number in range(3, 10)] == [[f"refused: {reason}"] for reason in refused]
    assert ListItem.objects.get().gift.title == "A kite"
    assert "8 rows: 1 imported" in report


def test_of_a_refused_wish_nothing_stays(desk: Desk):
    """Neither whom it names nor its occasion, wherever it is noticed."""
    too_long = row("A book", "Aunt Rosa", occasion="Easter 2027", who="Uncle Tom", notes="n" * 1995, colour="red")
    before = everything()
    with pytest.raises(CommandError, match="No row of this file could be imported") as error:
        desk.import_rows(too_long)
    assert error.value.returncode == 2
    assert everything() == before
    desk.import_rows(too_long, row("A kite", "Theo"))
    assert not Person.objects.filter(display_name__in=["Aunt Rosa", "Uncle Tom"]).exists()
    assert not Occasion.objects.filter(name="Easter").exists()
    assert ListItem.objects.get().gift.title == "A kite"


def test_a_refused_row_comes_in_once_it_is_mended(desk: Desk):
    desk.import_rows(row("A kite", "Theo"), row("A drill", notes="n" * 2001))
    assert "2 rows: 1 imported" in desk.import_rows(row("A kite", "Theo"), row("A drill", notes="n"))


def test_a_line_break_in_a_cell_is_kept(desk: Desk):
    desk.import_rows(row("A drill", notes="first\r\nsecond", secret=True))
    assert item("A drill").plan.giver_note == "first\nsecond"


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_the_same_moment_is_imported_once(desk: Desk, family: Family):
    rows = read_rows(SAMPLE)
    user = planner(family.mia.user.login, family.household)

    def run() -> int | str:
        try:
            return import_rows(rows=rows, household=family.household, user=user, said={}).imported
        except Refusal as refusal:
            return refusal.code.name

    assert sorted(simultaneously(run, 4), key=str) == [0, 0, 0, 48]
    assert ListItem.objects.count() == 45
    assert Membership.objects.count() == 4
