"""Prices as people type them. price-parser reads the number; what stands around it decides whether to believe it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from price_parser import Price

from gifts.models import MAX_PRICE
from gifts.services.imports.cells import Reading, tidy

DOLLARS = {"USD", "CAD", "AUD", "NZD", "SGD", "HKD"}
CROWNS = {"SEK", "NOK", "DKK", "ISK", "CZK"}
CURRENCIES = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "NZ$": "NZD",
    "Fr.": "CHF",
    "SFr": "CHF",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "₹": "INR",
    "₺": "TRY",
    "₴": "UAH",
    "₽": "RUB",
    "₪": "ILS",
}
PIECES = re.compile(r"^([1-9][0-9]{0,2})\s*[x×*]\s*(?=\D{0,4}[0-9])", re.IGNORECASE)  # noqa: RUF001
ROUGHLY = re.compile(r"^(?:~|≈|ca\.?|circa|about|approx\.?|around|roughly|etwa|ungefähr)\s*", re.IGNORECASE)
NOISE = re.compile(r"[.,][-\u2013\u2014]{1,2}|\b(?:each|ea|apiece|a piece|per piece|je|pro stück)\b\.?", re.IGNORECASE)
WELL_WRITTEN = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:[., ][0-9]{3})+)(?:[.,][0-9]{0,2})?")
AMBIGUOUS = re.compile(r"^[0-9]{1,3}[.,][0-9]{3}$")


@dataclass(frozen=True)
class Amount:
    """The price of one piece; `pieces` when the cell says how many, too."""

    amount: Decimal
    currency: str
    pieces: int | None = None


def read_price(text: str, household_currency: str) -> Reading[Amount]:
    typed = tidy(text)
    if not typed:
        return Reading(None)
    pieces = PIECES.match(typed)
    without_pieces = typed[pieces.end() :] if pieces else typed
    plain = ROUGHLY.sub("", without_pieces)
    doubt = "" if plain == without_pieces else "roughly that"
    # Swiss apostrophes part thousands, as dots do elsewhere.
    plain = re.sub(r"(?<=[0-9])['\u2019](?=[0-9]{3})", "", NOISE.sub("", plain)).strip()
    price = Price.fromstring(plain)
    if not re.search("[0-9]", plain) or price.amount is None:
        return Reading(None, "no price that we can read")
    rest = plain.replace(price.amount_text or "", " ", 1).replace(price.currency or "", " ", 1).strip(" .")
    if reason := _why_not(price, rest):
        return Reading(None, reason)
    if AMBIGUOUS.match(price.amount_text or ""):
        doubt = "taken as thousands"
    currency, unsure = _currency(price.currency, household_currency)
    amount = Amount(Decimal(f"{price.amount:.2f}"), currency, int(pieces[1]) if pieces else None)
    if rest:
        doubt = "only a part of it was understood"
    return Reading(amount, unsure or doubt)


def _why_not(price: Price, rest: str) -> str:
    if re.search(r"/|\b(?:per|pro|a|monthly|yearly|weekly|month|year|week|monat|jahr|p\.?m\.?)\b", rest.casefold()):
        return "not paid once"
    if re.search(r"[0-9]", rest) or re.search(r"[+%]", rest):
        return "more than one number"
    if re.match(r"[-\u2013\u2212]", rest):
        return "less than nothing"
    if not WELL_WRITTEN.fullmatch(price.amount_text or ""):
        return "no price that we can read"
    return "more than any gift costs" if price.amount and price.amount > MAX_PRICE else ""


def _currency(sign: str | None, household_currency: str) -> tuple[str, str]:
    """ISO 4217, and what is doubtful about it. A family of a dollar or crown country means its own."""
    if not sign:
        return household_currency, ""
    if sign == "$":
        return household_currency if household_currency in DOLLARS else "USD", ""
    if sign.casefold() == "kr" and household_currency in CROWNS:
        return household_currency, ""
    code = CURRENCIES.get(sign, sign)
    if re.fullmatch("[A-Z]{3}", code):
        return code, ""
    return household_currency, f"the currency is taken as {household_currency}"
