"""What people type into the cells of a gift list. What is not understood is said, never dropped."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from config.models import casefold_key
from gifts.models import MAX_QUANTITY
from gifts.moves import STATUSES
from gifts.services.imports.names import is_collective, words_of
from households.models import Occasion

Value = TypeVar("Value")


@dataclass(frozen=True)
class Reading(Generic[Value]):
    """What a cell was understood as; with a doubt it is a guess, and without a value the words have to stay."""

    value: Value | None
    doubt: str = ""


STATUS_WORDS = {
    "": "idea",
    "ideas": "idea",
    "maybe": "idea",
    "wish": "idea",
    "shortlist": "shortlisted",
    "on shortlist": "shortlisted",
    "favourite": "shortlisted",
    "favorite": "shortlisted",
    "plan": "planned",
    "reserved": "planned",
    "claimed": "planned",
    "to buy": "planned",
    "in cart": "buying",
    "on order": "ordered",
    "preordered": "ordered",
    "bought": "delivered",
    "purchased": "delivered",
    "got it": "delivered",
    "got": "delivered",
    "have it": "delivered",
    "arrived": "delivered",
    "here": "delivered",
    "packed": "wrapped",
    "given": "gifted",
    "gave": "gifted",
    "done": "gifted",
    "drop": "dropped",
    "no": "dropped",
    "rejected": "dropped",
    "cancelled": "dropped",
    "canceled": "dropped",
} | {status: status for status in STATUSES}
NOT_SECRET = {"no", "n", "false", "0", "nein", "open", "-"}
SECRET = {"x", "xx", "yes", "y", "true", "1", "ja", "secret", "hidden", "✓", "✔", "✗", "✘", "☑", "☒", "✅"}
NOBODY = {"tbd", "tba", "na", "none", "nobody", "noone", "open", "somebody", "someone", "anyone", "anybody", "unknown"}
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)|['\u2019](\d\d)(?!\d)")
OCCASION_WORDS = {
    Occasion.Kind.CHRISTMAS: {"christmas", "xmas", "x mas", "weihnachten", "noel", "navidad"},
    Occasion.Kind.BIRTHDAY: {"birthday", "bday", "b day", "geburtstag"},
    Occasion.Kind.ANNIVERSARY: {"anniversary", "wedding anniversary", "hochzeitstag"},
}


# Days of the calendar: that they come tells nobody anything.
FEASTS = {
    *("advent", "nikolaus", "st nicholas", "nicholas", "hanukkah", "chanukah", "new year", "neujahr", "epiphany"),
    *("easter", "ostern", "eid", "diwali", "thanksgiving", "valentines day", "valentinstag", "name day", "namenstag"),
    *("mothers day", "muttertag", "fathers day", "vatertag", "childrens day", "kindertag"),
}


@dataclass(frozen=True)
class OccasionName:
    """An occasion as it was typed. A plain one is a word of its kind and nothing else: all its names mean one."""

    text: str
    name: str
    kind: str
    year: int | None
    is_plain: bool

    @property
    def key(self) -> str:
        return casefold_key(self.text) or ""

    @property
    def tells_nothing(self) -> bool:
        """Whether everybody may read the name: a birthday is no secret, and neither is Easter."""
        return self.is_plain or " ".join(words_of(self.name)) in FEASTS

    @property
    def is_personal(self) -> bool:
        """Everybody has a birthday of their own, and each couple its anniversary."""
        return self.kind in {Occasion.Kind.BIRTHDAY, Occasion.Kind.ANNIVERSARY}


def read_occasion(text: str) -> OccasionName | None:
    text = tidy(text)
    if not text:
        return None
    years = YEAR.findall(text)
    year = None
    name = text
    if len(years) == 1:
        year = int(years[0][0] or f"20{years[0][1]}")
        name = tidy(YEAR.sub(" ", text)).strip(" -,()/") or text
    phrase = " ".join(words_of(name))
    for kind, words in OCCASION_WORDS.items():
        if any(re.search(rf"\b{word}\b", phrase) for word in words):
            return OccasionName(text, name, kind, year, is_plain=phrase in words and not _has_digits(name))
    return OccasionName(text, name, Occasion.Kind.OTHER, year, is_plain=False)


def read_status(text: str) -> Reading[str]:
    words = (casefold_key(text) or "").rstrip("!.")
    if words in STATUS_WORDS:
        return Reading(STATUS_WORDS[words])
    return Reading(None, "no word for a state that we know")


def read_quantity(text: str) -> Reading[int]:
    typed = casefold_key(text)
    if typed is None:
        return Reading(1)
    found = re.fullmatch(r"x?\s?([0-9]{1,9})(?:[.,]0+)?\s?(x|pcs?|pieces?|st|stk|stück)?\.?", typed)
    if found and 1 <= int(found[1]) <= MAX_QUANTITY:
        return Reading(int(found[1]))
    return Reading(None, f"no number from 1 to {MAX_QUANTITY}, so taken as one")


def read_secret(text: str) -> Reading[bool]:
    """Any mark hides it: a surprise that shows is worse than a wish that does not."""
    mark = casefold_key(text)
    if mark is None or mark in NOT_SECRET:
        return Reading(False)
    return Reading(True, "" if mark in SECRET else "taken as a mark that it is secret")


def read_link(text: str) -> Reading[str]:
    link = text.strip()
    if not link:
        return Reading("")
    if _is_url(link):
        return Reading(link)
    if "." in link and _is_url(f"https://{link}"):
        return Reading(f"https://{link}", "taken as an address on https")
    return Reading(None, "not the address of a page")


def read_recipient(text: str) -> Reading[str]:
    name = tidy(text)
    if name and (not any(char.isalpha() for char in name) or "".join(words_of(name)) in NOBODY):
        return Reading("", "nobody yet")
    return Reading(name)


def read_buyer(text: str) -> Reading[str]:
    """A name becomes a Person whom everybody sees, so whatever might be more than a name stays a note."""
    name = tidy(text)
    if not name:
        return Reading("")
    looks_like_a_name = re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[ .'\u2019&+-]){0,59}", name)
    if not looks_like_a_name or len(name.split()) > 6:
        return Reading(None, "not simply a name")
    if is_collective(name) or "".join(words_of(name)) in NOBODY:
        return Reading(None, "nobody in particular")
    return Reading(name)


def tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _has_digits(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _is_url(text: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        return False
    return True
