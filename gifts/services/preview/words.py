"""Single values of a page, made fit for a gift: its title, its addresses, its price and currency."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from urllib.parse import urljoin

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from price_parser import Price

from gifts.models import MAX_PRICE, Gift
from gifts.services.imports.prices import CURRENCIES
from gifts.services.preview.tags import unescaped

IS_URL = URLValidator(schemes=["http", "https"])
# schema.org writes numbers with a dot and without thousands, as JSON does.
PLAIN_NUMBER = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?")
CENT = Decimal("0.01")


def longest(field: str) -> int:
    """How long this text of a gift may be."""
    return getattr(Gift._meta.get_field(field), "max_length", None) or 0


def clean(value: Any, most: int) -> str:
    """One line of printable text, cut at this length."""
    if not isinstance(value, str):
        return ""
    # Far more than is kept, since much of it may be blank; and twice, since some sites escape what is escaped already.
    text = unescaped(value[: most * 20])
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:most].strip()


def web_address(value: Any, base: str) -> str:
    """The full address, if a gift could be saved with it."""
    if not isinstance(value, str) or not value.strip() or len(value) > longest("image_url") * 2:
        return ""
    try:
        address = urljoin(base, value.strip())
        IS_URL(address)
    except (ValueError, ValidationError):
        return ""
    return address if len(address) <= longest("image_url") else ""


def written_number(value: Any) -> Decimal | None:
    """A number as schema.org has it ("1.234" is a little more than one), else as people write it."""
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return _amount(Decimal(text)) if PLAIN_NUMBER.fullmatch(text) else price_in(text)


def price_in(text: str) -> Decimal | None:
    """A price as people write it: 1.234,56 € or $1,234.56."""
    if len(text) > 60:
        return None
    # price-parser takes the sign off.
    if re.match(r"\s*[-\u2212]", text):
        return None
    return _amount(Price.fromstring(text).amount)


def currency_of(code: Any, price_text: Any = "") -> str:
    """ISO 4217: what the page says, else what the price is written with."""
    said = clean(code, 20).upper()
    if re.fullmatch("[A-Z]{3}", said):
        return said
    sign = clean(code, 20) or (Price.fromstring(clean(price_text, 60)).currency or "")
    known = CURRENCIES.get(sign, sign)
    return known if re.fullmatch("[A-Z]{3}", known) else ""


def _amount(number: Decimal | None) -> Decimal | None:
    try:
        amount = number.quantize(CENT, rounding=ROUND_HALF_UP) if number is not None else None
    except InvalidOperation:
        return None
    return amount if amount is not None and 0 <= amount <= MAX_PRICE else None
