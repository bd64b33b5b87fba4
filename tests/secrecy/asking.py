"""What there is to ask: every route that reads, with every filter, search, ordering and page size of the schema."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.envelope import NOWHERE
from tests.secrecy.doors import ROW_BEHIND, Door, Rows, reads

# Words and numbers that stand in no row.
NEVER = {"words": "zzyzx", "amount": "9999999.99", "date": "2099-09-09"}


@dataclass
class Questions:
    """`hidden` are rows that the one who asks may not know; `known` are rows of theirs; all by the name of their kind.

    `words`, `amounts` and `dates` are values of hidden fields."""

    known: list[Rows]
    hidden: list[Rows]
    words: list[str] = field(default_factory=list)
    amounts: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    # How many values of each parameter, and how many kinds of hidden rows to try; None for all of them.
    most: int | None = None
    # All of what the schema offers to choose from, all the same.
    every_choice: bool = True
    # What to add to an ordering: short pages have cursors, long ones show the whole order.
    page: str = ""

    @property
    def row_sets(self) -> list[Rows]:
        """Of each kind of secret, unless there is time for a few only: then those that have pages of their own."""
        never = dict.fromkeys(self.known[0], NOWHERE)
        if self.most is None:
            return [*self.known, *self.hidden, never]
        return [*self.known[:4], *self.hidden[: self.most], never]

    def plain(self) -> list[str]:
        """Every route with every row, and nothing more."""
        return [url for door in reads() for url in door.addresses(self.row_sets)]

    def collections(self) -> list[str]:
        """Those that take no id: where a row more or less would show."""
        return [url for door in reads() if not door.takes_ids for url in door.addresses(self.row_sets)]

    def all(self) -> list[str]:
        return list(dict.fromkeys(url for door in reads() for url in self.of(door)))

    def of(self, door: Door) -> Iterator[str]:
        """One route with all its rows, and with every parameter where there is something to narrow."""
        yield from door.addresses(self.row_sets)
        # Where the row does not exist for somebody, no parameter is looked at.
        for url in door.addresses(self.known)[: self.most and 1]:
            for query in self.queries(door):
                yield f"{url}?{query}"

    def queries(self, door: Door) -> Iterator[str]:
        for name, kind in door.parameters.items():
            values = self.values(name, kind)
            more = self.page if name == "ordering" else ""
            if not self.every_choice or "enum" not in kind.get("items", kind) or more:
                values = self.some(values)
            yield from (f"{name}={quote(value)}{more}" for value in values)
        if "limit" in door.parameters:
            yield "limit=3"
            yield "cursor=forged"

    def some(self, values: list[str]) -> list[str]:
        """Evenly spread, if not all of them."""
        if self.most is None or len(values) <= self.most:
            return values
        return values[:: -(-len(values) // self.most)]

    def values(self, name: str, kind: dict[str, Any]) -> list[str]:
        """What to try for a parameter: all that it offers, and whatever could find what is hidden."""
        one = kind.get("items", kind)
        if "enum" in one:
            return [str(value) for value in one["enum"]]
        if one.get("format") == "uuid":
            return self.ids(name)
        if one.get("format") in {"date", "date-time"}:
            return [*self.dates, NEVER["date"]]
        if one.get("type") == "boolean":
            return ["true", "false"]
        if name in {"limit", "cursor"}:
            return []  # with the pages
        if one.get("type") in {"number", "integer"}:
            return [*self.amounts, NEVER["amount"]]
        if one.get("type") == "string":
            return [*self.words, NEVER["words"]]
        raise AssertionError(f"What to try for {name}: {kind}? Say so in tests/secrecy/asking.py.")

    def ids(self, name: str) -> list[str]:
        """The rows that a parameter of this name can mean, hidden ones first, and one that never was."""
        kinds = [ROW_BEHIND[name]] if name in ROW_BEHIND else sorted(self.known[0])
        found = [str(rows[kind]) for rows in (*self.hidden, *self.known) for kind in kinds if kind in rows]
        return list(dict.fromkeys([*found, NOWHERE]))
