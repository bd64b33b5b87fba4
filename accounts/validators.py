"""What a password must not be. Django imports this only where one is set: the word lists take 15 MB."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

# What zxcvbn looks at; whoever types more has typed enough. Its work grows with the square of that: 72 signs that may
# all stand for letters (4@8(...) kept a processor for three seconds; 40 of them take less than one.
LOOKED_AT = 40
# Of 0 to 4: 10^8 guesses. Whoever holds a stolen database makes a few hundred a second of them.
GOOD_ENOUGH = 3
# Beside words that everybody knows there have to be so many letters and digits.
OF_ONES_OWN = 6


class GuessablePasswordValidator:
    """Refuses what is guessed early on: common passwords and words, keyboard rows, dates, repetitions, one's own name.

    `words` are those that anybody would try here first (OWASP ASVS 5.0, 6.1.2 and 6.2.11).
    """

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.words = set(words)

    def validate(self, password: str, user: Any = None) -> None:
        known = self.words | _words_of(user)
        if len(_left_without(known, password)) < OF_ONES_OWN:
            raise ValidationError("This is little more than a name that everybody knows.")
        found = zxcvbn(password[:LOOKED_AT], user_inputs=sorted(known))
        if found["score"] < GOOD_ENOUGH:
            warning, advice = found["feedback"]["warning"], found["feedback"]["suggestions"]
            raise ValidationError([text for text in ("This is easy to guess.", warning, *advice) if text])

    def get_help_text(self) -> str:
        return "It should not be easy to guess: three or four words that do not belong together are good."


def _words_of(user: Any) -> set[str]:
    """What everybody knows of this user, in pieces."""
    texts = [getattr(user, field, None) or "" for field in ("name", "handle", "email")]
    return {word for text in texts for word in re.split(r"\W+", text.lower()) if len(word) > 2}


def _left_without(words: set[str], password: str) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    left = re.sub("|".join(map(re.escape, longest_first)), "", password, flags=re.IGNORECASE) if words else password
    return re.sub(r"\s", "", left)
