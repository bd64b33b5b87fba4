"""`make bench`: every contender on each database, then a table and a plot of each."""

import argparse
import json

from benchmarks.load import require_wrk
from benchmarks.places import DATABASES, place_for, run

CONTENDERS = ("Hearth", "FastAPI", "plain DRF", "floor")


def main() -> None:
    options = parser().parse_args()
    require_wrk()
    for database in options.databases:
        with place_for(database) as environment:
            told = json.dumps(vars(options) | {"database": database})
            run(environment, "-m", "benchmarks.on_database", told)


def parser() -> argparse.ArgumentParser:
    one = argparse.ArgumentParser(prog="make bench", description=__doc__)
    one.add_argument("--rounds", type=int, default=5)
    one.add_argument("--seconds", type=int, default=10, help="how long each measurement loads a server")
    one.add_argument("--warm-up", type=int, default=1, help="seconds of the same before each, which do not count")
    one.add_argument("--items", type=int, default=1_000_000, help="in the whole host; the family has 5,000 of them")
    one.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    one.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS)
    one.add_argument("--work", nargs="+", default=[], help="only work with one of these words in its name")
    return one


if __name__ == "__main__":
    main()
