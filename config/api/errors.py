"""Every answer of 400 and above leaves through this envelope, inside DRF and outside it."""

import sys
from math import ceil
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.template.loader import render_to_string
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError

from config.api.renderers import JSONRenderer
from config.api.throttles import seconds_to_wait
from config.errors import Code, Refusal, envelope
from config.logs import found_out

logger = structlog.get_logger("hearth.errors")

CODE_OF = {
    exceptions.ParseError: Code.VALIDATION_MALFORMED,
    exceptions.NotAuthenticated: Code.AUTH_REQUIRED,
    exceptions.AuthenticationFailed: Code.AUTH_TOKEN_INVALID,
    exceptions.PermissionDenied: Code.RESOURCE_FORBIDDEN,
    exceptions.NotFound: Code.RESOURCE_NOT_FOUND,
    exceptions.MethodNotAllowed: Code.RESOURCE_METHOD_NOT_ALLOWED,
    exceptions.NotAcceptable: Code.RESOURCE_NOT_ACCEPTABLE,
    exceptions.UnsupportedMediaType: Code.VALIDATION_MEDIA_TYPE,
    exceptions.Throttled: Code.RATE_LIMITED,
    Http404: Code.RESOURCE_NOT_FOUND,
    PermissionDenied: Code.RESOURCE_FORBIDDEN,
    TokenError: Code.AUTH_TOKEN_INVALID,
    RequestDataTooBig: Code.VALIDATION_TOO_LARGE,
    SuspiciousOperation: Code.VALIDATION_MALFORMED,  # such as thousands of parameters
    UnreadablePostError: Code.VALIDATION_MALFORMED,  # whoever sent it has gone
    # The database is away, or the statement timeout struck: the same request may succeed later.
    OperationalError: Code.SERVER_UNAVAILABLE,
    InterfaceError: Code.SERVER_UNAVAILABLE,
}

# Said before the ordinary limits look: a tablet that is locked may be polling.
KEPT_OUT = {Code.AUTH_SESSION_LOCKED, Code.AUTH_MFA_REQUIRED}


def as_refusal(error: BaseException | None) -> Refusal | None:
    """The refusal that this exception amounts to; None for a defect of ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, exceptions.ValidationError):
        return Refusal(Code.VALIDATION_FAILED, details=as_field_errors(error.detail))
    code = next((code for kind, code in CODE_OF.items() if isinstance(error, kind)), None)
    # DRF's own limits say how long to wait, in whole seconds.
    return Refusal(code, retry_after=getattr(error, "wait", None)) if code else None


def as_field_errors(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: the envelope for what we refuse; None lets Django answer with its 500."""
    refusal = as_refusal(error)
    if refusal is None:
        return None
    if refusal.code.status >= 500:
        logger.error("unavailable", exc_info=error)
    request = context["request"]
    # A sign-in that fails has limits of its own; this is for whoever sends no token, or one that opens nothing now.
    is_kept_out = refusal.code.status == 401 or refusal.code in KEPT_OUT
    if is_kept_out and request.authenticators and (seconds := seconds_to_wait(request)):
        refusal = Refusal(Code.RATE_LIMITED, retry_after=seconds)
    found_out(code=refusal.code.name)
    # A route that renders something else, like the docs, says no in JSON all the same.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    body = envelope(refusal.code, request.id, refusal.message, refusal.details)
    return Response(body, status=refusal.code.status, headers=headers_of(refusal))


def headers_of(refusal: Refusal) -> dict[str, str]:
    headers = {}
    if refusal.code.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="hearth"'
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return headers


def respond(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The envelope outside DRF; or in the admin, for a browser that somebody sits at, a page that says the same."""
    found_out(code=refusal.code.name)
    status, headers, request_id = refusal.code.status, headers_of(refusal), getattr(request, "id", "")
    if request.path.startswith("/admin/") and "text/html" in request.headers.get("Accept", ""):
        minutes = ceil((refusal.retry_after or 0) / 60)
        words = {"message": refusal.message, "request_id": request_id, "minutes": minutes}
        page = render_to_string("refused.html", words)
        return HttpResponse(page, status=status, headers=headers)
    body = envelope(refusal.code, request_id, refusal.message, refusal.details)
    return JsonResponse(body, status=status, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, as_refusal(exception) or Refusal(Code.VALIDATION_MALFORMED))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, Refusal(Code.RESOURCE_FORBIDDEN))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, Refusal(Code.RESOURCE_NOT_FOUND))


def server_error(request: HttpRequest) -> HttpResponse:
    """A defect of ours; or, outside DRF, a refusal that only gets here as the exception being handled."""
    return respond(request, as_refusal(sys.exception()) or Refusal(Code.SERVER_ERROR))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return respond(request, Refusal(Code.AUTH_CSRF_FAILED))
