"""What of a note the recipient may read."""

import re
from collections.abc import Iterable

from gifts.services.imports.cells import STATUS_WORDS
from gifts.services.imports.names import TITLES, words_of

MAX_NOTE = 2000
# Words of somebody who gives: who gets it, where it is hidden, how far it is.
TELLING = {word for phrase in STATUS_WORDS for word in words_of(phrase)} - {
    "no", "here", "in", "on", "it", "to", "have", "idea", "ideas", "maybe", "wish",
} | {
    "buy", "buys", "buying", "order", "orders", "pay", "pays", "paid", "chip", "chips", "give", "gives", "giving",
    "hide", "hiding", "attic", "cellar", "secret", "secretly", "surprise", "arrives", "arriving", "delivery", "parcel",
    "receipt", "return", "returned", "double", "duplicate", "twice", "ask", "already", "expensive", "cheaper", "budget",
    "wrap", "wrapping", "collect", "pick", "share", "split", "wait", "seats", "sale", "gekauft", "bestellt",
    "versteckt", "geschenk",
}  # fmt: skip


def tells_of_givers(note: str, known_names: Iterable[str]) -> bool:
    """Whether a note might speak of who gives, or of how far it is. In doubt it does."""
    words = set(words_of(note))
    people = {word for name in known_names for word in words_of(name) if word not in TITLES and len(word) > 1}
    return bool(words & (TELLING | people)) or re.search(r"[$€£]", note) is not None


def joined(*parts: str) -> str:
    """One line each, none of them twice."""
    lines = [line for part in parts for line in part.splitlines() if line.strip()]
    return "\n".join(dict.fromkeys(lines))
