"""Backups of a server that is being written to, restored elsewhere and compared row by row."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import psycopg

from tests.console import Console, own_console
from tests.devices import Device, until
from tests.server import running_server

Rows = dict[str, Counter]

A_HOUSEHOLD = """
import json
from tests.cast import found
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken
from config.client import Client
mia = found("The Winters", "Mia")
print(json.dumps(str(AccessToken.for_session(open_session(user=mia.user, device_name="a phone", client=Client())))))
"""
# What is written over and over again; all else is only ever added while lists are made.
COUNTED = {"households_diarycounter", "accounts_devicesession"}


def rows_of(console: Console) -> Rows:
    """Every row of every table, as the database itself has it."""
    with _asking(console) as ask:
        every = {table: f'SELECT * FROM "{table}"' for table in _tables(console, ask)}  # noqa: S608
        return {table: Counter(map(repr, ask(sql))) for table, sql in every.items()}


@contextmanager
def _asking(console: Console) -> Iterator[Callable[[str], list]]:
    url = console.variables.get("DATABASE_URL")
    opened: Any = psycopg.connect(url) if url else sqlite3.connect(console.folder / "hearth.sqlite3")
    with closing(opened) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def _tables(console: Console, ask: Callable[[str], list]) -> list[str]:
    if "DATABASE_URL" in console.variables:
        found = ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    else:
        found = ask("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in found if not name.startswith("sqlite_")]


@dataclass
class Writers:
    """Threads that make lists as fast as the server takes them."""

    answered: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    stop: Event = field(default_factory=Event)

    def write(self, mia: Device, name: str) -> None:
        for number in count():
            if self.stop.is_set():
                return
            self.sent.append(f"{name}-{number}")
            mia.post("lists", name=f"{name}-{number}")
            self.answered.append(f"{name}-{number}")


@dataclass
class Outcome:
    """What was found of backups under load; `wrong` has a line for each broken promise."""

    backups: int = 0
    rows: int = 0
    written_meanwhile: int = 0
    wrong: list[str] = field(default_factory=list)


def backed_up_under_load(folder: Path, *, rounds: int, writers: int = 4) -> Outcome:
    outcome, load = Outcome(), Writers()
    with own_console(folder / "here") as here:
        with running_server(here.folder, **here.variables) as server, ThreadPoolExecutor(writers) as threads:
            ran = here("shell", "--no-imports", "-c", A_HOUSEHOLD)
            mia = Device(server.url, "mia", access=json.loads(ran.stdout))
            writing = [threads.submit(load.write, mia, f"list{number}") for number in range(writers)]
            try:
                moments = [_back_up(here, folder / f"backup{number}", load) for number in range(rounds)]
                until(lambda: len(load.answered) > len(moments[-1][1]))
            finally:
                load.stop.set()
            for one in writing:
                one.result()
        final = rows_of(here)
        for number, (before, after) in enumerate(moments):
            _look(folder, number, final, before, after, outcome)
        here.done("backup", str(folder / "quiet"))
        if _restored(folder, "quiet") != final:
            outcome.wrong.append("a quiet backup differs")
    return outcome


def _back_up(here: Console, target: Path, load: Writers) -> tuple[set[str], set[str]]:
    """What had been answered before, and what had been sent afterwards."""
    least = len(load.answered) + 10
    until(lambda: len(load.answered) >= least)
    before = set(load.answered)
    here.done("backup", str(target))
    return before, set(load.sent)


def _restored(folder: Path, name: str) -> Rows:
    with own_console(folder / f"{name}-restored", migrated=False) as there:
        there.done("restore", str(folder / name))
        return rows_of(there)


def _look(folder: Path, number: int, final: Rows, before: set[str], after: set[str], outcome: Outcome) -> None:
    found = _restored(folder, f"backup{number}")
    outcome.backups += 1
    outcome.rows += sum(rows.total() for rows in found.values())
    outcome.written_meanwhile += len(after - before)
    if found.keys() != final.keys():
        outcome.wrong.append(f"round {number}: other tables")
    for table in final.keys() - COUNTED:
        if found[table] - final[table]:
            outcome.wrong.append(f"round {number}: {table} has rows that never were")
    made = " ".join(found["gifts_giftlist"])
    lost = [name for name in before if f"'{name}'" not in made]
    early = found["gifts_giftlist"].total() - sum(f"'{name}'" in made for name in after)
    if lost or early:
        outcome.wrong.append(f"round {number}: {len(lost)} lost, {early} from the future")
    # Each list is written with its line in the diary, and the household's beginning has one of its own.
    if found["households_activity"].total() != found["gifts_giftlist"].total() + 1:
        outcome.wrong.append(f"round {number}: a half of a change")
