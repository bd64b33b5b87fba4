"""What it costs to know who asks: a view that answers the same words to everybody, with Hearth's door and without."""

import argparse
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.contenders import HEARTH, running
from benchmarks.load import load
from benchmarks.scene import Scene
from benchmarks.throughput import tell
from benchmarks.work import API, Request

CONSTANT = replace(HEARTH, name="constant view", environment={"DJANGO_SETTINGS_MODULE": "benchmarks.constant.settings"})
VIEWS = ("open", "signed-in")


def measure(scene: Scene, options: argparse.Namespace, logs: Path) -> dict[str, dict[str, float]]:
    rows: dict[str, list[tuple[float, float]]] = {view: [] for view in VIEWS}
    with running([CONSTANT], logs) as (server,):
        for _ in range(options.rounds):
            for view in VIEWS:
                asks = [Request("GET", f"{API}/{view}")]
                load(server.url, asks, scene.access, options.warm_up or 1)
                server.settle()
                cpu = server.cpu_seconds()
                done = load(server.url, asks, scene.access, options.seconds)
                rows[view].append((done.requests / done.seconds, (server.cpu_seconds() - cpu) / done.requests * 1000))
    told: dict[str, Any] = {view: _medians(rows[view]) for view in VIEWS}
    told["ratio"] = round(median(a[0] / b[0] for a, b in zip(rows["open"], rows["signed-in"], strict=True)), 2)
    tell(f"  constant view: {told}")
    return told


def _medians(rows: list[tuple[float, float]]) -> dict[str, float]:
    return {"rps": round(median(rps for rps, _ in rows), 1), "cpu_ms": round(median(cpu for _, cpu in rows), 4)}
