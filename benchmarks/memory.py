"""Whether a worker grows: its resident memory along many requests of every kind."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import work
from benchmarks.contenders import HEARTH, running
from benchmarks.load import load
from benchmarks.restoring import Snapshot
from benchmarks.scene import Scene
from benchmarks.throughput import tell

STRETCH_S = 5
EACH = 3
LONGEST = ("sign in", "refresh a session")  # the one takes too long, of the other the tokens would run out


def measure(scene: Scene, options: argparse.Namespace, logs: Path) -> list[dict[str, Any]]:
    """One worker, reads and writes mixed, until so many are answered: a sample every few seconds."""
    snapshot = Snapshot.of(scene)
    with running([HEARTH], logs, workers=1) as (server,):
        samples = [{"requests": 0, "rss_mb": round(server.memory_mb(), 2)}]
        while samples[-1]["requests"] < options.requests:
            done = load(server.url, mixed(scene), scene.access, STRETCH_S)
            answered = samples[-1]["requests"] + done.requests
            samples.append({"requests": answered, "rss_mb": round(server.memory_mb(), 2)})
            tell(f"  {answered:>9,} requests: {samples[-1]['rss_mb']:.1f} MB")
    snapshot.restore()
    return samples


def mixed(scene: Scene) -> Iterator[work.Request]:
    """Something of every kind of work in turn. Claims are made and moved on the same few items over and over."""
    kinds = [each for each in work.ALL if each.name not in LONGEST]
    for number in range(EACH):
        for each in kinds:
            asks = list(each.requests(scene, 1))
            yield asks[number % len(asks)]
