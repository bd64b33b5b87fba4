"""Whether two names might mean one human being. In doubt they do: somebody asks then, and nothing is spoiled."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

KINSHIP = {
    "grandma": {"grandma", "granny", "gran", "nana", "nanna", "oma", "grandmother", "grandmum", "grandmom", "abuela"},
    "grandpa": {"grandpa", "grandad", "granddad", "opa", "grandfather", "gramps", "abuelo"},
    "mum": {"mum", "mom", "mama", "mummy", "mommy", "mamma", "mother", "mutti", "ma"},
    "dad": {"dad", "daddy", "papa", "father", "vati", "pa", "pop", "pops"},
}
KINSHIP_OF = {word: kin for kin, words in KINSHIP.items() for word in words}
# Words that many people share; alone they still name somebody.
TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "uncle", "aunt", "auntie", "tante", "onkel"} | {
    "cousin", "teacher", "de", "der", "van", "von", "la", "di", "the", "my", "our", *KINSHIP
}  # fmt: skip
# Who is meant depends on who typed it, and it is often one of those who sign in.
STAND_INS = {"me", "i", "myself", "self", "us", "we", "mum", "dad", "wife", "husband", "hubby", "spouse", "partner"} | {
    "son", "daughter", "brother", "sister", "bro", "sis", "girlfriend", "boyfriend"
}  # fmt: skip
COLLECTIVES = {"all", "everybody", "everyone", "family", "kids", "children", "parents", "both", "together"}
HALVES = re.compile(r"\s*[&+]\s*|\s+(?:and|und|et)\s+", re.IGNORECASE)
INVISIBLE = {"Mn", "Cf"}
ALMOST = 0.8


def words_of(name: str) -> list[str]:
    """The words of a name without case, accents, digits and signs; all words for a grandmother are one."""
    # Invisible characters come out first: they could part a word, or make a twin of it.
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if unicodedata.category(char) not in INVISIBLE)
    return [KINSHIP_OF.get(word, word) for word in re.findall(r"[^\W\d_]+", plain.casefold())]


def halves_of(name: str) -> list[str]:
    """`Grandma & Grandpa` is two; a name of one person is that one."""
    return [half for half in HALVES.split(unicodedata.normalize("NFKC", name).strip()) if half]


def is_collective(name: str) -> bool:
    """`The kids`, `whole family`: some of them may sign in, and nobody can tell whom to hide it from."""
    return "".join(_plain_words(name)) in COLLECTIVES


def is_stand_in(name: str) -> bool:
    return bool(_plain_words(name)) and STAND_INS.issuperset(_plain_words(name))


def has_stand_in(text: str) -> bool:
    """Whether a text speaks of somebody without their name: `for my wife`."""
    return not STAND_INS.isdisjoint(words_of(text))


def _plain_words(name: str) -> list[str]:
    return [word for word in words_of(name) if word not in {"my", "our", "the", "whole"}]


def might_be(name: str, known: Iterable[str]) -> bool:
    """Whether this might be a member who is known by these names, login included."""
    return any(alike(words_of(name), words_of(other)) for other in known)


def alike(ours: list[str], theirs: list[str]) -> bool:
    if not ours or not theirs:
        return False
    joined = "".join(ours)
    if joined == "".join(theirs) or _are_initials(joined, theirs):
        return True
    return any(
        _similar(our, their) and (not {our, their} <= TITLES or TITLES.issuperset(ours) or TITLES.issuperset(theirs))
        for our in ours
        for their in theirs
    )


def _are_initials(joined: str, words: list[str]) -> bool:
    """`L` for Leo, `MB` for Mia Bauer."""
    return len(joined) <= 3 and "".join(word[0] for word in words).startswith(joined)


def _similar(one: str, other: str) -> bool:
    if one == other:
        return True
    # Grandma is one letter from Grandpa, and somebody else.
    if {one, other} & KINSHIP.keys() or min(len(one), len(other)) < 2:
        return False
    if one.startswith(other) or other.startswith(one):
        return True
    return SequenceMatcher(None, one, other).ratio() >= ALMOST
