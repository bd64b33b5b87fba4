"""Figures as pictures: SVG, with text that stays text."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.figures import summary

mpl.use("svg")
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "hearth", "font.family": "sans-serif", "font.size": 9})
COLOURS = {"Hearth": "#c2410c", "FastAPI": "#0f766e", "plain DRF": "#4f46e5", "floor": "#a8a29e"}


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


def save(figure: Any, path: Path) -> None:
    axes = figure.axes
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
