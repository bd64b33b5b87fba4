"""A world with its canaries, and everybody at the API."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.secrecy.asking import Questions
from tests.secrecy.canaries import Cage
from tests.secrecy.looking import Ear, Watcher
from tests.secrecy.world import SEES, VIEWERS, World, make_world


@dataclass
class Stage:
    world: World
    cage: Cage
    watchers: dict[str, Watcher]

    def questions(self, viewer: str, most: int | None = None, *, every_choice: bool = True) -> Questions:
        """All that this viewer could ask with: ids of what they know and of what they do not, and hidden words."""
        sets = self.world.row_sets()
        never = sets.pop("never")
        known = [sets[kind] for kind in sets if viewer in SEES[kind]] or [never]
        hidden = [sets[kind] for kind in sets if viewer not in SEES[kind]]
        amounts = [str(canary.value) for canary in self.cage.canaries if canary.name == "gift.price"]
        dates = [str(canary.value) for canary in self.cage.canaries if canary.name == "giftlist.occurs_on"]
        return Questions(known, hidden, ["cnry", "surprise"], amounts[:2], dates[:2], most, every_choice, "&limit=2")


def set_stage() -> Stage:
    world = make_world()
    watchers = {name: Watcher(name, api) for name, api in world.apis().items()}
    return Stage(world, Cage(world), {name: watchers[name] for name in VIEWERS})


@contextmanager
def listening(watcher: Watcher) -> Iterator[None]:
    """While somebody asks, every log line is theirs."""
    ear, root = Ear(watcher.logs), logging.getLogger()
    root.addHandler(ear)
    try:
        yield
    finally:
        root.removeHandler(ear)
