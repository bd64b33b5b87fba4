"""An app that watches the diary over real HTTP, and whose line is cut again and again."""

import json
import random
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from tests.devices import Device
from tests.server import Server, empty_database, manage, running_server

PASSWORD = "a-warm-fire-in-winter"


@dataclass
class Line:
    """One request for the stream, on a connection of its own."""

    wire: socket.socket
    received: bytes = b""

    def read(self, *, at_most: int = 1_000_000, until: bytes | None = None) -> bytes:
        """What comes until the other side has ended, or this one has enough of it."""
        while len(self.received) < at_most and not (until and until in self.received):
            chunk = self.wire.recv(4096)
            if not chunk:
                break
            self.received += chunk
        return self.received


@dataclass
class Watcher:
    """Reads the stream of one session and remembers how far it got, as an EventSource does."""

    device: Device
    last: str = ""
    entries: list[str] = field(default_factory=list)
    cuts: int = 0

    @contextmanager
    def line(self, *, version: str = "1.0", ticket: str = "") -> Iterator[Line]:
        place = urlsplit(self.device.url)
        lines = [f"GET /api/v1/activity/stream{ticket and f'?ticket={ticket}'} HTTP/{version}", f"Host: {place.netloc}"]
        lines += [] if ticket else [f"Authorization: Bearer {self.device.access}"]
        lines += [f"Last-Event-ID: {self.last}"] if self.last else []
        with socket.create_connection((place.hostname, place.port), timeout=30) as wire:
            wire.sendall("\r\n".join([*lines, "", ""]).encode())
            yield Line(wire)

    def begin(self) -> None:
        """Learn where now is, and hang up."""
        with self.line() as line:
            line.read(until=b"id: ")
            self._keep(line.read(at_most=len(line.received) + 38))

    def watch(self) -> None:
        """One hold, to its end."""
        with self.line() as line:
            self._keep(line.read())

    def watch_and_be_cut(self) -> None:
        """Part of a hold: so many bytes of it, or so much time."""
        with self.line() as line:
            line.wire.settimeout(random.uniform(0.005, 0.2))
            with suppress(TimeoutError):
                line.read(at_most=random.randrange(1, 6000))
            self.cuts += 1
            self._keep(line.received)

    def _keep(self, received: bytes) -> None:
        """What is in the blocks that came whole; the rest never arrived."""
        head, _, body = received.partition(b"\r\n\r\n")
        assert not head or head.split()[1] == b"200", head
        for block in body.split(b"\n\n")[:-1]:
            values = dict(line.split(": ", 1) for line in block.decode().split("\n"))
            self.last = values.get("id", self.last)
            if "data" in values:
                self.entries.append(json.loads(values["data"])["id"])


@contextmanager
def served_family(folder: Path, **variables: str) -> Iterator[tuple[Server, Device, Device]]:
    """A server, and the phones of Mia, who owns the household, and of Leo."""
    with empty_database() as place, running_server(folder, **place, **variables) as server:
        owner = ["--owner-name", "Mia", "--owner-handle", "mia", "--json"]
        made = manage("create_household", "--name", "Home", *owner, data_dir=folder, **place, **variables)
        assert made.returncode == 0, made.stderr
        mia = Device(server.url, "mia")
        mia.activate(json.loads(made.stdout)["activation_code"], password=PASSWORD)
        household = mia.only("households")["id"]
        member = mia.post(f"households/{household}/members", name="Leo", handle="leo")
        leo = Device(server.url, "leo")
        leo.activate(member["activation_code"], password=PASSWORD)
        yield server, mia, leo


def signed_in_again(device: Device) -> Device:
    """Another device of the same user's, with a session of its own."""
    other = Device(device.url, device.login)
    other._keep(other.post("auth/login", login=device.login, password=PASSWORD, device_name="a tablet"))
    return other


@dataclass
class Figures:
    cuts: int
    entries: int
    missing: int
    doubled: int
    out_of_order: int

    def __str__(self) -> str:
        return (
            f"{self.cuts} cuts, {self.entries} entries, {self.missing} missing, {self.doubled} doubled, "
            f"{self.out_of_order} out of order"
        )


def cut_while_they_write(folder: Path, *, cuts: int = 50, entries: int = 400, writers: int = 4) -> Figures:
    """What somebody has read in the end whose line was cut so often, while others wrote so much.

    Half as many entries again are hidden from them.
    """
    with served_family(folder) as (_, mia, leo):
        recipient = leo.only("people", display_name="Leo")["id"]
        hidden = mia.post("lists", name="Hush", recipient=recipient)["id"]
        watcher = Watcher(leo)
        watcher.begin()
        start = watcher.last

        def write(share: int) -> None:
            for number in range(share):
                mia.post("people", display_name=f"Cousin {number}")
                if number % 2:
                    mia.post(f"lists/{hidden}/items", new_gift={"title": "Psst"})

        with ThreadPoolExecutor(writers) as threads:
            writing = [threads.submit(write, entries // writers) for _ in range(writers)]
            while watcher.cuts < cuts or not all(future.done() for future in writing):
                watcher.watch_and_be_cut()
            for future in writing:
                future.result()
        written = [row["id"] for row in reversed(leo.all("activity")) if row["id"] > start]
        while watcher.last < written[-1]:
            watcher.watch()
        return compared(watcher, written)


def compared(watcher: Watcher, written: list[str]) -> Figures:
    read = watcher.entries
    return Figures(
        cuts=watcher.cuts,
        entries=len(written),
        missing=len(set(written) - set(read)),
        doubled=len(read) - len(set(read)),
        out_of_order=sum(earlier >= later for earlier, later in pairwise(read)),
    )
