"""Measures Hearth: beside others, as it grows, and along many requests. `benchmarks/README.md` says what is what."""

import argparse
import json
from itertools import product

from benchmarks.load import require_wrk
from benchmarks.places import DATABASES, end_politely, place_for, run

CONTENDERS = ("Hearth", "FastAPI", "plain DRF", "floor")
AXES = ("households", "items", "depth")
PARTS = ("throughput", "overheads", "memory", "growth")


def main() -> None:
    options = parser().parse_args()
    end_politely()
    require_wrk()
    for database, (parts, axis) in product(options.databases, runs(options.parts, options.axes)):
        with place_for(database) as environment:
            told = vars(options) | {"database": database, "parts": parts, "axis": axis}
            run(environment, "-m", "benchmarks.on_database", json.dumps(told))


def runs(parts: list[str], axes: list[str]) -> list[tuple[list[str], str]]:
    """What goes together into one database: the parts that want a full one, and of growth one axis after the other."""
    seeded = [part for part in parts if part != "growth"]
    grown = [(["growth"], axis) for axis in axes if "growth" in parts]
    return [(seeded, ""), *grown] if seeded else grown


def parser() -> argparse.ArgumentParser:
    one = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    one.add_argument("--parts", nargs="+", choices=PARTS, default=["throughput"])
    one.add_argument("--rounds", type=int, default=5)
    one.add_argument("--seconds", type=int, default=10, help="how long each measurement loads a server")
    one.add_argument("--warm-up", type=int, default=1, help="seconds of the same before each, which do not count")
    one.add_argument("--items", type=int, default=1_000_000, help="in the whole host; the family has 5,000 of them")
    one.add_argument("--households", type=int, default=10_000, help="how many growth makes at most")
    one.add_argument("--axes", nargs="+", choices=AXES, default=AXES, help="along which growth is measured")
    one.add_argument("--requests", type=int, default=100_000, help="how many memory sends")
    one.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    one.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS)
    one.add_argument("--work", nargs="+", default=[], help="only work with one of these words in its name")
    return one


if __name__ == "__main__":
    main()
