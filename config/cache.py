"""What may be lost: kept in Redis, or without REDIS_URL in this process's own memory.

Nothing here is ever needed. While the cache is away every helper says that nothing is there, and Hearth works, slower.
So no lock, revocation, idempotency or login limit may rest on it: those live in the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis import RedisError

from config.breaker import Breaker

Answer = TypeVar("Answer")

breaker = Breaker("cache", failures=(RedisError, OSError, ConnectionInterrupted))


@dataclass(frozen=True)
class Shelf:
    """One kind of thing that is kept, and how many seconds each of them stays."""

    name: str
    seconds: int


PREVIEWS = Shelf("preview", seconds=60 * 60)
API_LIMITS = Shelf("limit", seconds=60)


def get(shelf: Shelf, key: str) -> Any | None:
    return breaker.attempt(lambda: cache.get(_place(shelf, key)), otherwise=None)


def put(shelf: Shelf, key: str, value: Any) -> None:
    """Keep this JSON value."""
    breaker.attempt(lambda: cache.set(_place(shelf, key), value, timeout=shelf.seconds), otherwise=None)


def forget(shelf: Shelf, key: str) -> None:
    breaker.attempt(lambda: cache.delete(_place(shelf, key)), otherwise=None)


def fetch(shelf: Shelf, key: str, make: Callable[[], Answer | None]) -> Answer | None:
    """What is kept under this key, else what `make` says, kept from now on unless it is None."""
    kept = get(shelf, key)
    if kept is not None:
        return kept
    made = make()
    if made is not None:
        put(shelf, key, made)
    return made


def count(shelf: Shelf, key: str) -> int | None:
    """How often this was called for the key within the shelf's time; None when nobody knows."""
    return breaker.attempt(lambda: _incremented(_place(shelf, key), shelf.seconds), otherwise=None)


def _place(shelf: Shelf, key: str) -> str:
    return f"{shelf.name}:{key}"


def _incremented(place: str, seconds: int) -> int:
    # Both commands are atomic. Whoever finds nothing starts the count; somebody quicker sends us back to add to theirs.
    for _ in range(2):
        try:
            return cache.incr(place)
        except ValueError:
            if cache.add(place, 1, timeout=seconds):
                break
    return 1
