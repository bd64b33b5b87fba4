"""What `doctor` finds, and how an app says which of its rules hold over all rows.

Rules are what constraints cannot say and services keep. Each app has its own in `<app>/diagnosis.py`, which is found by
that name; so a rule about gifts stays among the gifts.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from django.db import connection, transaction

IDS_SHOWN = 5


class State(StrEnum):
    OK = "ok"
    NOTE = "note"  # works, and is worth knowing
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """In it are ids, numbers and our own words, never a name, a title or a secret: it ends up in logs and mails."""

    name: str
    state: State
    says: str
    advice: str = ""
    count: int = 0
    ids: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        shown = f" ({', '.join(self.ids)}{', ...' if self.count > len(self.ids) else ''})" if self.ids else ""
        counted = f"{self.count:,} " if self.count else ""
        advice = f" {self.advice}" if self.advice else ""
        return f"{self.state:<5}  {self.name}: {counted}{self.says}{shown}.{advice}"

    @property
    def facts(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Rule:
    """`broken_by` gives the ids of the rows that break it."""

    name: str
    says: str
    advice: str
    state: State
    broken_by: Callable[[], Iterable[Any]]

    def finding(self) -> Finding | None:
        broken = iter(self.broken_by())
        ids = [str(pk) for pk in islice(broken, IDS_SHOWN)]
        count = len(ids) + sum(1 for _ in broken)
        return Finding(self.name, self.state, self.says, self.advice, count, ids) if ids else None


RULES: list[Rule] = []
Rows = Callable[[], Iterable[Any]]


def rule(says: str, *, advice: str, state: State = State.WRONG) -> Callable[[Rows], Rows]:
    """Makes a function a rule of its own name. `says` goes on from a number: "items have no plan"."""

    def register(broken_by: Rows) -> Rows:
        RULES.append(Rule(broken_by.__name__, says, advice, state, broken_by))
        return broken_by

    return register


def broken_rules() -> Iterator[Finding]:
    for each in RULES:
        with unhurried():
            found = each.finding()
        if found:
            yield found


@contextmanager
def unhurried() -> Iterator[None]:
    """A look that may take longer than a request may."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
        yield
