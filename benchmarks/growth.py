"""How the cost of a request grows: with the households beside it, the items in the table, the depth of a page.

What is measured is CPU, of the server and of the database, and the pages of the table that Hearth's own statements
touch: both say more than seconds do.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model
from django.test import RequestFactory
from rest_framework.request import Request as DrfRequest

from benchmarks.contenders import HEARTH, Server, running
from benchmarks.explaining import shared_buffers, statements_of
from benchmarks.families import make_family, make_households
from benchmarks.load import load
from benchmarks.loading import analyze
from benchmarks.scene import Scene, scene_in
from benchmarks.throughput import database_cpu_seconds, difference, tell
from benchmarks.work import API, Request
from config.api.pagination import KeysetPagination
from gifts.models import Gift, ListItem
from households.models import Household

FAMILY = 500
OTHERS = 5_000
PAGES = {
    "page of 50 gifts": "/gifts?limit=50",
    "page of 50 items": "/items?limit=50",
    "its page of 50 items": "/lists/{list}/items?limit=50",
    "page of 50 diary entries": "/activity?limit=50",
    "dashboard": "/dashboard",
}
DEEP = {"page of 50 gifts": ("/gifts", Gift), "page of 50 items": ("/items", ListItem)}


@dataclass(frozen=True)
class Point:
    """The cost of one request where there are `size` of whatever grows."""

    what: str
    work: str
    size: int
    cpu_ms: float
    database_cpu_ms: float | None
    buffers: int | None


def measure(axis: str, options: argparse.Namespace, logs: Path) -> list[Point]:
    """Along one axis, on a database with nothing in it: what grows for one would be in the way of another."""
    with running([HEARTH], logs) as (server,):
        return list(AXES[axis](server, options))


def households(server: Server, options: argparse.Namespace) -> Iterator[Point]:
    """A family of 500 items, alone and with more and more small ones beside it."""
    yield from _grown("households", server, options, _powers(options.households), Household, make_households)


def items(server: Server, options: argparse.Namespace) -> Iterator[Point]:
    """The same, in a table of more and more items."""
    sizes = [size for size in _powers(options.items) if size >= 1_000]
    yield from _grown("items", server, options, sizes, ListItem, _add_items)


def depth(server: Server, options: argparse.Namespace) -> Iterator[Point]:
    """One household with all those items; its page at row 1, 10, 100 and so on, by a cursor that jumps there."""
    scene = _scene(options.items)
    for work, (path, model) in DEEP.items():
        rows = model._base_manager.filter(household=scene.household_id)
        for place in _powers(rows.count()):
            address = f"{API}{path}?limit=50"
            if place > 1:
                address = page_after(rows.order_by("-id")[place - 2], address)
            yield _point("depth", work, place, scene, server, address, options.seconds)


def page_after(row: Model, address: str) -> str:
    """The page that begins behind this row, as Hearth's own links say it, without going through all those before."""
    paginator = KeysetPagination()
    paginator.request = DrfRequest(RequestFactory(SERVER_NAME="127.0.0.1").get(address))
    paginator.field, paginator.descending = "id", True
    link = urlsplit(paginator._link(row, back=False))
    return f"{link.path}?{link.query}"


def _grown(
    what: str,
    server: Server,
    options: argparse.Namespace,
    sizes: list[int],
    model: Any,
    add: Callable[[int], None],
) -> Iterator[Point]:
    scene = _scene(FAMILY)
    for size in sizes:
        add(size - model._base_manager.count())
        analyze()
        for work, path in PAGES.items():
            address = API + path.format(list=scene.list_id)
            yield _point(what, work, model._base_manager.count(), scene, server, address, options.seconds)


def _point(what: str, work: str, size: int, scene: Scene, server: Server, address: str, seconds: int) -> Point:
    asks = [Request("GET", address)]
    load(server.url, asks, scene.access, 1)
    server.settle()
    cpu, database_cpu = server.cpu_seconds(), database_cpu_seconds()
    done = load(server.url, asks, scene.access, seconds)
    server.settle()
    cpu, database_cpu = server.cpu_seconds() - cpu, difference(database_cpu, database_cpu_seconds())
    per_request = None if database_cpu is None else round(database_cpu / done.requests * 1000, 4)
    buffers = shared_buffers(statements_of(address, scene.access))
    point = Point(what, work, size, round(cpu / done.requests * 1000, 4), per_request, buffers)
    tell(f"  {what} {size:>9,}: {work:<26}{point.cpu_ms:>9.3f} ms CPU, {buffers or 'unknown'} buffers")
    return point


def _scene(items: int) -> Scene:
    family = make_family(items)
    analyze()
    return scene_in(Household.objects.get(pk=family.household_id))


def _add_items(missing: int) -> None:
    """In families of the usual size, and the rest in one more."""
    families, rest = divmod(missing, OTHERS)
    make_households(families, OTHERS)
    if rest:
        make_family(rest)


def _powers(most: int) -> list[int]:
    return [10**power for power in range(len(str(most))) if 10**power <= most]


AXES: dict[str, Callable[[Server, argparse.Namespace], Iterator[Point]]] = {
    "households": households,
    "items": items,
    "depth": depth,
}
