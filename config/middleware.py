import re
import time
from collections.abc import Callable

import structlog
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path
from uuid_utils.compat import uuid7

from config.api.errors import respond
from config.client import address_of
from config.errors import Code, Refusal
from config.headers import EVERYWHERE, POLICY_OF_DATA
from config.logs import request_lines

logger = structlog.get_logger("hearth.request")
SIGNING_IN = "/api/v1/auth/"
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
        with request_lines(request_id):
            started = time.perf_counter()
            response = self.get_response(request)
            elapsed = round((time.perf_counter() - started) * 1000, 1)
            # The path without its query string: cursors, searches and tickets stay out of the logs.
            path = escape_uri_path(request.path)
            facts = {"method": request.method, "path": path, "status": response.status_code, "ms": elapsed}
            logger.info("request", ip=address_of(request), **facts)
        # So this answer is logged: Django's own line for a 503 would come now, when the id is gone.
        response._has_been_logged = True  # type: ignore[attr-defined]
        response["X-Request-ID"] = request_id
        return response


class HeadersMiddleware:
    """The same headers on every answer, and what may keep it: nobody what came of a sign-in or of a change.

    Everything else is for one reader, whose browser has to ask each time; what a view says itself stays.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in EVERYWHERE.items():
            response.headers.setdefault(name, value)
        is_secret = request.method not in {"GET", "HEAD"} or request.path.startswith(SIGNING_IN)
        response.headers.setdefault("Cache-Control", "no-store" if is_secret else "private, no-cache")
        return response


class PolicyMiddleware(CSPMiddleware):
    """The content security policy: of the settings for a page, and for anything else one that allows nothing."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        if not report_only and not response.get("Content-Type", "").startswith("text/html"):
            return PolicyParts(config=POLICY_OF_DATA)
        return super().get_policy_parts(request, response, report_only)


class HttpsMiddleware:
    """Over plain http the API says no. A redirect would work, and nobody would ever notice that an app sends its tokens
    for all to read (OWASP ASVS 5.0, 4.1.2); people at a browser get one from Django's own middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A probe asks the container itself, where there is no https.
        is_api = request.path.startswith("/api/") and not request.path.startswith("/api/v1/health")
        if settings.SECURE_SSL_REDIRECT and is_api and not request.is_secure():
            return respond(request, Refusal(Code.AUTH_HTTPS_REQUIRED))
        return self.get_response(request)


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
