"""A circuit breaker: what has just failed, or hung, is left alone for a while."""

import time
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import structlog

logger = structlog.get_logger("hearth.breaker")
Answer = TypeVar("Answer")


class Breaker:
    """Guards one thing for all threads of a process. It logs when the thing goes and when it is back, once each."""

    def __init__(self, name: str, *, failures: tuple[type[Exception], ...], pause_s: float = 5) -> None:
        self.name = name
        self.failures = failures
        self.pause_s = pause_s
        self._lock = Lock()
        self._away_until: float | None = None

    def attempt(self, action: Callable[[], Answer], *, otherwise: Answer) -> Answer:
        """What the action answers; `otherwise` while the thing is left alone, and when it fails."""
        if not self._may_try():
            return otherwise
        try:
            answer = action()
        except self.failures as error:
            self._failed(error)
            return otherwise
        self._worked()
        return answer

    def close(self) -> None:
        """Forget whatever went wrong."""
        with self._lock:
            self._away_until = None

    def _may_try(self) -> bool:
        # After the pause one caller looks whether it is back, and only that one waits if it still hangs.
        with self._lock:
            if self._away_until is None:
                return True
            if time.monotonic() < self._away_until:
                return False
            self._away_until = time.monotonic() + self.pause_s
            return True

    def _failed(self, error: Exception) -> None:
        with self._lock:
            is_news = self._away_until is None
            self._away_until = time.monotonic() + self.pause_s
        if is_news:
            # Its kind alone: the words of an error may hold an address with a password.
            logger.warning("away", what=self.name, error=type(error).__name__, seconds=self.pause_s)

    def _worked(self) -> None:
        if self._away_until is None:
            return
        with self._lock:
            is_news, self._away_until = self._away_until is not None, None
        if is_news:
            logger.warning("back", what=self.name)
