"""How long it takes from the command to the first answer, with nothing to migrate."""

import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.contenders import ALL, Contender, served
from benchmarks.throughput import tell


def measure(rounds: int, logs: Path) -> dict[str, dict[str, Any]]:
    """In seconds: each contender in turn, round by round."""
    seconds: dict[str, list[float]] = {contender.name: [] for contender in ALL}
    for _ in range(rounds):
        for contender in ALL:
            seconds[contender.name].append(_first_answer(contender, logs))
    return {name: {"median_s": round(median(all_of), 3), "rounds": all_of} for name, all_of in seconds.items()}


def _first_answer(contender: Contender, logs: Path) -> float:
    began = time.monotonic()
    with served(contender, logs):
        took = round(time.monotonic() - began, 3)
    tell(f"  {contender.name:<12}{took:>7.2f} s to the first answer")
    return took
