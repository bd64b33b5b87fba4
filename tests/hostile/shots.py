"""One hostile request, and what is wrong with the answer to it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.http import HttpResponse

from accounts.models import User
from households.models import Household, Membership
from tests.envelope import code_of
from tests.hostile.operations import Operation
from tests.secrecy.world import domain


@dataclass
class Shot:
    """`refused`: the answer must be one of 4xx; otherwise it may be anything but a failure."""

    name: str
    operation: Operation
    url: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    refused: bool = False
    method: str = ""

    def __str__(self) -> str:
        return f"{self.operation} {self.name} ({self.url[:80]})"


@dataclass
class Tally:
    shots: int
    refused: int
    wrong: list[str]


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests do not hang up on the database at their end: what this test has made is in a transaction there."""
    both = (request_started, request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in both:
            signal.connect(close_old_connections)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done in here is undone, also what is committed in there: sessions that end, attempts that are counted.

    Inside of a test's own transaction only. It is no `atomic`, in which some services would refuse to work.
    """
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def fire_all(shots: Iterable[Shot]) -> Tally:
    """What each of them does is undone, so that the next finds the same household."""
    tally, before = Tally(0, 0, []), fingerprint()
    for shot in shots:
        with taken_back():
            answer = fire(shot)
            is_refused_write = answer.status_code >= 400 and shot.operation.method != "GET"
            changed = is_refused_write and fingerprint() != before
        tally.shots += 1
        tally.refused += answer.status_code >= 400
        complaint = wrong_with(shot, answer) or ("it did a part of it" if changed else "")
        if complaint:
            tally.wrong.append(f"{shot}: {answer.status_code} {complaint}")
    return tally


def fire(shot: Shot) -> HttpResponse:
    method = shot.method or shot.operation.method
    # The path goes as it stands: what is escaped in it is for the server to read.
    answer = shot.operation.api.generic(
        method, shot.url, shot.body, content_type=shot.content_type, headers=shot.headers or None
    )
    if answer.streaming:
        answer.getvalue()
    return answer


def wrong_with(shot: Shot, answer: HttpResponse) -> str:
    if answer.status_code >= 500:
        return "a failure"
    if shot.refused and answer.status_code < 400:
        return "was not refused"
    if "Content-Security-Policy" not in answer or "X-Request-ID" not in answer:
        return "has not all headers"
    if answer.status_code >= 400 and shot.method != "HEAD":
        try:
            code_of(answer)
        except (AssertionError, KeyError, ValueError) as error:
            return f"is not in the envelope: {error!r}"
    return ""


def fingerprint() -> list[tuple]:
    """How many rows there are of all that a family has, and when each table was changed last."""
    tables = [model._meta.db_table for model in (User, Household, Membership, *domain())]
    # The names of our own tables.
    counts = (f"SELECT '{name}', COUNT(*), MAX(updated_at) FROM {name}" for name in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts))
        return sorted(cursor.fetchall())
