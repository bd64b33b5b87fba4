"""Nobody learns of their own surprise from an import, least of all whoever runs it."""

from datetime import date

import pytest

from gifts.models import GiftList, ImportedRow, ListItem
from households.models import Activity, Occasion
from tests.cast import Family, Member
from tests.gifts.importing import SAMPLE, Desk, item, lines_about, note_of, row
from tests.gifts.looking import API, looks, paths

SURPRISES = [
    row("Bosch drill", who="Mia", status="wrapped", notes="hidden in the attic", price="89.00", secret=True),
    row("Coffee grinder", who="Ada", status="ordered", qty="2", colour="red", secret=True),
    row("A weekend", occasion="", price="$20/month", secret=True),
    row("Party", occasion="Farewell party", secret=True),
    row("Old thing", occasion="Christmas 2025", who="Mia", status="given", secret=True),
]


def everything_seen_by(member: Member) -> str:
    """All that this member is answered by every route that lists or shows."""
    api = member.api()
    found = []
    for route in ("lists", "items", "gifts", "occasions", "people"):
        rows = api.get(f"{API}/{route}?limit=100").json()["results"]
        found += [api.get(f"{API}/{route}/{one['id']}").content.decode() for one in rows]
        if route == "lists":
            found += [api.get(f"{API}/lists/{one['id']}/items").content.decode() for one in rows]
    return "\n".join(found)


def leo_looks(family: Family) -> dict:
    lists = GiftList.objects.values_list("pk", flat=True)
    return looks(family.leo.api(), paths(lists=lists, persons=[family.leo.person.pk, family.mia.person.pk]))


@pytest.fixture
def christmas(family: Family) -> Occasion:
    return Occasion.objects.create(
        household=family.household, name="Christmas", kind="christmas", date=date(2026, 12, 25), is_yearly=True
    )


@pytest.mark.parametrize("name", ["leo", "mia"])
def test_an_import_of_surprises_changes_nothing_that_their_recipient_sees(
    desk: Desk, family: Family, christmas: Occasion, name: str
):
    """Byte for byte, on every route, with a list of Leo's own and one that surprises go beside."""
    wishes = family.leo.list("Wishes", kind="wishlist", occasion=christmas)
    family.leo.add(wishes, "Coffee grinder", quantity=2)
    before = leo_looks(family)
    desk.import_rows(*SURPRISES, by=getattr(family, name))
    after = leo_looks(family)
    # What was given at a Christmas that is over is no surprise any more.
    own_history = f"{API}/people/{family.leo.person.pk}/history"
    assert after.pop(own_history)[1].count(b'"title"') == 1
    assert b'"chapters":[]' in before.pop(own_history)[1]
    assert {path: after[path] for path in before} == before
    hidden = [after[path] for path in after.keys() - before.keys()]
    assert hidden
    assert not any(b"Bosch" in body for _, body in hidden)


@pytest.mark.parametrize("name", ["leo", "mia", "ada", "grandma"])
def test_whoever_imports_the_sample_sees_no_surprise_of_theirs(desk: Desk, family: Family, name: str):
    importer = getattr(family, name)
    desk.import_file(SAMPLE, by=importer)
    seen = everything_seen_by(importer)
    for hidden in GiftList.objects.filter(recipient__in=importer.viewer.person_ids, visibility="hidden_from_recipient"):
        assert hidden.owner is None
        assert str(hidden.pk) not in seen
        for surprise in hidden.items.select_related("gift"):
            assert surprise.added_by is None
            assert surprise.gift.created_by is None
            assert str(surprise.pk) not in seen
            assert str(surprise.gift_id) not in seen
            assert surprise.gift.title not in seen


def test_leo_reads_his_open_wishes_without_who_gives_them(desk: Desk, family: Family):
    desk.import_file(SAMPLE, by=family.leo)
    mine = family.leo.api().get(f"{API}/items?person={family.leo.person.pk}").json()["results"]
    assert {one["gift"]["title"] for one in mine} == {"Running socks size 44", "Book: The Overstory", "Pasta machine"}
    for one in mine:
        assert (one["status"], one["claims"], one["giver_note"], one["added_by"]) == (None, None, None, None)
        assert one["note"] == ""
    seen = everything_seen_by(family.leo)
    for secret in ("drill", "attic", "grinder", "Bouldering", "too expensive", "never used"):
        assert secret not in seen


def test_grandma_sees_none_of_the_couples_surprises(desk: Desk, family: Family):
    desk.import_file(SAMPLE, by=family.grandma)
    seen = everything_seen_by(family.grandma)
    for secret in ("Dresden", "golden wedding", "Framed family photo", "Garden gloves", "Photo calendar"):
        assert secret not in seen


def test_givers_see_it_all(desk: Desk, family: Family):
    desk.import_file(SAMPLE, by=family.leo)
    seen = everything_seen_by(family.ada)
    for known in ("Bosch cordless drill", "hidden in the attic", "Pasta machine", "never used", "Dresden"):
        assert known in seen


NOTES = [
    "paperback",
    "Ada gets it",
    "already bought",
    "Tante Petra strickt sie",
    "mine, under the bed since May",
    "I'm on it",
    "look at kites.example, costs $20",
]


@pytest.mark.parametrize("note", NOTES)
def test_every_note_stays_with_the_givers(desk: Desk, note: str):
    desk.import_rows(row("A book", notes=note))
    assert (item("A book").note, note_of("A book")) == ("", note)


@pytest.mark.parametrize(
    "cells",
    [
        {"notes": "for Leo, surprise!"},
        {"notes": "Theos Geschenk"},
        {"notes": "for my wife"},
        {"notes": "Uncle José would like it"},
        {"colour": "Ada's favourite"},
        {"who": "Ada"},
    ],
)
def test_an_idea_for_nobody_that_may_name_somebody_stays_with_whoever_imports_it(
    desk: Desk, family: Family, cells: dict
):
    desk.import_rows(row("A boat", "", occasion="", **cells), row("A pen", "Uncle José"))
    assert (item("A boat").list.visibility, item("A boat").list.owner) == ("private", family.mia.user)


def test_an_idea_for_nobody_that_names_nobody_is_for_all_to_read(desk: Desk):
    desk.import_rows(row("A boat", "", occasion="", notes="on a lake"))
    assert (item("A boat").list.visibility, note_of("A boat")) == ("household", "on a lake")


def test_a_note_that_names_somebody_is_not_written_beside_an_open_idea(desk: Desk):
    desk.import_rows(row("A boat", "", occasion=""))
    desk.import_rows(row("A boat", "", occasion="", notes="for Leo"))
    assert sorted(ListItem.objects.values_list("list__visibility", "plan__giver_note")) == [
        ("household", ""),
        ("private", "for Leo"),
    ]


def test_a_secret_idea_of_somebody_else_is_not_found(desk: Desk, family: Family):
    desk.import_rows(row("A boat", "", occasion="", secret=True), by=family.leo)
    desk.import_rows(row("A boat", "", occasion="", secret=True, qty="2"))
    owners = set(ListItem.objects.values_list("list__owner", flat=True))
    assert owners == {family.leo.user.pk, family.mia.user.pk}


def test_the_report_is_the_same_however_far_the_gifts_of_its_reader_are(desk: Desk):
    """Two files that differ only in who gives Mia what, and how far it is."""
    others = row("A kite", "Theo", who="Leo", price="~5", colour="red")
    plain = [row("A book", "Mia"), row("A pen", "Mia"), row("A cup", "Mia"), others]
    telling = [
        row("A book", "Mia", who="Leo", status="given", price="~30", qty="a few", notes="mine"),
        row("A pen", "Mia", who="Mia", status="half done", secret=True),
        row("a BOOK", "Mia", who="Ada", status="ordered", link="ask Ada"),
        others,
    ]
    assert desk.import_rows(*plain, dry_run=True) == desk.import_rows(*telling, dry_run=True)


def test_that_notes_for_the_reader_are_too_long_is_refused_without_a_reason(desk: Desk, family: Family):
    report = desk.import_rows(
        row("A book", "Mia", notes="a" * 1500), row("A book", "Mia", notes="b" * 1500), row("A kite", "Theo")
    )
    unseen = f"refused: (not shown: it is for {family.mia.user.login})"
    assert [lines_about(number, report) for number in (2, 3)] == [[unseen], [unseen]]


def test_what_is_left_of_any_cell_stays_with_the_givers(desk: Desk):
    """Also on a wish that its recipient sees: nobody knows what stands in a cell that is not understood."""
    desk.import_rows(
        row(
            "A book",
            link="ask Ada",
            price="Ada knows",
            qty="one from Ada",
            status="Ada has it",
            who="Ada?",
            notes="paperback",
            shop="the one in town",
        )
    )
    assert item("A book").note == ""
    lines = note_of("A book").splitlines()
    assert set(lines) == {
        "paperback",
        "Link: ask Ada",
        "Price: Ada knows",
        "Qty: one from Ada",
        "Status: Ada has it",
        "Who buys: Ada?",
        "Shop: the one in town",
    }


def test_an_unknown_mark_under_secret_hides_it(desk: Desk):
    report = desk.import_rows(row("A drill") | {"Secret": "psst"})
    assert item("A drill").list.visibility == "hidden_from_recipient"
    assert note_of("A drill") == "Secret: psst"
    assert "guessed: Secret: “psst”: taken as a mark that it is secret" in report


def test_an_occasion_that_would_tell_by_its_name_is_hidden(desk: Desk, family: Family):
    desk.import_rows(row("A cake", occasion="Farewell party", secret=True), by=family.leo)
    party = Occasion.objects.get()
    assert (party.visibility, party.honoree) == ("hidden_from_honoree", family.leo.person)
    assert family.leo.api().get(f"{API}/occasions").json()["results"] == []
    desk.import_rows(row("A band", occasion="farewell PARTY", secret=True))
    assert item("A band").list == item("A cake").list


def test_an_open_row_does_not_land_on_a_hidden_occasion(desk: Desk, family: Family):
    desk.import_rows(row("A cake", occasion="Farewell party", secret=True))
    desk.import_rows(row("A band", occasion="Farewell party"))
    assert item("A band").list.occasion.visibility == "household"
    shown = family.leo.api().get(f"{API}/items").json()["results"]
    assert [one["gift"]["title"] for one in shown] == ["A band"]


def test_an_occasion_that_some_of_them_may_know_is_known(desk: Desk):
    desk.import_rows(
        row("A", occasion="Easter 2027", secret=True),
        row("B", "Theo", occasion="Easter 2027", secret=True),
        row("C", occasion="School", secret=True),
        row("D", occasion="School"),
    )
    assert set(Occasion.objects.values_list("name", "visibility")) == {("Easter", "household"), ("School", "household")}


def test_an_occasion_that_is_a_secret_to_several_is_the_name_of_their_hidden_lists_only(desk: Desk, family: Family):
    before = {name: getattr(family, name).api().get(f"{API}/occasions").content for name in ("leo", "ada")}
    weekend = {"occasion": "Surprise weekend", "secret": True}
    desk.import_rows(
        row("A tent", **weekend), row("A map", "Ada", **weekend), row("A stove", **weekend), row("A pen", occasion="")
    )
    after = {name: getattr(family, name).api().get(f"{API}/occasions").content for name in ("leo", "ada")}

    assert after == before
    assert not Occasion.objects.filter(name__icontains="weekend").exists()
    assert (item("A tent").list.name, item("A tent").list.visibility) == (
        "Leo: Surprise weekend",
        "hidden_from_recipient",
    )
    assert item("A stove").list == item("A tent").list
    assert len({item(title).list_id for title in ("A tent", "A map", "A pen")}) == 3
    desk.import_rows(row("A lamp", **weekend), row("A rope", "Ada", **weekend))
    assert item("A lamp").list == item("A tent").list


def test_a_buyer_cell_that_is_more_than_a_name_makes_nobody(desk: Desk, family: Family):
    """A Person is seen by everybody."""
    before = family.leo.api().get(f"{API}/people").content
    desk.import_rows(row("A drill", occasion="", who="Tom (drill for Leo)", secret=True))
    assert family.leo.api().get(f"{API}/people").content == before
    assert note_of("A drill") == "Who buys: Tom (drill for Leo)"


def test_the_report_does_not_quote_what_the_importer_gets(desk: Desk, family: Family):
    report = desk.import_rows(*SURPRISES, row("A kite", "Theo"), by=family.leo)
    for secret in ("Bosch", "attic", "grinder", "$20/month", "red", "weekend", "89.00"):
        assert secret not in report
    assert "A kite" in report


def test_the_diary_has_one_entry_without_a_number_or_a_name(desk: Desk, family: Family):
    before = Activity.objects.count()
    desk.import_file(SAMPLE)
    entry = Activity.objects.order_by("seq").last()
    assert Activity.objects.count() == before + 1
    assert (entry.verb, entry.subject_type, entry.subject_id) == ("import.finished", "household", family.household.pk)
    assert (entry.payload, entry.actor) == ({}, family.mia.user)


def test_the_entry_of_hidden_rows_alone_is_as_hidden(desk: Desk, family: Family, christmas: Occasion):
    desk.import_rows(row("A drill", secret=True))
    entry = Activity.objects.order_by("seq").last()
    assert (entry.verb, entry.subject_id) == ("import.finished", item("A drill").plan.pk)
    assert entry not in Activity.objects.visible_to(family.leo.viewer)


def test_nobody_reads_the_ledger(desk: Desk, family: Family):
    desk.import_rows(row("A drill"))
    assert ImportedRow.objects.exists()
    for viewer in (family.mia.viewer, None):
        assert not ImportedRow.objects.visible_to(viewer).exists()
    assert "drill" not in str(ImportedRow.objects.values().get()) + str(ImportedRow.objects.get())
