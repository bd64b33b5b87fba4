import json
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from csp.utils import build_policy
from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import TConn, ThreadWorker
from uuid_utils.compat import uuid7

from config import wakeups
from config.errors import Code, envelope
from config.headers import EVERYWHERE, POLICY_OF_DATA

TOO_LARGE = (errors.LimitRequestLine, errors.LimitRequestHeaders)
OURS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


class Worker(ThreadWorker):
    """Gunicorn's threads, except that what never becomes a request is refused in the envelope, too.

    Of such a request nothing is logged but what is wrong with it: gunicorn would write down the whole line, and
    a line may hold a token. And open streams end when the worker is asked to, so that it need not wait for them.
    Whoever sends too slowly is hung up on: gunicorn itself would wait for the rest of a request for ever.
    """

    # How long a request may take to arrive, its head and then the rest: meanwhile it occupies a thread (CWE-400).
    head_s, rest_s = 10.0, 20.0  # gunicorn itself sends silent clients back to the end of the queue after 5

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who is sending: until when we listen, and the request once its head is there.
        self.senders: dict[TConn, tuple[float, Any]] = {}

    def handle(self, conn: TConn) -> Any:
        self.senders[conn] = time.monotonic() + self.head_s, None
        try:
            return super().handle(conn)
        finally:
            del self.senders[conn]

    def handle_request(self, req: Any, conn: TConn) -> Any:
        self.senders[conn] = time.monotonic() + self.rest_s, req
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """The main thread comes here about once a second."""
        super().murder_pending()
        for conn, (until, req) in list(self.senders.items()):
            if time.monotonic() > until and not _has_arrived(req):
                self.log.warning("request too slow")
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)

    def handle_exit(self, sig: int, frame: Any) -> None:
        wakeups.stop()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: Any) -> None:
        wakeups.stop()
        super().handle_quit(sig, frame)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        code, request_id = _code_of(exc), str(uuid7())
        kind = type(exc).__name__
        if code is Code.SERVER_ERROR:
            self.log.error("error outside the application: %s, request %s", kind, request_id, exc_info=exc)
        else:
            self.log.warning("unreadable request: %s, request %s", kind, request_id)
        try:
            util.write_nonblock(client, _answer(code, request_id))
        except OSError:
            self.log.debug("nobody is left to hear it, request %s", request_id)


def _has_arrived(req: Any) -> bool:
    """Whether all of it was read that its head has announced; of a chunked body one never knows before its end."""
    reader = req and req.body.reader
    return bool(reader) and getattr(reader, "length", None) == 0


def _code_of(error: Exception) -> Code:
    if isinstance(error, OURS) or not isinstance(error, errors.ParseException):
        return Code.SERVER_ERROR
    return Code.VALIDATION_TOO_LARGE if isinstance(error, TOO_LARGE) else Code.VALIDATION_MALFORMED


def _answer(code: Code, request_id: str) -> bytes:
    body = json.dumps(envelope(code, request_id)).encode()
    head = [
        f"HTTP/1.1 {code.status} {HTTPStatus(code.status).phrase}",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"X-Request-ID: {request_id}",
        "Cache-Control: no-store",
        f"Content-Security-Policy: {build_policy(config=POLICY_OF_DATA)}",
        *(f"{name}: {value}" for name, value in EVERYWHERE.items()),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
