"""Waking whoever waits for something to happen: in this process at once, in the others through Redis if there is one.

A wake carries no news, it only says "look again", and it may be lost. So nobody may depend on it: who waits also looks
by themself every second or so, and who wakes neither waits nor fails, whatever has become of Redis.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from queue import Full, Queue

import structlog
from django.conf import settings
from redis import Redis, RedisError
from uuid_utils.compat import uuid7

logger = structlog.get_logger("hearth.wakeups")
PAUSE_S = 1  # before Redis is tried again


def redis_connection() -> Redis:
    """A Redis that answers within a second or not at all."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, health_check_interval=15)


class Wakeups:
    """Who waits in one process. The module's own functions are those of this one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wakes: Counter[str] = Counter()
        self._is_stopping = False
        self._relay = Relay(self.wake_here)

    def listen(self, channel: str) -> "Listener":
        self._relay.listen()
        return Listener(self, channel)

    def wake(self, channel: str) -> None:
        self.wake_here(channel)
        self._relay.send(channel)

    def wake_here(self, channel: str) -> None:
        with self._changed:
            self._wakes[channel] += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """End every wait, now and from now on: the process is about to. May be called by a signal's handler."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping

    def count(self, channel: str) -> int:
        return self._wakes[channel]

    def wait_for_more_than(self, count: int, channel: str, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopping or self._wakes[channel] > count, seconds)


class Listener:
    """Somebody who waits, looks, and waits again. A wake between two waits ends the second one at once."""

    def __init__(self, wakeups: Wakeups, channel: str) -> None:
        self._wakeups, self._channel = wakeups, channel
        self._seen = wakeups.count(channel)

    def wait(self, seconds: float) -> None:
        """Until the channel is woken, or so many seconds have passed, or the process stops."""
        self._wakeups.wait_for_more_than(self._seen, self._channel, seconds)
        self._seen = self._wakeups.count(self._channel)


class Relay:
    """Carries wakes from process to process. Two threads do the talking, so that nobody else ever waits for Redis."""

    CHANNEL = "hearth.wakeups"

    def __init__(self, hear: Callable[[str], None]) -> None:
        self._hear = hear
        self._me = uuid7().hex
        self._outbox: Queue[str] = Queue(maxsize=100)
        self._threads: dict[str, threading.Thread] = {}
        self._starting = threading.Lock()

    def send(self, channel: str) -> None:
        if not settings.REDIS_URL:
            return
        self._start(self._publish)
        try:
            self._outbox.put_nowait(channel)
        except Full:
            logger.debug("a wake is lost")

    def listen(self) -> None:
        if settings.REDIS_URL:
            self._start(self._subscribe)

    def _start(self, talk: Callable[[], None]) -> None:
        """Not before it is needed: a thread would not survive the fork that makes a worker."""
        name = talk.__name__
        with self._starting:
            if name not in self._threads or not self._threads[name].is_alive():
                self._threads[name] = threading.Thread(target=self._keep, args=(talk,), name=name, daemon=True)
                self._threads[name].start()

    def _keep(self, talk: Callable[[], None]) -> None:
        """Talk to Redis; when it is away, say so once a minute and go on trying."""
        silent_until = 0.0
        while settings.REDIS_URL:
            try:
                talk()
            except (RedisError, OSError) as error:
                if time.monotonic() >= silent_until:
                    logger.warning("redis is away, streams look by themselves", reason=type(error).__name__)
                    silent_until = time.monotonic() + 60
                time.sleep(PAUSE_S)

    def _publish(self) -> None:
        with redis_connection() as redis:
            while settings.REDIS_URL:
                redis.publish(self.CHANNEL, f"{self._me} {self._outbox.get()}")

    def _subscribe(self) -> None:
        with redis_connection() as redis, redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            pubsub.subscribe(self.CHANNEL)
            while settings.REDIS_URL:
                message = pubsub.get_message(timeout=5)
                if message and message["type"] == "message":
                    self._heard(message["data"].decode(errors="replace"))

    def _heard(self, text: str) -> None:
        sender, _, channel = text.partition(" ")
        if sender != self._me:
            self._hear(channel)


_here = Wakeups()
listen, wake, wake_here, stop = _here.listen, _here.wake, _here.wake_here, _here.stop


def is_stopping() -> bool:
    return _here.is_stopping
