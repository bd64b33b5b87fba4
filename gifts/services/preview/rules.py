"""Where a preview may go, and how long and how much it may take."""

import socket
import ssl
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import cache

from gifts.services.preview.addresses import is_public


def looked_up(host: str, port: int) -> list[str]:
    """Every numeric address of this host, in the order in which to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


@cache
def public_certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(frozen=True)
class Rules:
    """The defaults are what Hearth does. Others are given by tests, as an argument: no setting can change them."""

    ports: Container[int] = frozenset({80, 443})
    may_reach: Callable[[str], bool] = is_public
    look_up: Callable[[str, int], list[str]] = looked_up
    certificates: Callable[[], ssl.SSLContext] = public_certificates
    redirects: int = 3
    connect_s: float = 3
    total_s: float = 8
    raw_bytes: int = 1_048_576
    decoded_bytes: int = 2_097_152


PUBLIC = Rules()
