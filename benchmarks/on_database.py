"""One part of a run, on the database that the environment names: `python -m benchmarks.on_database JSON`.

A process of its own, because Django knows one database for each process.
"""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from benchmarks import data, throughput  # noqa: E402 (models need Django to be set up)
from benchmarks.figures import table  # noqa: E402
from benchmarks.plots import plot_throughput  # noqa: E402
from benchmarks.results import circumstances, keep  # noqa: E402


def main() -> None:
    logging.getLogger("httpx").setLevel(logging.WARNING)
    options = argparse.Namespace(**json.loads(sys.argv[1]))
    logs = Path(os.environ["HEARTH_DATA_DIR"])
    scene = data.prepare(options.items)
    result = {"database": options.database} | circumstances(vars(options)) | throughput.measure(scene, options, logs)
    path = keep(f"throughput-{options.database}", result)
    plot_throughput(result, path.with_suffix(".svg"))
    sys.stdout.write(f"\n## {options.database}\n\n{table(result)}\n")


if __name__ == "__main__":
    main()
