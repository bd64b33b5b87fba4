"""From measurements to what is told."""

from benchmarks import figures


def row(work: str, contender: str, number: int, rps: float, **fields) -> dict:
    told = {"p50_ms": 1.0, "p99_ms": 2.0, "cpu_ms": 1000 / rps, "database_cpu_ms": None}
    return {"work": work, "contender": contender, "round": number, "rps": rps} | told | fields


def result(*measurements: dict, **fields) -> dict:
    told = {"statements": {"Hearth": {"page": 2}}, "memory_mb": {"Hearth": 80.0}}
    return {"measurements": list(measurements)} | told | fields


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    slow_round = [row("page", "Hearth", 1, 20), row("page", "rival", 1, 10)]
    others = [row("page", "Hearth", n, 300) for n in (0, 2)] + [row("page", "rival", n, 100) for n in (0, 2)]
    told = figures.summary(result(*slow_round, *others))
    assert [(each["contender"], each["ratio"]) for each in told] == [("Hearth", 1.0), ("rival", 3.0)]


def test_who_needs_twice_the_cpu_has_a_cpu_ratio_of_two():
    told = figures.summary(result(row("page", "Hearth", 0, 10, cpu_ms=2.0), row("page", "rival", 0, 10, cpu_ms=4.0)))
    assert [each["cpu_ratio"] for each in told] == [1.0, 2.0]


def test_a_round_that_one_of_them_did_not_run_does_not_count():
    told = figures.summary(result(row("page", "Hearth", 0, 10), row("page", "rival", 1, 10)))
    assert told[1]["ratio"] is None


def test_the_table_has_a_line_for_each_work_and_contender():
    table = figures.of_throughput(result(row("page", "Hearth", 0, 1234.5), row("page", "rival", 0, 100.0)))
    assert "| page | Hearth | 1.00 | 1,234 | 1.00 | 2.00 | 0.81 |  | 2 |" in table.splitlines()
    assert "| page | rival | 12.35 | 100.0 | 1.00 | 2.00 | 10.00 |  |  |" in table.splitlines()
    assert "| Hearth | 80.00 |" in table.splitlines()


def test_growth_is_a_table_of_work_by_size():
    point = {"what": "items", "work": "page", "cpu_ms": 1.5, "database_cpu_ms": 0.5, "buffers": 120}
    table = figures.of_growth({"points": [point | {"size": 1000}, point | {"size": 10_000, "buffers": None}]})
    assert table.splitlines()[0] == "| items: CPU ms / buffers | 1,000 | 10,000 |"
    assert table.splitlines()[2] == "| page | 2.0 / 120 | 2.0 |"


def test_memory_is_told_from_its_beginning_to_its_end():
    samples = [{"requests": number * 100, "rss_mb": 80 + number} for number in range(100)]
    lines = figures.of_memory({"samples": samples}).splitlines()
    assert (lines[2], lines[-1]) == ("| 0 | 80 |", "| 9,900 | 179 |")
    assert len(lines) < 15
