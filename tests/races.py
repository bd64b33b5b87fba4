"""Races against the whole HTTP stack, each request on a connection of its own; they return what came of it."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

from tests.cast import Member
from tests.concurrency import simultaneously


def posts_with_one_key(
    member: Member, path: str, body: Any, *, effects: Callable[[], int], times: int = 50
) -> tuple[int, Counter[tuple[int, bytes]]]:
    """The same POST so many times at once, with one Idempotency-Key: how often it took effect, and all answers."""
    clients, before = devices_of(member, times), effects()

    def post() -> tuple[int, bytes]:
        answer = clients.pop().post(path, body, headers={"Idempotency-Key": "one-key"})
        return answer.status_code, answer.content

    answers = Counter(simultaneously(post, times))
    return effects() - before, answers


def changes_with_one_etag(
    member: Member, path: str, body: Any = None, *, method: str = "PATCH", times: int = 20
) -> Counter[int]:
    """The same change so many times at once, each of the row as it was read before: how each was answered."""
    clients = devices_of(member, times)
    etag = clients[0].get(path)["ETag"]

    def change() -> int:
        return getattr(clients.pop(), method.lower())(path, body, headers={"If-Match": etag}).status_code

    return Counter(simultaneously(change, times))


def devices_of(member: Member, number: int) -> list[APIClient]:
    return [member.api() for _ in range(number)]
