"""Files of households: how a test writes one, spoils it, and reads it on another server."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.console import said

BAUERS = "The Bauers"
Lines = list[dict[str, Any]]


def exported(folder: Path, household: str = BAUERS, name: str = "household.jsonl") -> Path:
    """The file of this household of the tests' own database."""
    path = folder / name
    said("export_household", str(path), household=household)
    return path


def lines_in(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def written(path: Path, lines: Lines) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def with_end(lines: Lines) -> Lines:
    """With a last line that counts what is there."""
    counts = dict.fromkeys(lines[-1]["end"], 0)
    for line in lines[1:-1]:
        counts[line["table"]] += 1
    return [*lines[:-1], {"end": counts}]


def changed(path: Path, table: str, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The file with another first row of this table."""
    lines = lines_in(path)
    change(next(line["row"] for line in lines[1:-1] if line["table"] == table))
    return written(path.with_suffix(".changed"), lines)
