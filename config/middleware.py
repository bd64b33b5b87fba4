import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from uuid_utils.compat import uuid7

from config.api.errors import respond
from config.errors import Code, Refusal

logger = structlog.get_logger("hearth.request")
VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIDMiddleware:
    """Gives each request an id: on `request.id`, in `X-Request-ID`, in every log line it causes.

    An incoming id is kept if it is 8 to 64 letters, digits or dashes, so that nobody writes into our logs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        incoming = request.headers.get("X-Request-ID", "")
        request_id = incoming if VALID_REQUEST_ID.fullmatch(incoming) else str(uuid7())
        request.id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            started = time.perf_counter()
            response = self.get_response(request)
            elapsed = round((time.perf_counter() - started) * 1000, 1)
            # The path without its query string: cursors, searches and tickets stay out of the logs.
            path = escape_uri_path(request.path)
            logger.info("request", method=request.method, path=path, status=response.status_code, ms=elapsed)
        # So this answer is logged: Django's own line for a 503 would come now, when the id is gone.
        response._has_been_logged = True  # type: ignore[attr-defined]
        response["X-Request-ID"] = request_id
        return response


class EnvelopeMiddleware:
    """The envelope for a 405 from Django's own views, the admin's and WhiteNoise's: those have no words at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.get("Content-Type") == "application/json":
            return response
        refused = respond(request, Refusal(Code.RESOURCE_METHOD_NOT_ALLOWED))
        refused["Allow"] = response["Allow"]
        return refused
