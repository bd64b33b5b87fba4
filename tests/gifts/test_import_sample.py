"""The spreadsheet that a family keeps before it finds Hearth: what becomes of each of its rows."""

from datetime import date
from decimal import Decimal

import pytest

from gifts.models import Claim, Gift, GiftList, ListItem
from households.models import Household, Occasion, Person
from tests.cast import Family, found
from tests.gifts.importing import SAMPLE, Desk, claims_on, item, lines_about, note_of

LEGO = "LEGO Botanicals, Wildflower Bouquet 10313"

# For, occasion, gift, price, currency, quantity, the stage of its plan, and its claim.
ROWS = [
    ("Mia", 2026, LEGO, "59.99", "USD", 1, "idea", "Leo ordered"),
    ("Mia", 2026, "Wool scarf (green!)", "30.00", "EUR", 1, "idea", ""),
    ("Mia", 2026, "Concert tickets – Philharmonie", "45.00", "EUR", 2, "idea", "Ada delivered"),  # noqa: RUF001
    ("Mia", 2026, "Kindle Paperwhite", "149.99", "USD", 1, "shortlisted", "Leo planned"),
    ("Mia", "Birthday", "Spa day", "120.00", "EUR", 1, "idea", ""),
    ("Leo", 2026, "Bosch cordless drill 18V", "89.00", "EUR", 1, "idea", "Mia wrapped"),
    ("Leo", 2026, "Coffee grinder (hand)", "79.00", "EUR", 1, "idea", "Mia ordered"),
    ("Leo", 2026, "Running socks size 44", "12.50", "EUR", 4, "idea", "Ada delivered"),
    ("Leo", 2026, "Book: The Overstory", "14.99", "EUR", 1, "idea", ""),
    ("Leo", "Birthday", "Bouldering course", "1299.00", "EUR", 1, "idea", ""),
    ("Ada", 2026, "Bicycle 20 inch (blue)", "449.00", "USD", 1, "idea", "Mia ordered"),
    ("Ada", 2026, "Bike helmet S", "49.95", "USD", 1, "idea", ""),
    ("Ada", 2026, "Harry Potter 4 illustrated", "28.00", "GBP", 1, "idea", "Grandma delivered"),
    ("Ada", 2026, "Gel pens", "8.00", "EUR", 3, "idea", "Leo delivered"),
    ("Ada", "Birthday", "Gymnastics mat", "65.00", "EUR", 1, "shortlisted", ""),
    ("Ada", "Birthday", "Aquarium visit", None, "EUR", 4, "idea", ""),
    ("Theo", 2026, "DUPLO train set 10427", "109.99", "USD", 1, "idea", "Grandpa ordered"),
    ("Theo", 2026, "Wooden kitchen", "139.00", "EUR", 1, "idea", ""),
    ("Theo", 2026, "Rain boots size 25", "24.90", "EUR", 1, "idea", "Mia delivered"),
    ("Theo", 2026, "Picture book „Der Grüffelo“", "13.00", "EUR", 1, "idea", "Ada wrapped"),
    ("Theo", 2026, "Play-Doh", "5.49", "EUR", 6, "idea", "Leo delivered"),
    ("Theo", "Birthday", "Balance bike", "89.00", "USD", 1, "idea", ""),
    ("Grandma", 2026, "Photo calendar 2027", "34.95", "EUR", 1, "idea", "Mia planned"),
    ("Grandma", 2026, "Garden gloves", "15.00", "USD", 1, "idea", "Leo delivered"),
    ("Grandma", 2026, "Jigsaw 1000 pieces", "19.99", "EUR", 1, "shortlisted", ""),
    ("Grandpa", 2026, "Whisky tumbler set", "42.00", "EUR", 1, "idea", "Leo ordered"),
    ("Grandpa", 2026, "Slippers 43", "29.90", "EUR", 1, "idea", ""),
    ("Grandma & Grandpa", "Anniversary", "Weekend in Dresden", "350.00", "USD", 1, "idea", ""),
    ("Grandma & Grandpa", "Anniversary", "Framed family photo", "60.00", "EUR", 1, "shortlisted", "Mia planned"),
    ("Uncle José", 2026, "Hot sauce sampler", "22.00", "EUR", 1, "idea", "Leo delivered"),
    ("Uncle José", 2026, "Board game: Wingspan", "65.00", "USD", 1, "idea", ""),
    ("Zoë", 2026, "Watercolour set", "27.50", "EUR", 1, "idea", "Mia ordered"),
    ("Zoë", 2026, "Book voucher", "25.00", "EUR", 1, "idea", ""),
    ("Zoë", "Birthday", "Theatre voucher", "50.00", "EUR", 1, "dropped", ""),
    ("Teacher Ms Okafor", 2026, "Box of chocolates", "9.99", "EUR", 1, "idea", "Mia delivered"),
    ("Teacher Ms Okafor", 2026, "Card from the class", None, "EUR", 1, "idea", "Ada planned"),
    ("", "", "Candle making kit", None, "EUR", 1, "idea", ""),
    ("", "", "Puzzle subscription", None, "EUR", 1, "idea", ""),
    ("", "", 'Board game "Azul"', "39.99", "USD", 1, "idea", ""),
    ("Theo", 2025, "DUPLO zoo", "54.99", "EUR", 1, "idea", "Grandma gifted"),
    ("Ada", 2025, "Roller skates", "69.00", "USD", 1, "idea", "Leo gifted"),
    ("Mia", 2025, "Silver earrings", "85.00", "EUR", 1, "idea", "Leo gifted"),
    ("Leo", 2025, "Pasta machine", "59.90", "USD", 1, "idea", "Mia gifted"),
    ("Grandma", 2025, "Bird feeder", "32.00", "EUR", 1, "idea", "Mia gifted"),
    ("Grandpa", 2025, "Puzzle 2000", "24.99", "EUR", 1, "idea", "Ada gifted"),
]
OPEN = {
    "Running socks size 44",
    "Book: The Overstory",
    "Gel pens",
    "Aquarium visit",
    "Rain boots size 25",
    "Picture book „Der Grüffelo“",
    "Play-Doh",
    "Box of chocolates",
    "Card from the class",
    "Candle making kit",
    "Puzzle subscription",
    'Board game "Azul"',
    *(gift for _, year, gift, *_ in ROWS if year == 2025),
}
GIVER_NOTES = {
    "Book: The Overstory": "paperback",
    "Aquarium visit": "whole family",
    "Candle making kit": "nice idea for somebody",
    'Board game "Azul"': "family evening",
    LEGO: "arrives first week of Dec\ndouble? ask Leo\nWho buys: Ada (planned)",
    "Wool scarf (green!)": "She lost the old one\nPrice: ~30",
    "Concert tickets – Philharmonie": "row 12, seats 7+8",  # noqa: RUF001
    "Kindle Paperwhite": "wait for Black Friday",
    "Bosch cordless drill 18V": "hidden in the attic",
    "Bouldering course": "too expensive??",
    "Bicycle 20 inch (blue)": "Grandma chips in 150\nWho buys: Grandpa (planned)",
    "Gymnastics mat": "only if room",
    "Wooden kitchen": "measure the corner first, 70 cm max",
    "Play-Doh": "NO glitter",
    "Photo calendar 2027": "order before Nov 30!",
    "Jigsaw 1000 pieces": "not cats again",
    "Weekend in Dresden": "golden wedding!",
    "Hot sauce sampler": "he ate all of last year's in a week 🌶️",
    "Theatre voucher": "she moved to Lyon",
    "Card from the class": "Ada paints it",
    "Puzzle subscription": "Price: $20/month",
    "Pasta machine": "never used...",
}
LINKS = {
    LEGO: "https://www.lego.com/en-us/product/wildflower-bouquet-10313",
    "Kindle Paperwhite": "https://www.amazon.com/dp/B0CFPJYX7P",
    "Bosch cordless drill 18V": "https://www.bosch-diy.com/gb/en/p/universaldrill-18v",
    "Bicycle 20 inch (blue)": "https://www.woombikes.com/products/4",
    "DUPLO train set 10427": "https://www.lego.com/en-us/product/interactive-adventure-train-10427",
    "Balance bike": "https://www.puky.de/en/",
    "Weekend in Dresden": "https://www.dresden.de/en/tourism.php",
    "Board game: Wingspan": "https://stonemaiergames.com/games/wingspan/",
    "Candle making kit": "https://www.etsy.com/",
}


@pytest.fixture
def report(desk: Desk) -> str:
    """Mia imports it; what the command says."""
    return desk.import_file(SAMPLE)


def test_every_row_becomes_its_item(report: str):
    for recipient, occasion, gift, price, currency, quantity, stage, claim in ROWS:
        found = item(gift)
        gift_list = found.list
        assert (gift_list.recipient.display_name if gift_list.recipient else "") == recipient, gift
        assert (found.gift.price, found.gift.currency) == (price and Decimal(price), currency), gift
        assert (found.quantity, found.plan.stage) == (quantity, stage), gift
        assert gift_list.occurs_on == (date(occasion, 12, 25) if isinstance(occasion, int) else None), gift
        name = "Christmas" if isinstance(occasion, int) else occasion
        assert (gift_list.occasion.name if gift_list.occasion else "") == name, gift
        expected = [(*claim.rsplit(" ", 1), quantity)] if claim else []
        assert claims_on(gift) == expected, gift
        assert found.gift.url == LINKS.get(gift, ""), gift


def test_there_is_nothing_else(report: str):
    assert ListItem.objects.count() == Gift.objects.count() == len(ROWS) == 45
    assert not Gift.objects.filter(in_catalog=True).exists()
    assert Claim.objects.count() == sum(1 for *_, claim in ROWS if claim)


def test_what_is_marked_secret_is_hidden_and_nothing_else_is(report: str):
    for _, _, gift, *_ in ROWS:
        expected = GiftList.Visibility.HOUSEHOLD if gift in OPEN else GiftList.Visibility.HIDDEN
        assert item(gift).list.visibility == expected, gift


def test_no_note_is_lost_and_none_tells_its_recipient_of_a_giver(report: str):
    for _, _, gift, *_ in ROWS:
        assert note_of(gift) == GIVER_NOTES.get(gift, ""), gift
        assert item(gift).note == "", gift


def test_last_years_gifts_are_history(report: str):
    given = Claim.objects.filter(status=Claim.Status.GIFTED)
    assert given.count() == 6
    assert set(given.values_list("gifted_on", flat=True)) == {date(2025, 12, 25)}


def test_both_christmases_are_one_yearly_occasion(report: str, family: Family):
    christmas = Occasion.objects.get(kind=Occasion.Kind.CHRISTMAS)
    assert (christmas.name, christmas.is_yearly, christmas.honoree) == ("Christmas", True, None)
    assert (christmas.date.month, christmas.date.day) == (12, 25)
    assert set(christmas.lists.values_list("occurs_on", flat=True)) == {date(2025, 12, 25), date(2026, 12, 25)}
    assert "guessed: Christmas is on 25 December" in report


def test_everybody_has_their_own_birthday_without_a_date(report: str):
    birthdays = Occasion.objects.filter(kind=Occasion.Kind.BIRTHDAY)
    assert {day.honoree.display_name for day in birthdays} == {"Mia", "Leo", "Ada", "Theo", "Zoë"}
    assert all(day.date is None and day.is_yearly and day.visibility == "household" for day in birthdays)


def test_the_anniversary_is_the_couples(report: str, family: Family):
    assert Occasion.objects.get(kind=Occasion.Kind.ANNIVERSARY).honoree == family.grandparents


def test_surprises_stand_beside_the_list_that_their_recipient_sees(report: str):
    socks, drill = item("Running socks size 44"), item("Bosch cordless drill 18V")
    assert drill.list.companion_of == socks.list
    assert drill.list.owner is None
    # Mia's Christmas is all surprises: there is no list that she sees.
    assert item(LEGO).list.companion_of is None
    assert not GiftList.objects.filter(recipient__display_name="Mia", occurs_on=date(2026, 12, 25)).exclude(
        visibility=GiftList.Visibility.HIDDEN
    )


def test_ideas_for_nobody_go_to_the_idea_inbox(report: str):
    inbox = item("Candle making kit").list
    assert (inbox.kind, inbox.recipient, inbox.occasion, inbox.name) == ("idea", None, None, "Idea Inbox")
    assert inbox.items.count() == 3


def test_people_who_are_there_are_found_and_the_others_are_made(report: str, family: Family):
    names = Person.objects.filter(household=family.household).values_list("display_name", flat=True)
    new = {"Uncle José", "Zoë", "Teacher Ms Okafor"}
    assert sorted(names) == sorted({"Mia", "Leo", "Ada", "Grandma", "Grandpa", "Theo", "Grandma & Grandpa"} | new)
    assert {line for line in report.splitlines() if line.startswith("new here")} == {f"new here: {who}" for who in new}


def test_a_claim_is_done_by_the_giver_who_signs_in(report: str, family: Family):
    assert Claim.objects.get(item=item(LEGO)).claimed_by == family.leo.user
    assert Claim.objects.get(item=item("DUPLO train set 10427")).claimed_by is None


def test_the_report_says_row_by_row_what_was_understood_guessed_and_kept(report: str):
    numbers = range(2, 50)
    assert all(any("understood" in line for line in lines_about(number, report)) for number in numbers)
    assert lines_about(7, report) == [
        "understood: 1 x Bosch cordless drill 18V, Leo: Christmas 2026, wrapped by Mia, 89.00 EUR, hidden"
    ]
    assert "kept as note: Price: “$20/month”: not paid once" in lines_about(39, report)
    assert "kept as note: Who buys: “Grandpa (planned)”: others have taken it already" in lines_about(43, report)
    assert "the same wish as row 8" in lines_about(42, report)[0]
    assert "48 rows: 48 imported" in report


def test_the_report_does_not_show_its_reader_what_they_get(report: str, family: Family):
    unseen = f"(not shown: it is for {family.mia.user.login})"
    assert lines_about(2, report) == [f"understood: {unseen}"]
    assert lines_about(3, report) == [f"understood: {unseen}"]
    assert "LEGO" not in report


def test_a_household_without_anybody_but_its_owner_can_import_it(db: None, tmp_path):
    julia = found("Home", "Julia")
    family = Family(julia.person.household, julia, julia, julia, julia, julia.person, julia.person, julia.person)
    report = Desk(family, tmp_path).import_file(SAMPLE)
    assert "48 rows: 48 imported" in report
    couple = Person.objects.get(display_name="Grandma & Grandpa")
    assert {half.display_name for half in couple.members.all()} == {"Grandma", "Grandpa"}
    assert Household.objects.count() == 1
