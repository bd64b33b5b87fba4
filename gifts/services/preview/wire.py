"""A connection to an address that was looked at first, with one deadline over all that is said on it."""

import io
import queue
import socket
import threading
import time
from typing import Any

from gifts.services.preview.outcomes import NotFetched, Reason
from gifts.services.preview.rules import Rules
from gifts.services.preview.targets import Target

# A page's own bytes are counted by whoever reads it; this much may stand around them, as headers and chunk sizes.
RAW_MARGIN = 262_144


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, more than none: 0 would tell a socket not to wait at all, which fails in other words."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Wire(io.RawIOBase):
    """What comes from a socket, until the deadline or too much of it. A server that drips has no more time for that."""

    def __init__(self, connection: socket.socket, *, deadline: Deadline, most: int) -> None:
        self._connection = connection
        self._deadline = deadline
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.left())
        received = self._connection.recv_into(buffer)
        self._left -= received
        if self._left < 0:
            raise NotFetched(Reason.TOO_LARGE)
        return received

    def makefile(self, mode: str) -> io.BufferedReader:
        """What http.client asks a socket for."""
        return io.BufferedReader(self, 65_536)


def connect(target: Target, *, rules: Rules, deadline: Deadline) -> socket.socket:
    """Looked up once, every address checked, and connected to one of those: a second look-up could say another."""
    addresses = _looked_up(target, rules, deadline)
    if not addresses or not all(map(rules.may_reach, addresses)):
        raise NotFetched(Reason.NOT_ALLOWED if addresses else Reason.UNREACHABLE)
    connection = _connected(addresses, target.port, rules, deadline)
    if target.scheme == "http":
        return connection
    try:
        connection.settimeout(deadline.left())
        # The certificate must be that of the name, whatever address was found for it.
        return rules.certificates().wrap_socket(connection, server_hostname=target.host)
    except BaseException:
        connection.close()
        raise


def _looked_up(target: Target, rules: Rules, deadline: Deadline) -> list[str]:
    """A resolver cannot be told to hurry, so it works in a thread that may be left behind."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(rules.look_up(target.host, target.port))
        except (OSError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty as error:
        raise TimeoutError from error
    if isinstance(answer, Exception):
        raise NotFetched(Reason.UNREACHABLE) from answer
    return answer


def _connected(addresses: list[str], port: int, rules: Rules, deadline: Deadline) -> socket.socket:
    failure: OSError = OSError("nothing to connect to")
    for address in addresses:
        connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.settimeout(min(rules.connect_s, deadline.left()))
            connection.connect((address, port))
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure
