"""Whether two answers say the same: the same JSON, but for cursors and for what a write makes up."""

import re
from typing import Any

# What differs between two runs of one write: keys, times, tokens. And of a page, where its links lead.
MADE_UP = re.compile(r"^(id|created_at|updated_at|completed_at|at|access|refresh|device_id)$")
LINKS = {"next", "previous"}


class NotTheSame(Exception):
    """Contenders that say different things do different work."""


def compare(what: str, answers: dict[str, list[Any]], *, is_write: bool) -> None:
    """Raises NotTheSame, with the place of the first difference, unless all said what the first one did."""
    (first, expected), *others = answers.items()
    for name, said in others:
        place = difference(plain(expected, is_write), plain(said, is_write))
        if place:
            raise NotTheSame(f"{what}: {name} does not say what {first} says, at {place}")


def plain(value: Any, is_write: bool) -> Any:
    """Without what may differ; whether there is a link counts, and where it leads does not."""
    if isinstance(value, dict):
        return {key: _plain_field(key, inner, is_write) for key, inner in value.items()}
    return [plain(inner, is_write) for inner in value] if isinstance(value, list) else value


def difference(expected: Any, said: Any, place: str = "") -> str:
    """Where they differ first, and how; empty when they do not."""
    if isinstance(expected, dict) and isinstance(said, dict) and expected.keys() == said.keys():
        found = (difference(expected[key], said[key], f"{place}.{key}") for key in expected)
        return next(filter(None, found), "")
    if isinstance(expected, list) and isinstance(said, list) and len(expected) == len(said):
        pairs = enumerate(zip(expected, said, strict=True))
        return next(filter(None, (difference(*pair, f"{place}[{index}]") for index, pair in pairs)), "")
    same = expected == said and type(expected) is type(said)
    return "" if same else f"{place or 'the whole'}: {expected!r:.200} / {said!r:.200}"


def _plain_field(key: str, value: Any, is_write: bool) -> Any:
    if key in LINKS or (is_write and MADE_UP.match(key)):
        return value is None
    return plain(value, is_write)
