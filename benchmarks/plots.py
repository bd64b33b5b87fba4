"""Figures as pictures: SVG, with text that stays text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.figures import summary

mpl.use("svg")
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "hearth", "font.family": "sans-serif", "font.size": 9})
OURS = "#c2410c"
COLOURS = {"Hearth": OURS, "FastAPI": "#0f766e", "plain DRF": "#4f46e5", "floor": "#a8a29e"}


def plot_throughput(result: dict[str, Any], path: Path) -> None:
    """Requests per second on a logarithmic scale: the same distance is the same ratio everywhere."""
    rows = summary(result)
    works = list(dict.fromkeys(row["work"] for row in rows))
    contenders = list(dict.fromkeys(row["contender"] for row in rows))
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.55 * len(works)), layout="constrained")
    height = 0.8 / len(contenders)
    for place, contender in enumerate(contenders):
        own = {row["work"]: row["rps"] for row in rows if row["contender"] == contender}
        at = [works.index(work) + place * height for work in own]
        bars = axes.barh(at, list(own.values()), height, label=contender, color=COLOURS.get(contender))
        axes.bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=7)
    axes.set_yticks([index + 0.4 - height / 2 for index in range(len(works))], works)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("requests per second (logarithmic)")
    axes.set_title(f"{result['database']}: medians of {result['options']['rounds']} interleaved rounds", loc="left")
    axes.legend(loc="lower center", ncols=len(contenders), bbox_to_anchor=(0.5, 1.06), frameon=False)
    save(figure, path)


def plot_growth(result: dict[str, Any], path: Path) -> None:
    """On the left what a request costs in CPU, on the right in pages of the tables: flat is what one hopes for."""
    points, axis = result["points"], result["options"]["axis"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    _lines(left, points, lambda point: point["cpu_ms"] + (point["database_cpu_ms"] or 0))
    _lines(right, points, lambda point: point["buffers"])
    left.set_title(f"{result['database']}: CPU ms of a request, server and database", loc="left")
    right.set_title("shared buffers of its statements", loc="left")
    for one in (left, right):
        one.set_xlabel("row that the page begins at" if axis == "depth" else f"{axis} in the database")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    save(figure, path)


def _lines(axes: Any, points: list[dict[str, Any]], cost: Callable[[dict[str, Any]], float | None]) -> None:
    for work in dict.fromkeys(point["work"] for point in points):
        own = sorted((point["size"], cost(point)) for point in points if point["work"] == work)
        known = [(size, height) for size, height in own if height is not None]
        if known:
            axes.plot(*zip(*known, strict=True), marker="o", markersize=3, label=work)
    axes.set_xscale("log")
    axes.set_yscale("log")


def plot_memory(result: dict[str, Any], path: Path) -> None:
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    samples = result["samples"]
    axes.plot([sample["requests"] for sample in samples], [sample["rss_mb"] for sample in samples], color=OURS)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("requests answered")
    axes.set_ylabel("MB resident")
    axes.set_title(f"{result['database']}: one worker under mixed work", loc="left")
    save(figure, path)


def save(figure: Any, path: Path) -> None:
    axes = figure.axes
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


PLOTS: dict[str, Callable[[dict[str, Any], Path], None]] = {
    "throughput": plot_throughput,
    "growth": plot_growth,
    "memory": plot_memory,
}
