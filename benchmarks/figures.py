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


def table(result: Row) -> str:
    """In Markdown: a line for each work and contender."""
    head = ["work", "", "Hearth is x", "req/s", "p50 ms", "p99 ms", "CPU ms", "database CPU ms", "SQL"]
    names = ["work", "contender", "ratio", *MEANS, "statements"]
    lines = [[_told(row[name]) for name in names] for row in summary(result)]
    return markdown(head, lines) + "\n\n" + _memory(result)


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
