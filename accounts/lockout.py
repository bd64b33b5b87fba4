"""django-axes at the admin's door: it counts each pair of login and address, and shows who is locked out."""

from copy import copy
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.crypto import salted_hmac

from accounts.models import AuthEvent
from accounts.services.audit import record
from config.api.errors import respond
from config.client import address_of, client_of
from config.errors import Code, Refusal
from config.models import casefold_key


class LockoutBackend(AxesStandaloneBackend):
    """Asks whether this login is locked out at this address. It signs nobody in."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        if request is not None:
            super().authenticate(request, **credentials)


class LockoutHandler(AxesDatabaseHandler):
    """Keeps nothing of what was sent, and writes a lockout into the audit."""

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        if request is None:
            return
        seen: Any = copy(request)
        # It would keep all fields but the password, to the end of time: tokens, codes, and whatever else is sent.
        seen.GET = seen.POST = QueryDict()
        super().user_login_failed(sender, credentials, seen, **kwargs)
        for name in ("axes_locked_out", "axes_credentials", "axes_failures_since_start"):
            setattr(request, name, getattr(seen, name))
        if seen.axes_locked_out and not was_refused_unheard(request):  # this is the one that did it
            kind, outcome = AuthEvent.Kind.RATE_LIMITED, AuthEvent.Outcome.FAILED
            record(kind=kind, outcome=outcome, client=client_of(request), reason="admin_lockout")


def was_refused_unheard(request: HttpRequest) -> bool:
    """Whether it was locked out already: no password was looked at, and axes has not counted it."""
    return getattr(request, "axes_locked_out", False) and request.axes_failures_since_start is None  # type: ignore[attr-defined]


def address(request: HttpRequest) -> str:
    """Where the request comes from; the unspecified address (RFC 4291, section 2.5.2) on a Unix socket, as axes must
    have one to find its row by."""
    return address_of(request) or "::"


def login_key(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Whom it is about, as a keyed hash: people type passwords where their name belongs."""
    # What was typed, also when it went well: then axes would look for their e-mail address.
    typed = request.POST.get("username") or (credentials or {}).get("username")
    return salted_hmac("accounts.lockout", casefold_key(typed) or "", algorithm="sha256").hexdigest()


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return respond(request, Refusal(Code.RATE_LIMITED, retry_after=seconds))
