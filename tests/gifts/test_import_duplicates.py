"""Rows that mean the same wish become one item, and nobody buys it twice."""

from decimal import Decimal

from gifts.models import Claim, ListItem
from gifts.services.claims import claim_item, release_item
from tests.cast import Family
from tests.gifts.importing import Desk, claims_on, item, lines_about, note_of, row


def test_only_case_and_spaces_may_differ(desk: Desk):
    desk.import_rows(
        row("Coffee  grinder"),
        row("coffee GRINDER ", " leo", occasion="christmas  2026"),
        row("\uff23offee grinder"),
        row("Coffee grinders"),
    )
    assert sorted(ListItem.objects.values_list("gift__title", flat=True)) == ["Coffee grinder", "Coffee grinders"]


def test_the_same_gift_for_another_person_or_year_is_another_wish(desk: Desk):
    desk.import_rows(row("A book"), row("A book", "Theo"), row("A book", occasion="Christmas 2025"))
    assert ListItem.objects.count() == 3


def test_claims_are_taken_most_advanced_first(desk: Desk):
    report = desk.import_rows(
        row("A drill", who="Ada", secret=True),
        row("A drill", who="Mia", status="wrapped", secret=True),
        row("A drill", who="Grandma", status="ordered", secret=True),
        by=desk.family.ada,
    )
    assert claims_on("A drill") == [("Mia", "wrapped", 1)]
    assert note_of("A drill") == "Who buys: Ada (planned)\nWho buys: Grandma (ordered)"
    assert lines_about(4, report)[1] == "kept as note: Who buys: “Grandma (ordered)”: others have taken it already"


def test_claims_that_fit_together_are_all_taken(desk: Desk):
    desk.import_rows(
        row("Chairs", "Theo", who="Ada", qty="4", status="ordered"),
        row("Chairs", "Theo", who="Mia", qty="4"),
        row("Chairs", "Theo", who="Leo", qty="1", status="bought"),
    )
    assert claims_on("Chairs") == [("Leo", "delivered", 1)]
    assert "Who buys: Ada (ordered)" in note_of("Chairs")


def test_the_same_buyer_twice_takes_it_once(desk: Desk):
    desk.import_rows(row("A kite", "Theo", who="Ada", status="ordered"), row("a kite", "Theo", who="ada"))
    assert claims_on("A kite") == [("Ada", "ordered", 1)]
    assert note_of("A kite") == "Who buys: ada (planned)"


def test_the_very_same_row_twice_adds_nothing(desk: Desk):
    same = row("A kite", "Theo", who="Ada", status="ordered", notes="red", price="$5", qty="2")
    desk.import_rows(same, same)
    assert claims_on("A kite") == [("Ada", "ordered", 2)]
    assert note_of("A kite") == "red"


def test_what_the_first_row_lacks_comes_from_the_next(desk: Desk):
    desk.import_rows(row("A kite", "Theo"), row("A kite", "Theo", price="5", link="https://kites.example/5"))
    assert (item("A kite").gift.price, item("A kite").gift.url) == (Decimal("5.00"), "https://kites.example/5")
    assert note_of("A kite") == ""


def test_what_a_further_row_says_otherwise_is_kept_and_reported(desk: Desk):
    report = desk.import_rows(
        row("A kite", "Theo", price="5", link="https://kites.example/5", qty="2"),
        row("A kite", "Theo", price="$7", link="https://kites.example/7", qty="3"),
    )
    assert (item("A kite").gift.price, item("A kite").quantity) == (Decimal("5.00"), 2)
    assert note_of("A kite") == "Price: $7\nLink: https://kites.example/7\nQty: 3"
    assert lines_about(3, report)[1] == "kept as note: Price: “$7”: the wish has another already"


def test_the_same_price_written_otherwise_is_no_other(desk: Desk):
    desk.import_rows(row("A kite", "Theo", price="79"), row("A kite", "Theo", price="79,00"))
    assert note_of("A kite") == ""


def test_another_link_for_a_wish_that_is_there_is_kept(desk: Desk):
    desk.import_rows(row("A kite", "Theo", link="https://kites.example/5"))
    desk.import_rows(row("A kite", "Theo", link="https://kites.example/7"))
    assert item("A kite").gift.url == "https://kites.example/5"
    assert note_of("A kite") == "Link: https://kites.example/7"


def test_a_price_that_counts_the_pieces_says_how_many(desk: Desk):
    report = desk.import_rows(row("Tickets", "Theo", price="2 x 45"), row("Chairs", "Theo", price="2 x 45", qty="3"))
    assert (item("Tickets").quantity, item("Tickets").gift.price) == (2, Decimal("45.00"))
    assert (item("Chairs").quantity, item("Chairs").gift.price) == (3, Decimal("45.00"))
    assert "guessed: Qty: “2”: as the price says" in lines_about(2, report)
    assert note_of("Chairs") == "Price: 2 x 45"


def test_it_is_shortlisted_if_one_row_says_so_and_dropped_if_all_do(desk: Desk):
    desk.import_rows(
        row("A", "Theo"),
        row("A", "Theo", status="shortlist"),
        row("B", "Theo", status="dropped"),
        row("B", "Theo", status="dropped"),
        row("C", "Theo", status="dropped"),
        row("C", "Theo"),
    )
    assert [item(title).plan.stage for title in "ABC"] == ["shortlisted", "dropped", "idea"]
    assert note_of("C") == "Status: dropped"


def test_what_is_dropped_is_nobodys(desk: Desk):
    desk.import_rows(row("A kite", "Theo", status="dropped", who="Ada"))
    assert (item("A kite").plan.stage, claims_on("A kite")) == ("dropped", [])
    assert note_of("A kite") == "Who buys: Ada"


def test_what_one_row_drops_and_another_takes_is_taken(desk: Desk):
    desk.import_rows(row("A kite", "Theo", status="dropped"), row("A kite", "Theo", status="ordered", who="Ada"))
    assert (item("A kite").plan.stage, claims_on("A kite")) == ("idea", [("Ada", "ordered", 1)])


def test_one_mark_hides_the_whole_wish(desk: Desk, family: Family):
    report = desk.import_rows(row("A drill", notes="a red one"), row("A drill", secret=True, who="Ada"))
    assert item("A drill").list.visibility == "hidden_from_recipient"
    assert note_of("A drill") == "a red one"
    assert "guessed: Secret: hidden, as the same wish is" in lines_about(2, report)


def test_a_surprise_that_comes_again_without_a_mark_stays_one(desk: Desk):
    desk.import_rows(row("A drill", secret=True))
    desk.import_rows(row("A drill", notes="a red one", who="Ada"))
    assert item("A drill").list.visibility == "hidden_from_recipient"
    assert (note_of("A drill"), claims_on("A drill")) == ("a red one", [("Ada", "planned", 1)])


def test_a_wish_in_sight_that_comes_again_as_a_surprise_changes_on_the_givers_side_only(desk: Desk, family: Family):
    desk.import_rows(row("A drill", price="80", notes="cordless"))
    leo = family.leo.api()
    path = f"/api/v1/items/{item('A drill').pk}"
    before = leo.get(path).content
    report = desk.import_rows(
        row("A drill", price="89", notes="found it cheaper", who="Ada", status="ordered", qty="2", secret=True)
    )
    assert leo.get(path).content == before
    assert note_of("A drill") == "cordless\nfound it cheaper\nWho buys: Ada (ordered)\nPrice: 89\nQty: 2"
    assert "guessed: Secret: the wish is in sight already" in lines_about(2, report)


def test_a_wish_of_ones_own_is_joined_by_what_others_plan_for_it(desk: Desk, family: Family):
    wishes = family.leo.list("Wishes", kind="wishlist", recipient=family.leo.person, visibility="household")
    family.leo.add(wishes, "A drill")
    before = family.leo.api().get("/api/v1/items").content
    desk.import_rows(row("a DRILL", occasion="", who="Ada", status="ordered", secret=True))
    assert claims_on("A drill") == [("Ada", "ordered", 1)]
    assert family.leo.api().get("/api/v1/items").content == before


def test_a_row_that_comes_later_finds_its_wish_under_a_new_title(desk: Desk):
    desk.import_rows(row("A kite", "Theo"))
    gift = item("A kite").gift
    gift.title = "The red kite"
    gift.save()
    desk.import_rows(row("A kite", "Theo"), row("a kite", "Theo", who="Ada"))
    assert claims_on("The red kite") == [("Ada", "planned", 1)]
    assert ListItem.objects.count() == 1


def test_a_later_row_respects_the_claims_that_are_there(desk: Desk, family: Family):
    desk.import_rows(row("A kite", "Theo"))
    claim_item(viewer=family.ada.viewer, item_id=item("A kite").pk)
    desk.import_rows(row("A kite", "Theo", who="Leo", status="ordered"))
    assert claims_on("A kite") == [("Ada", "planned", 1)]
    assert note_of("A kite") == "Who buys: Leo (ordered)"


def test_a_later_row_revives_a_claim_that_was_released(desk: Desk, family: Family):
    desk.import_rows(row("A kite", "Theo", who="Ada"))
    release_item(viewer=family.ada.viewer, item_id=item("A kite").pk)
    desk.import_rows(row("A kite", "Theo", who="Ada", status="ordered"))
    assert claims_on("A kite") == [("Ada", "ordered", 1)]
    assert Claim.objects.count() == 1


def test_a_later_row_does_not_take_what_was_dropped(desk: Desk):
    desk.import_rows(row("A kite", "Theo", status="dropped"))
    desk.import_rows(row("A kite", "Theo", who="Ada", status="ordered"))
    assert (item("A kite").plan.stage, claims_on("A kite")) == ("dropped", [])
    assert note_of("A kite") == "Who buys: Ada (ordered)"


def test_notes_that_grow_too_long_together_are_refused(desk: Desk):
    desk.import_rows(row("A kite", "Theo", notes="a" * 1500, who="Ada"), row("A book", "Theo"))
    report = desk.import_rows(row("A kite", "Theo", notes="b" * 600), row("A ball", "Theo"))
    assert lines_about(2, report) == ["refused: its notes together are longer than 2000 characters"]
    assert note_of("A kite") == "a" * 1500
    assert item("A ball")
