"""When something comes again: rules of RFC 5545 (section 3.3.10), for days only.

A rule is read by dateutil, after it has been found to be one that the RFC allows: dateutil takes more than that. Where
nothing comes it looks on until the year 9999. So we let it begin in the last of the centuries: every 400 years the
calendar is the same again, to the day of the week, and only there is the end near.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from django.core.exceptions import ValidationError

MAX_RULE_LENGTH = 200
MAX_COUNT = 10_000
# The calendar's own period; and how far, at least, we look ahead. 29 February is a Monday once in 28 years, around 2100
# in 40.
CYCLE = 400
YEARS_AHEAD = 100

# At most ten years from one period to the next.
MAX_INTERVAL = {"DAILY": 3650, "WEEKLY": 520, "MONTHLY": 120, "YEARLY": 10}
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
PART = re.compile(r"[A-Z]+=[A-Z0-9,+-]+")

Parts = dict[str, str]


def validate_rule(text: str) -> None:
    """For a model's field."""
    try:
        parts_of(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def parts_of(text: str) -> Parts:
    """The parts of a rule by name. ValueError, with a sentence, for a rule that we do not keep."""
    written = text.upper().split(";")
    if len(text) > MAX_RULE_LENGTH or not text.isascii() or not all(map(PART.fullmatch, written)):
        raise ValueError("This is not a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO.")
    parts: Parts = dict(part.split("=") for part in written)
    if len(parts) < len(written):
        raise ValueError("Name each part of the rule once.")
    if parts.get("FREQ", "") not in MAX_INTERVAL:
        raise ValueError("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY.")
    for name, value in parts.items():
        _check(name, value, parts)
    _check_together(parts)
    return parts


def is_one_of_its_days(text: str, day: date) -> bool:
    """Whether a series with this rule can begin on this day."""
    return next(_days(parts_of(text), start=day, around=day), None) == day


def next_day(text: str, *, start: date, after: date) -> date | None:
    """The day of the rule that follows on `after`; None where the series is over. `start` is its first."""
    parts = parts_of(text)
    days = _days(parts, start=start, around=after)
    counted = islice(days, int(parts["COUNT"])) if "COUNT" in parts else days
    return next((day for day in counted if day > after), None)


def days_later(day: date, days: int) -> date | None:
    """None where the calendar ends."""
    return day + timedelta(days=days) if days <= (date.max - day).days else None


def _days(parts: Parts, *, start: date, around: date) -> Iterator[date]:
    """The days of the rule, uncounted; worked out so late that they end some time after `around`."""
    shift = (date.max.year - YEARS_AHEAD - around.year) // CYCLE * CYCLE
    shift = shift if start.year + shift >= date.min.year else 0
    kept = ";".join(f"{name}={value}" for name, value in parts.items() if name not in {"COUNT", "UNTIL"})
    last = _day(parts["UNTIL"]) if "UNTIL" in parts else date.max
    for moment in rrulestr(kept, dtstart=datetime.combine(_shifted(start, shift), time())):
        if moment.year - shift > date.max.year or (day := _shifted(moment.date(), -shift)) > last:
            return
        yield day


def _shifted(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def _check(name: str, value: str, parts: Parts) -> None:
    check = CHECKS.get(name)
    if check is None:
        raise ValueError(f"{name} is not for rules of days.")
    if not check(value, parts):
        raise ValueError(f"{name}={value} is not what RFC 5545 allows, or more than we keep.")


def _check_together(parts: Parts) -> None:
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise ValueError("Say COUNT or UNTIL, not both.")
    if "BYSETPOS" in parts and not parts.keys() & {"BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY"}:
        raise ValueError("BYSETPOS chooses among the days of another part.")
    if not _can_be(parts):
        raise ValueError("There is no such day.")
    refused = REFUSED_WITH[parts["FREQ"]] & parts.keys()
    if refused:
        raise ValueError(f"{min(refused)} is not for FREQ={parts['FREQ']}.")
    numbered = any(part[:-2] for part in parts.get("BYDAY", "").split(","))
    if numbered and (parts["FREQ"] in {"DAILY", "WEEKLY"} or "BYWEEKNO" in parts):
        raise ValueError("A number in BYDAY is for months and years.")


def _can_be(parts: Parts) -> bool:
    """Whether it names a day at all, as far as that is cheap to see: to look for none takes longest."""
    months, days, places = (_listed(parts, name) for name in ("BYMONTH", "BYMONTHDAY", "BYSETPOS"))
    longest = max((LONGEST[month - 1] for month in months), default=31)
    in_a_period = {"DAILY": 1, "WEEKLY": len(parts.get("BYDAY", "MO").split(",")), "MONTHLY": 31, "YEARLY": 366}
    nearest_day, nearest_place = (min(map(abs, numbers), default=1) for numbers in (days, places))
    return nearest_day <= longest and nearest_place <= in_a_period[parts["FREQ"]]


def _listed(parts: Parts, name: str) -> list[int]:
    return [int(number) for number in parts[name].split(",")] if name in parts else []


# The table in section 3.3.10.
REFUSED_WITH = {
    "DAILY": {"BYWEEKNO", "BYYEARDAY"},
    "WEEKLY": {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"},
    "MONTHLY": {"BYWEEKNO", "BYYEARDAY"},
    "YEARLY": set(),
}


def _numbers(most: int, *, signed: bool = True) -> Callable[[str, Parts], bool]:
    number = re.compile(r"[+-]?\d{1,3}" if signed else r"\d{1,3}")

    def check(value: str, parts: Parts) -> bool:
        return all(number.fullmatch(one) and 1 <= abs(int(one)) <= most for one in value.split(","))

    return check


def _is_count(value: str, parts: Parts) -> bool:
    return re.fullmatch(r"\d{1,5}", value) is not None and 1 <= int(value) <= MAX_COUNT


def _is_interval(value: str, parts: Parts) -> bool:
    return re.fullmatch(r"\d{1,4}", value) is not None and 1 <= int(value) <= MAX_INTERVAL[parts["FREQ"]]


def _is_day(value: str, parts: Parts) -> bool:
    try:
        return bool(_day(value))
    except ValueError:
        return False


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{8}", text):
        raise ValueError
    return date.fromisoformat(text)


def _are_weekdays(value: str, parts: Parts) -> bool:
    most = 5 if parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts else 53
    found = [WEEKDAY.fullmatch(one) for one in value.split(",")]
    numbers = (match[1] for match in found if match and match[1])
    return all(found) and all(1 <= abs(int(number)) <= most for number in numbers)


CHECKS: dict[str, Callable[[str, Parts], bool]] = {
    "FREQ": lambda value, parts: value in MAX_INTERVAL,
    "INTERVAL": _is_interval,
    "COUNT": _is_count,
    "UNTIL": _is_day,
    "BYMONTH": _numbers(12, signed=False),
    "BYMONTHDAY": _numbers(31),
    "BYYEARDAY": _numbers(366),
    "BYWEEKNO": _numbers(53),
    "BYSETPOS": _numbers(366),
    "BYDAY": _are_weekdays,
    "WKST": lambda value, parts: re.fullmatch("MO|TU|WE|TH|FR|SA|SU", value) is not None,
}
