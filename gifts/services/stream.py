"""The diary, live: one hold of a stream, which waits until there is something to tell or its time is over.

What somebody sees of a hold depends on the clock and on the entries that they may read, and on nothing else: an entry
that is hidden from them neither ends it, nor moves a heartbeat, nor shows in an id.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from config import wakeups
from config.database import lent_connection
from config.errors import Code, Refusal, invalid
from gifts.models.diary import diary_read_by
from households.models import Activity, ActivityQuerySet, DiaryCounter
from households.services.diary import channel_of
from households.viewer import Viewer

logger = structlog.get_logger("hearth.stream")

BATCH = 100
RETRY_MS = 1_000
BUSY_RETRY_MS = 5_000
HOLDS_PER_SESSION = 2
BEFORE_ALL = UUID(int=0)


def diary_of(viewer: Viewer, household_id: UUID | None = None) -> UUID:
    """The household whose diary is meant. To whoever does not plan there, guests too, there is none."""
    places = [place for place in viewer.planning_household_ids if household_id in {None, place}]
    if not places:
        raise Refusal(Code.RESOURCE_NOT_FOUND)
    if len(places) > 1:
        raise invalid(household="Say which household.")
    return places[0]


@dataclass(eq=False)
class Hold:
    """One request for the stream. `viewer_now` reads anew who is asking, None once they have been signed out."""

    household_id: UUID
    session_id: UUID
    after: UUID | None
    viewer_now: Callable[[], Viewer | None]
    render: Callable[[Activity], str]
    is_replaced: bool = False

    def blocks(self) -> Iterator[str]:
        """What is sent, block by block."""
        with open_holds.place_for(self) as seconds:
            yield _block(f"retry: {RETRY_MS if seconds else BUSY_RETRY_MS}")
            try:
                if self.after is None:
                    # Where "now" is: whoever is cut off before the first entry resumes from here.
                    yield _block(f"id: {self._position}")
                yield from self._wait_and_tell(seconds)
            except (OperationalError, InterfaceError) as error:
                logger.warning("stream ended early", reason=type(error).__name__)

    def _wait_and_tell(self, seconds: float) -> Iterator[str]:
        listener = wakeups.listen(channel_of(self.household_id))
        started = time.monotonic()
        ticks = 1
        while True:
            if entries := self._news():
                yield from entries
                return
            if self.is_replaced or wakeups.is_stopping():
                return
            now = time.monotonic() - started
            next_tick = ticks * settings.STREAM_HEARTBEAT_S
            # Each of them is sent, also when looking took long: how many there are depends on nothing.
            if next_tick < seconds and now >= next_tick:
                if not self._may_stay():
                    return
                yield ": ping\n\n"
                ticks += 1
            elif now >= seconds:
                return
            else:
                listener.wait(min(settings.STREAM_POLL_S, next_tick - now, seconds - now))

    @cached_property
    def _position(self) -> UUID:
        """The entry after which this hold tells."""
        if self.after is not None:
            return self.after
        with lent_connection():
            newest = self._entries().order_by("-pk").values_list("pk", flat=True).first()
        return newest or BEFORE_ALL

    @cached_property
    def _looked_at(self) -> UUID:
        """The last entry that was there when this hold last looked, whoever may read it."""
        return self._position

    def _news(self) -> list[str]:
        """What has come by now that this viewer may read; their rights are read anew for it.

        Who has been signed out is told nothing, and sent away by the clock: an end right here would tell them of an
        entry.
        """
        with lent_connection():
            counter = DiaryCounter.objects.filter(household=self.household_id)
            last = counter.values_list("last_entry", flat=True).first()
            if last is None or last <= self._looked_at:
                return []
            entries = list(self._entries().filter(pk__gt=self._position).order_by("pk")[:BATCH])
            self._looked_at = last
            return [_block(f"id: {entry.pk}", "event: activity", f"data: {self.render(entry)}") for entry in entries]

    def _entries(self) -> ActivityQuerySet:
        return diary_read_by(self.viewer_now()).filter(household=self.household_id)

    def _may_stay(self) -> bool:
        with lent_connection():
            viewer = self.viewer_now()
        return viewer is not None and self.household_id in viewer.planning_household_ids


class OpenHolds:
    """The holds of this process. Each occupies a thread, so there is room for some; who comes then is not held."""

    def __init__(self) -> None:
        self._open: list[Hold] = []
        self._lock = Lock()

    @contextmanager
    def place_for(self, hold: Hold) -> Iterator[float]:
        """How many seconds it may take; none when there is no room."""
        try:
            yield settings.STREAM_HOLD_S if self._enter(hold) else 0.0
        finally:
            self._leave(hold)

    def _enter(self, hold: Hold) -> bool:
        with self._lock:
            own = [other for other in self._open if other.session_id == hold.session_id]
            # A phone that changed networks has left one behind; and nobody shall take up all the room.
            for older in own[: len(own) + 1 - HOLDS_PER_SESSION]:
                older.is_replaced = True
                self._open.remove(older)
                wakeups.wake_here(channel_of(older.household_id))
            has_room = len(self._open) < settings.STREAM_MAX_HOLDS
            if has_room:
                self._open.append(hold)
            return has_room

    def _leave(self, hold: Hold) -> None:
        with self._lock:
            if hold in self._open:
                self._open.remove(hold)


open_holds = OpenHolds()


def _block(*lines: str) -> str:
    return "\n".join(lines) + "\n\n"
