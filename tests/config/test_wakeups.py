"""Waking whoever waits: at once in this process, through Redis in the others, and never at the cost of who wakes."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest

from config.wakeups import Relay, Wakeups
from tests.devices import until
from tests.own_redis import OwnRedis
from tests.server import ROOT, environment, free_port

LONG = 20.0


def waited(listener, seconds: float = LONG) -> float:
    started = time.monotonic()
    listener.wait(seconds)
    return time.monotonic() - started


@pytest.fixture
def here(settings) -> Wakeups:
    settings.REDIS_URL = ""
    return Wakeups()


def test_a_wait_ends_when_its_channel_is_woken(here):
    listener = here.listen("a")
    Timer(0.05, here.wake, ["a"]).start()
    assert waited(listener) < LONG / 2


def test_another_channel_wakes_nobody(here):
    listener = here.listen("a")
    here.wake("b")
    assert waited(listener, 0.1) >= 0.1


def test_a_wake_between_two_waits_is_not_lost_and_counts_once(here):
    listener = here.listen("a")
    here.wake("a")
    here.wake("a")
    assert waited(listener) < LONG / 2
    assert waited(listener, 0.1) >= 0.1


def test_all_who_wait_are_woken(here):
    listeners = [here.listen("a") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        waits = [threads.submit(waited, listener) for listener in listeners]
        time.sleep(0.05)
        here.wake("a")
        assert max(wait.result() for wait in waits) < LONG / 2


def test_a_process_that_stops_waits_no_more(here):
    listener = here.listen("a")
    Timer(0.05, here.stop).start()
    assert waited(listener) < LONG / 2
    assert waited(here.listen("b")) < LONG / 2
    assert here.is_stopping


# --- Between processes ---------------------------------------------------------------------------


@pytest.fixture
def redis(tmp_path: Path, settings) -> Iterator[OwnRedis]:
    redis = OwnRedis(free_port(), tmp_path)
    redis.start()
    settings.REDIS_URL = redis.url
    yield redis
    settings.REDIS_URL = ""  # the threads that talk to it notice, and end
    redis.stop()


def connected(one: Wakeups, other: Wakeups) -> None:
    """Until wakes of one reach the other."""
    listener = other.listen("hello")
    started = other.count("hello")

    def heard() -> bool:
        one.wake("hello")
        listener.wait(0.05)
        return other.count("hello") > started

    until(heard)


def test_a_wake_reaches_other_processes_and_comes_back_from_none(redis):
    one, other = Wakeups(), Wakeups()  # each is what one process has
    connected(one, other)
    listener, before = other.listen("a"), one.count("a")
    one.wake("a")
    assert waited(listener) < LONG / 2
    connected(other, one)
    assert one.count("a") == before + 1


def test_another_process_wakes_this_one(redis, settings, tmp_path):
    here = Wakeups()
    connected(Wakeups(), here)
    listener = here.listen("diary of them")
    wake = "from config.wakeups import wake; import time; wake('diary of them'); time.sleep(1)"
    variables = environment(tmp_path, REDIS_URL=settings.REDIS_URL, DJANGO_SETTINGS_MODULE="config.settings")
    with subprocess.Popen([sys.executable, "-c", wake], cwd=ROOT, env=variables) as other:
        assert waited(listener) < LONG / 2
    assert other.returncode == 0


def test_a_redis_that_is_not_there_costs_the_writer_nothing(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    alone = Wakeups()
    listener = alone.listen("a")
    started = time.monotonic()
    for _ in range(1_000):
        alone.wake("a")
    assert time.monotonic() - started < 1
    assert waited(listener) < LONG / 2
    settings.REDIS_URL = ""


def test_a_redis_that_hangs_costs_the_writer_nothing_and_is_heard_again_later(redis):
    one, other = Wakeups(), Wakeups()
    connected(one, other)
    redis.hang()
    started = time.monotonic()
    for _ in range(1_000):
        one.wake("a")
    assert time.monotonic() - started < 1
    assert waited(other.listen("b"), 0.1) < 1  # who waits goes on looking by themself
    redis.go_on()
    connected(one, other)


def test_what_is_no_message_of_ours_wakes_nobody(here):
    heard = []
    relay = Relay(heard.append)
    for text in ("", "x", "somebody diary of them", f"{relay._me} mine"):
        relay._heard(text)
    assert heard == ["", "", "diary of them"]
