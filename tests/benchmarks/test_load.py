"""What is sent by wrk, and what it says of it."""

import json

import pytest

from benchmarks.load import NotAllAnswered, as_line, loaded

GOOD = {"requests": 1200, "seconds": 2.0, "refused": 0, "lost": 0, "p50_ms": 12.5, "p99_ms": 80.0}


def said(**changes) -> str:
    return f"Running 2s test\n  1 threads and 16 connections\n{json.dumps(GOOD | changes)}\n"


def test_the_last_line_is_what_counts():
    done = loaded(said())
    assert (done.requests, done.seconds, done.p50_ms, done.p99_ms) == (1200, 2.0, 12.5, 80.0)


@pytest.mark.parametrize("changes", [{"refused": 1}, {"lost": 1}])
def test_no_figure_comes_from_answers_that_were_refused_or_lost(changes):
    with pytest.raises(NotAllAnswered):
        loaded(said(**changes))


def test_a_request_is_one_line():
    assert as_line("GET", "/api/v1/gifts", None) == "GET\t/api/v1/gifts\t\n"
    line = as_line("POST", "/api/v1/gifts", {"title": "two\nlines\tand a tab"})
    assert line.count("\n") == 1
    assert line.count("\t") == 2
