"""Which PINs are too easy to guess: nobody has more than five guesses, so the first that come to mind must be wrong."""

import re
from datetime import date
from itertools import pairwise

from django.core.exceptions import ValidationError

RULE = (
    "This PIN is too easy to guess. Take six digits that are no date or year, no lines of the keypad, and that neither "
    "repeat nor count up or down."
)
# What is left of the lists of those that most people take, after the rules below.
COMMON = {"102030", "142536", "314159", "271828", "147896", "123654", "159632", "134679", "112358", "200520"}
LINES = {line for one in ("123", "456", "789", "147", "258", "369", "159", "357") for line in (one, one[::-1])}
# Day, month and year in the orders that people write them in.
ORDERS = ("dmy", "mdy", "ymd")
YEAR = re.compile(r"19\d\d|20[0-4]\d")


def validate_pin(pin: str) -> None:
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise ValidationError("Give six digits.")
    if is_weak(pin):
        raise ValidationError(RULE)


def is_weak(pin: str) -> bool:
    return pin in COMMON or _counts(pin) or _repeats(pin) or _is_on_lines(pin) or _is_a_date(pin)


def _counts(pin: str) -> bool:
    """By the same step each time, over the 0 as well: 123456, 987654, 890123, 246802."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1


def _repeats(pin: str) -> bool:
    """Two digits only, a part of it over again, each digit twice, or the same from both ends."""
    over_again = pin[:2] * 3 == pin or pin[:3] * 2 == pin
    return len(set(pin)) <= 2 or over_again or pin[::2] == pin[1::2] or pin == pin[::-1]


def _is_on_lines(pin: str) -> bool:
    """Rows, columns and diagonals of a keypad: 147258, 789456, 159753."""
    return {pin[:3], pin[3:]} <= LINES


def _is_a_date(pin: str) -> bool:
    if YEAR.match(pin) or YEAR.match(pin[2:]):
        return True
    parts = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    return any(_is_a_day(**dict(zip(order, parts, strict=True))) for order in ORDERS)


def _is_a_day(d: int, m: int, y: int) -> bool:
    try:
        # Of a leap year where there may be one: nobody asks of which century.
        return bool(date(2000 + y, m, d))
    except ValueError:
        return False
