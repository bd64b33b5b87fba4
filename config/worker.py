import json
from http import HTTPStatus
from typing import Any

from csp.utils import build_policy
from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker
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
    """

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
