"""Pages and addresses that mean harm, and what they can do: figures as plain functions, for tests and reports."""

import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gifts.services.preview.addresses import is_public
from gifts.services.preview.fetching import Page, fetch
from gifts.services.preview.outcomes import NotFetched
from gifts.services.preview.reading import read_page
from gifts.services.preview.rules import Rules
from tests.gifts.website import AnyPort, rules, website

# Each is asked for with the port of a website that counts who comes, wherever it does not name one itself.
HOSTILE = Path(__file__).parents[1] / "fixtures" / "hostile-urls.txt"
SPACED = [
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1\n:{port}/",
    "http://\x00127.0.0.1:{port}/",
    " http://127.0.0.1/",
]
# Two addresses on loopback play the public internet and the family's own network. A resolver says one thing the first
# time, and another one from then on.
MEGABYTE = 1_000_000
PUBLIC, PRIVATE = "127.0.0.2", "127.0.0.1"
REBINDING = [
    ([PUBLIC], [PRIVATE]),
    ([PUBLIC, PRIVATE],),
    ([PRIVATE, PUBLIC],),
    (["::ffff:127.0.0.1"],),
    (["nonsense"],),
]


@dataclass(frozen=True)
class Hostile:
    """How many addresses were tried, in how many ways, and how many connections came of it."""

    addresses: int
    attempts: int
    connections: int
    not_refused: tuple[str, ...]


def try_hostile_addresses() -> Hostile:
    """Asks for each of them, directly and sent there by a redirect, and by names of a hostile resolver."""
    with website() as trap, website(PUBLIC) as stranger:
        trap.shows("<title>caught</title>", "/")
        urls = [url.format(port=trap.port) for url in [*HOSTILE.read_text().splitlines(), *SPACED]]
        reasons = {url: reason_for(url, Rules(ports=AnyPort(), look_up=_all_names_are_private)) for url in urls}
        for number, url in enumerate(urls):
            if not set(url) & set("\n\x00"):  # no header can hold these
                hop = stranger.redirects(f"/{number}", url.encode().decode("latin-1"))
                reasons[f"{hop} to {url}"] = reason_for(hop, _a_stranger_is_public())
        hop = stranger.redirects("/hop", f"http://shop.example:{trap.port}/")
        for answers in REBINDING:
            for url in (f"http://shop.example:{trap.port}/", f"http://shop.example:{stranger.port}/hop"):
                reasons[f"{url} at {answers}"] = reason_for(url, _a_stranger_is_public(look_up=resolver(*answers)))
        # Where the checked address has nothing to say, the connection to it fails; no other is tried.
        not_refused = [url for url, reason in reasons.items() if reason not in {"not_allowed", "unreachable"}]
        return Hostile(len(urls), len(reasons), trap.connections, tuple(not_refused))


def resolver(*answers: list[str]) -> Callable[[str, int], list[str]]:
    """One that gives these answers, and the last of them from then on."""
    waiting = list(answers)
    return lambda host, port: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def reason_for(url: str, under: Rules, read: Callable[[Page], Any] = bool) -> str:
    try:
        read(fetch(url, under))
    except NotFetched as refusal:
        return refusal.reason.value
    return "fetched"


def _all_names_are_private(host: str, port: int) -> list[str]:
    """Whatever the system takes for a number, by its own odd rules; no name is asked for outside of this machine."""
    try:
        return [str(socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)[0][4][0])]
    except OSError:
        return [PRIVATE]


def _a_stranger_is_public(look_up: Callable[[str, int], list[str]] = _all_names_are_private) -> Rules:
    return Rules(ports=AnyPort(), look_up=look_up, may_reach=lambda address: address == PUBLIC or is_public(address))


# --- Bombs and mazes -----------------------------------------------------------------------------


def bomb(packed: int = 1_000_000) -> bytes:
    """So many bytes of gzip, of which each is a thousand bytes of nothing."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * 8_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (packed // len(block))


def bomb_growth_mb() -> tuple[float, str]:
    """By how much memory grows at most while a bomb is looked at, and what comes of it."""
    with website() as site:
        url = site.shows(bomb(), Content_Encoding="gzip")
        tracemalloc.start()
        try:
            reason = reason_for(url, rules(), read=read_page)
            return tracemalloc.get_traced_memory()[1] / 1e6, reason
        finally:
            tracemalloc.stop()


def mazes() -> dict[str, str]:
    """Pages of a megabyte, each to be read forever by a reader that goes back."""
    pieces = {
        "nested tags": "<div>",
        "tags without an end": "<a ",
        "comments without an end": "<!--",
        "end tags without an end": "</a ",
        "quotes": "<a x='",
        "mixed quotes": "<a \"'<a '\"",
        "scripts": "<script></scrip",
        "titles": "<title>a</title>",
        "scopes": "<div itemscope itemtype=//x/Product itemprop=offers>",
        "properties": "<div itemscope itemtype=Product><i itemprop=nam>",
        "meta": "<meta property=og:titl content=x>",
        "json": '<script type="application/ld+json">[[</script>',
        "entities": "&amp",
        "less than": "<",
        "declarations": "<!x",
    }
    whole = {
        "deep json": '<script type="application/ld+json">' + "[" * MEGABYTE + "</script>",
        "deep objects": '<script type="application/ld+json">' + '{"@graph":' * (MEGABYTE // 10) + "</script>",
        "many nodes": '<script type="application/ld+json">[' + "[]," * (MEGABYTE // 3) + "[]]</script>",
        "many offers": '<script type="application/ld+json">{"@type":"Product","name":"x","offers":['
        + '{"offers":[{}]},' * (MEGABYTE // 16)
        + "{}]}</script>",
        "a long number": '<script type="application/ld+json">{"@type":"Product","name":"x","offers":{"price":'
        + "1" * MEGABYTE
        + "}}</script>",
        "one attribute": '<meta property="og:title" content="' + "&#x41;" * (MEGABYTE // 6) + '">',
        "many attributes": "<meta " + "a=b " * (MEGABYTE // 4) + ">",
        "spaces": "<meta a" + " " * MEGABYTE + "=b>",
        "a blank title": "<title>" + " " * MEGABYTE + "</title>",
        "an unclosed script": "<script>" + "</script" * (MEGABYTE // 8),
    }
    return {name: piece * (MEGABYTE // len(piece)) for name, piece in pieces.items()} | whole


def reading_seconds(page: str) -> float:
    """Of the processor, so that a busy machine does not make a page slow."""
    started = time.process_time()
    with suppress(NotFetched):
        read_page(Page("https://shop.example/x", "shop.example", page.encode(), "utf-8", is_cut=False))
    return time.process_time() - started


def slowest_maze() -> tuple[str, float]:
    """The page of a megabyte that takes longest to read, and how many seconds."""
    times = {name: reading_seconds(page) for name, page in mazes().items()}
    return max(times.items(), key=lambda pair: pair[1])
