"""Some parts of a run, on the database that the environment names: `python -m benchmarks.on_database JSON`.

A process of its own, because Django knows one database for each process.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from benchmarks import authentication, data, figures, growth, memory, plots, startup, throughput  # noqa: E402
from benchmarks.places import end_politely  # noqa: E402
from benchmarks.results import circumstances, keep  # noqa: E402
from benchmarks.scene import Scene  # noqa: E402

Options = argparse.Namespace
Result = dict[str, Any]


def of_throughput(scene: Scene, options: Options, logs: Path) -> Result:
    return throughput.measure(scene, options, logs)


def of_memory(scene: Scene, options: Options, logs: Path) -> Result:
    return {"samples": memory.measure(scene, options, logs)}


def of_overheads(scene: Scene, options: Options, logs: Path) -> Result:
    """What there is before a view does anything: to start, and to know who asks."""
    started = startup.measure(options.rounds, logs)
    return {"startup": started, "constant_view": authentication.measure(scene, options, logs)}


PARTS: dict[str, Callable[[Scene, Options, Path], Result]] = {
    "throughput": of_throughput,
    "overheads": of_overheads,
    "memory": of_memory,
}


def main() -> None:
    end_politely()
    for chatty in ("httpx", "hearth.request"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    options = Options(**json.loads(sys.argv[1]))
    logs = Path(os.environ["HEARTH_DATA_DIR"])
    if options.axis:
        points = growth.measure(options.axis, options, logs)
        tell("growth", options, {"points": [asdict(point) for point in points]})
        return
    scene = data.prepare(options.items)
    for part in options.parts:
        tell(part, options, PARTS[part](scene, options, logs))


def tell(part: str, options: Options, measured: Result) -> None:
    """Keep the figures, draw them, and print them as a table."""
    result = {"database": options.database} | circumstances(vars(options)) | measured
    path = keep("-".join(filter(None, [part, options.axis, options.database])), result)
    if draw := plots.PLOTS.get(part):
        draw(result, path.with_suffix(".svg"))
    sys.stdout.write(f"\n## {part}, {options.database}\n\n{figures.TABLES[part](result)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
