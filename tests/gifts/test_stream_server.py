"""The live diary over real HTTP: nothing is lost on a bad line, nobody else has to wait, and the server can stop."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.devices import ask
from tests.gifts.streaming import Watcher, cut_while_they_write, served_family, signed_in_again

pytestmark = pytest.mark.server


def test_a_stream_that_is_cut_again_and_again_loses_nothing_and_repeats_nothing(tmp_path: Path):
    figures = cut_while_they_write(tmp_path, cuts=20, entries=40)
    assert str(figures) == f"{figures.cuts} cuts, 40 entries, 0 missing, 0 doubled, 0 out of order"
    assert figures.cuts >= 20


def test_streams_leave_room_for_the_rest_and_end_when_the_server_does(tmp_path: Path):
    with served_family(tmp_path, WEB_CONCURRENCY="1") as (server, mia, leo), ExitStack() as stack:
        devices = [mia, leo, signed_in_again(mia), signed_in_again(leo)]
        tickets = [device.post("activity/ticket")["ticket"] for device in devices]
        lines = []
        for device, ticket in zip(devices, tickets, strict=True):
            for with_ticket in (ticket, ""):
                lines.append(stack.enter_context(Watcher(device).line(version="1.1", ticket=with_ticket)))
                lines[-1].read(until=b"\nid: ")
        # Eight threads: four hold, two are kept for previews, and two go on to serve whoever else comes.
        assert [b"retry: 1000" in line.received for line in lines] == [True] * 4 + [False] * 4
        started = time.monotonic()
        assert ask("GET", f"{server.url}/api/v1/users/me", token=mia.access).status == 200
        assert time.monotonic() - started < 5

        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 10
        for line in lines:
            # The last chunk is empty: it ended, and was not cut off.
            assert line.read(until=b"\r\n0\r\n\r\n").endswith(b"\r\n0\r\n\r\n")
        log = server.log.read_text()
        assert "Traceback" not in log
        assert [ticket for ticket in tickets if ticket.split(".")[1] in log] == []
        assert log.count("/api/v1/activity/stream") == len(lines)
