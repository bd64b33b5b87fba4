"""From measurements to what is told: medians, ratios, tables. Nothing here knows how they were made."""

from collections.abc import Iterable
from statistics import median
from typing import Any

Row = dict[str, Any]
US = "Hearth"
MEANS = ("rps", "p50_ms", "p99_ms", "cpu_ms", "database_cpu_ms")


def summary(result: Row) -> list[Row]:
    """A row for each work and contender: medians over the rounds, and how many times faster Hearth is.

    `ratio` is the median of the rounds' own ratios: a round in which the whole machine was slow is slow for all.
    """
    measured = result["measurements"]
    rows = []
    for work, contender in dict.fromkeys((row["work"], row["contender"]) for row in measured):
        theirs, ours = _rounds(measured, work, contender), _rounds(measured, work, US)
        rows.append(
            {"work": work, "contender": contender, "ratio": ratio(ours, theirs, "rps")}
            | {"cpu_ratio": ratio(theirs, ours, "cpu_ms")}
            | {name: middle(row[name] for row in theirs.values()) for name in MEANS}
            | {"statements": result["statements"].get(contender, {}).get(work)}
        )
    return rows


def ratio(above: dict[int, Row], below: dict[int, Row], name: str) -> float | None:
    """The median of above/below over the rounds that both have."""
    common = [number for number in above if number in below and below[number][name]]
    return round(median(above[number][name] / below[number][name] for number in common), 2) if common else None


def middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 3) if known else None


def of_throughput(result: Row) -> str:
    """In Markdown, as all tables: a line for each work and contender."""
    head = ["work", "", "Hearth is x", "req/s", "p50 ms", "p99 ms", "CPU ms", "database CPU ms", "SQL"]
    names = ["work", "contender", "ratio", *MEANS, "statements"]
    lines = [[_told(row[name]) for name in names] for row in summary(result)]
    return markdown(head, lines) + "\n\n" + _memory(result)


def of_growth(result: Row) -> str:
    """A table for whatever grows: a line for each work, with CPU (server and database) and buffers at each size."""
    points = result["points"]
    return "\n\n".join(_growing(what, points) for what in dict.fromkeys(point["what"] for point in points))


def _growing(what: str, points: list[Row]) -> str:
    own = [point for point in points if point["what"] == what]
    sizes = sorted({point["size"] for point in own})
    cells = {(point["work"], point["size"]): _cost(point) for point in own}
    works = dict.fromkeys(point["work"] for point in own)
    lines = [[work, *(cells.get((work, size), "") for size in sizes)] for work in works]
    return markdown([f"{what}: CPU ms / buffers", *(f"{size:,}" for size in sizes)], lines)


def _cost(point: Row) -> str:
    cpu = point["cpu_ms"] + (point["database_cpu_ms"] or 0)
    return f"{cpu:.1f}" + ("" if point["buffers"] is None else f" / {point['buffers']:,}")


def of_memory(result: Row) -> str:
    samples = result["samples"]
    shown = [samples[0], *samples[1 : -1 : max(len(samples) // 8, 1)], samples[-1]]
    lines = [[f"{sample['requests']:,}", _told(sample["rss_mb"])] for sample in shown]
    return markdown(["requests", "MB resident, of one worker"], lines)


def of_overheads(result: Row) -> str:
    started = [[name, _told(told["median_s"])] for name, told in result["startup"].items()]
    views = result["constant_view"]
    lines = [[view, _told(views[view]["rps"]), _told(views[view]["cpu_ms"])] for view in ("open", "signed-in")]
    first = markdown(["", "seconds to the first answer"], started)
    return first + "\n\n" + markdown(["constant view", "req/s", "CPU ms"], lines)


def markdown(head: list[str], lines: list[list[str]]) -> str:
    rule = ["---", *("---:" if _is_number([line[place] for line in lines]) else "---" for place in range(1, len(head)))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *lines])


def _memory(result: Row) -> str:
    memory = result["memory_mb"]
    return markdown(["resident memory", "MB for each worker"], [[name, _told(memory[name])] for name in memory])


def _rounds(measured: list[Row], work: str, contender: str) -> dict[int, Row]:
    return {row["round"]: row for row in measured if (row["work"], row["contender"]) == (work, contender)}


def _told(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 100 else f"{value:.2f}"
    return "" if value is None else str(value)


def _is_number(cells: list[str]) -> bool:
    return all(cell.replace(",", "").replace(".", "").isdigit() for cell in cells if cell) and any(cells)


TABLES = {
    "throughput": of_throughput,
    "overheads": of_overheads,
    "memory": of_memory,
    "growth": of_growth,
}
