"""From the lines of a file to rows. What cannot be a row is complained of, each in one sentence; nothing is written."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import attrgetter
from textwrap import shorten
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

import orjson

from config.errors import Code, Refusal
from tasks.services.household_files.tables import FORMAT, TABLES, VERSION, Table, name_of
from tasks.services.household_files.values import as_id

# No row is nearly as long; a file without line breaks would fill the memory.
LONGEST_LINE = 16 * 1024 * 1024
ROWS_AT_ONCE = 1_000
# Whoever mends a file wants to know of all of them, but not of each of a hundred thousand.
MOST_PROBLEMS = 100
LONGEST_SENTENCE = 300

BY_NAME = {name_of(table): table for table in TABLES}


class Row(NamedTuple):
    """A line that is about a row of this table; nothing else is known of it."""

    line: int
    table: Table
    given: dict[str, Any]


class TooMany(Exception):
    """There is no use in looking further."""


@dataclass
class Problems:
    """What is wrong with a file, in the order in which it was found."""

    sentences: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        # It may repeat what stands in the file, and be shown on a terminal that would obey it.
        printable = "".join(character if character.isprintable() else "?" for character in sentence)
        self.sentences.append(shorten(printable, LONGEST_SENTENCE, placeholder=" ..."))
        if len(self.sentences) >= MOST_PROBLEMS:
            raise TooMany

    def __bool__(self) -> bool:
        return bool(self.sentences)


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise refused("This is no export of a household: one of its lines is longer than any row.")
        yield line


class HouseholdFile:
    """The lines of a file, read once from beginning to end; `household_id` is whose it is, `counts` what was in it."""

    def __init__(self, lines: Iterable[bytes], problems: Problems) -> None:
        self._lines = enumerate(lines, start=1)
        self._problems = problems
        self.counts: Counter[str] = Counter(dict.fromkeys(BY_NAME, 0))
        self.household_id = self._begin()

    def batches(self) -> Iterator[tuple[Table, list[Row]]]:
        """The rows of one table after the other, some at a time."""
        for table, rows in groupby(self._rows(), key=attrgetter("table")):
            while batch := list(islice(rows, ROWS_AT_ONCE)):
                yield table, batch

    def _begin(self) -> UUID:
        _, first = next(self._lines, (1, b""))
        said = _object(first)
        household_id = as_id(said.get("household"))
        if said.get("format") != FORMAT or household_id is None:
            raise refused("This is no export of a household.")
        if said.get("version") != VERSION or type(said["version"]) is not int:
            raise refused(f"This Hearth reads exports of version {VERSION}, and this one is of another version.")
        return household_id

    def _rows(self) -> Iterator[Row]:
        for number, line in self._lines:
            said = _object(line)
            if "end" in said:
                self._end(said["end"])
                return
            table, row = BY_NAME.get(str(said.get("table"))), said.get("row")
            if table is None or not isinstance(row, dict):
                self._problems.add(f"Line {number} is no row of a table that this Hearth knows.")
                continue
            self.counts[name_of(table)] += 1
            yield Row(number, table, row)
        self._problems.add("The file breaks off: its last line, which says how many rows there are, is missing.")

    def _end(self, counted: Any) -> None:
        if counted != self.counts:
            self._problems.add("The file is not as it was written: its last line counts other rows than are in it.")
        if next(self._lines, None) is not None:
            self._problems.add("The file goes on behind its last line.")


def refused(sentence: str) -> Refusal:
    return Refusal(Code.VALIDATION_FAILED, sentence)


def _object(line: bytes) -> dict[str, Any]:
    """What the line says; nothing where it is no JSON object."""
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
