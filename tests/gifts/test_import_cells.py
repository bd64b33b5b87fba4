"""What people type into the cells of a gift list."""

from decimal import Decimal

import pytest

from gifts.services.imports.cells import (
    read_buyer,
    read_link,
    read_occasion,
    read_quantity,
    read_recipient,
    read_secret,
    read_status,
)
from gifts.services.imports.notes import joined
from gifts.services.imports.prices import Amount, read_price

PRICES = {
    "$59.99": ("59.99", "USD"),
    "$ 39.99": ("39.99", "USD"),
    "$89": ("89.00", "USD"),
    "$1,299.00": ("1299.00", "USD"),
    "120,00 €": ("120.00", "EUR"),
    "1.299,00 €": ("1299.00", "EUR"),
    "1'299.00": ("1299.00", "CHF"),
    "1 299,00 €": ("1299.00", "EUR"),
    "£28.00": ("28.00", "GBP"),
    "139.-": ("139.00", "CHF"),
    "139,-": ("139.00", "CHF"),
    "20,\u2013 €": ("20.00", "EUR"),
    "4": ("4.00", "CHF"),
    "12.5": ("12.50", "CHF"),
    "19,99": ("19.99", "CHF"),
    "0": ("0.00", "CHF"),
    "20 CHF": ("20.00", "CHF"),
    "EUR 12,50": ("12.50", "EUR"),
    "A$20": ("20.00", "AUD"),
    "20 zł": ("20.00", "PLN"),
    "15 each": ("15.00", "CHF"),
}


@pytest.mark.parametrize("typed", PRICES)
def test_a_price_is_understood_as_it_is_typed(typed: str):
    amount, currency = PRICES[typed]
    reading = read_price(typed, "CHF")
    assert (reading.value, reading.doubt) == (Amount(Decimal(amount), currency), "")


@pytest.mark.parametrize(("typed", "pieces"), [("2 x 45", 2), ("2x45", 2), ("3 × 45.00", 3), ("12*45", 12)])  # noqa: RUF001
def test_pieces_times_a_price_are_the_price_of_one(typed: str, pieces: int):
    reading = read_price(typed, "EUR")
    assert (reading.value, reading.doubt) == (Amount(Decimal("45.00"), "EUR", pieces), "")


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("~30", "30.00"),
        ("ca. 30 €", "30.00"),
        ("about 30", "30.00"),
        ("30?", "30.00"),
        ("1.299", "1299.00"),
        ("1,299", "1299.00"),
        ("89 with shipping", "89.00"),
        ("20 kr", "20.00"),
    ],
)
def test_a_doubtful_price_is_a_guess(typed: str, amount: str):
    reading = read_price(typed, "EUR")
    assert reading.value is not None
    assert (reading.value.amount, reading.value.currency) == (Decimal(amount), "EUR")
    assert reading.doubt


@pytest.mark.parametrize(
    "typed",
    [
        "$20/month",
        "20 per month",
        "20 € pro Monat",
        "20-30",
        "20 \u2013 30 €",
        "20 or 30",
        "20 + 5 shipping",
        "15% off",
        "-5",
        "\u22125",
        "free",
        "?",
        "tbd",
        "0.999",
        "99999999999",
        "12.34.56,78",
    ],
)
def test_what_is_no_price_of_a_thing_is_not_made_one(typed: str):
    reading = read_price(typed, "EUR")
    assert reading.value is None
    assert reading.doubt


def test_no_price_is_no_doubt():
    assert (read_price("  ", "EUR").value, read_price("", "EUR").doubt) == (None, "")


@pytest.mark.parametrize(("household", "meant"), [("CAD", "CAD"), ("AUD", "AUD"), ("USD", "USD"), ("EUR", "USD")])
def test_a_dollar_is_the_familys_own(household: str, meant: str):
    reading = read_price("$20", household)
    assert reading.value is not None
    assert reading.value.currency == meant


def test_a_crown_is_the_familys_own():
    reading = read_price("20 kr", "SEK")
    assert (reading.value, reading.doubt) == (Amount(Decimal("20.00"), "SEK"), "")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("", "idea"),
        ("idea", "idea"),
        ("shortlist", "shortlisted"),
        ("Shortlisted", "shortlisted"),
        ("planned", "planned"),
        ("buying", "buying"),
        ("ORDERED", "ordered"),
        ("bought", "delivered"),
        (" got  it ", "delivered"),
        ("got it!", "delivered"),
        ("delivered", "delivered"),
        ("wrapped", "wrapped"),
        ("given", "gifted"),
        ("gifted", "gifted"),
        ("dropped", "dropped"),
    ],
)
def test_loose_words_are_a_status(word: str, status: str):
    assert read_status(word).value == status


def test_an_unknown_word_is_no_status():
    reading = read_status("half done")
    assert reading.value is None
    assert reading.doubt


@pytest.mark.parametrize(("typed", "quantity"), [("", 1), ("4", 4), ("x3", 3), ("3 x", 3), ("2 pcs", 2), ("2.0", 2)])
def test_a_quantity_is_understood(typed: str, quantity: int):
    assert (read_quantity(typed).value, read_quantity(typed).doubt) == (quantity, "")


@pytest.mark.parametrize("typed", ["0", "-1", "a few", "1000", "2-3", "1.5", "99999999999"])
def test_what_is_no_quantity_is_not_made_one(typed: str):
    assert read_quantity(typed).value is None


@pytest.mark.parametrize("mark", ["x", "X", "yes", "1", "✓", "secret!", "?", "Leo"])
def test_any_mark_is_secret(mark: str):
    assert read_secret(mark).value is True


@pytest.mark.parametrize("mark", ["", " ", "no", "No", "0", "nein"])
def test_no_mark_is_open(mark: str):
    assert read_secret(mark).value is False


def test_a_link_is_an_address_of_a_page():
    assert read_link("https://www.lego.com/a").value == "https://www.lego.com/a"
    assert read_link("www.lego.com/a").value == "https://www.lego.com/a"
    assert read_link("www.lego.com/a").doubt
    for text in ("ask Leo", "javascript:alert(1)", "ftp://a.example/b", "amazon"):
        assert read_link(text).value is None


@pytest.mark.parametrize("name", ["Leo", "Uncle José", "Grandma & Grandpa", "Ms. O'Neil", "Anne-Marie"])
def test_a_buyer_is_a_name(name: str):
    assert read_buyer(name).value == name


@pytest.mark.parametrize(
    "text", ["Leo?", "Leo (a surprise for Mia)", "tbd", "nobody", "?", "12", "the kids", "Mia, Leo", "a" * 70]
)
def test_what_may_be_more_than_a_name_is_no_buyer(text: str):
    assert read_buyer(text).value is None


@pytest.mark.parametrize("text", ["", "?", "-", "tbd", "somebody"])
def test_nobody_in_particular_is_no_recipient(text: str):
    assert read_recipient(text).value == ""


@pytest.mark.parametrize(
    ("text", "name", "kind", "year", "is_plain"),
    [
        ("Christmas 2026", "Christmas", "christmas", 2026, True),
        ("2026 Xmas", "Xmas", "christmas", 2026, True),
        ("Weihnachten '25", "Weihnachten", "christmas", 2025, True),
        ("Christmas", "Christmas", "christmas", None, True),
        ("Christmas 2025/2026", "Christmas 2025/2026", "christmas", None, False),
        ("18. Geburtstag", "18. Geburtstag", "birthday", None, False),
        ("Christmas Eve", "Christmas Eve", "christmas", None, False),
        ("Birthday", "Birthday", "birthday", None, True),
        ("40th birthday", "40th birthday", "birthday", None, False),
        ("Geburtstag (2027)", "Geburtstag", "birthday", 2027, True),
        ("Wedding anniversary", "Wedding anniversary", "anniversary", None, True),
        ("Easter 2027", "Easter", "other", 2027, False),
        ("2027", "2027", "other", 2027, False),
    ],
)
def test_an_occasion_is_a_name_and_a_year(text: str, name: str, kind: str, year: int | None, is_plain: bool):
    occasion = read_occasion(text)
    assert occasion is not None
    assert (occasion.name, occasion.kind, occasion.year, occasion.is_plain) == (name, kind, year, is_plain)


def test_notes_are_joined_line_by_line_without_repeating():
    assert joined("a\nb", "", " ", "b", "c") == "a\nb\nc"
