"""A sign-in with a browser is a session on a device like any other: whoever ends that one has ended this."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import DeviceSession, User
from accounts.services.outcomes import Denied
from accounts.services.second_factor import authenticators
from accounts.services.second_step import mark_of, show_code
from accounts.services.sessions import open_session, revoke_sessions, touch
from config.client import client_of

# Where the browser's own session names it.
KEY = "device_session"
# Where it keeps that a code has to follow.
WAITING = "second_step"
DEVICE_NAME = "the admin, in a browser"


def live_session(request: HttpRequest) -> DeviceSession | None:
    """The session on which this request comes; None when it has ended, or nobody has signed in."""
    pk = request.session.get(KEY)
    if pk is None:
        return None
    # By itself a session ends when its user gets a second factor. Should one not have: a password alone opens nothing.
    alone = Q(second_factor_at__isnull=True) & Exists(authenticators().filter(user=OuterRef("user")))
    rows = DeviceSession.objects.live().select_related("user").exclude(alone)
    session = rows.filter(pk=pk, user=request.user.pk, user__is_active=True).first()
    if session:
        touch(session, client_of(request))
    return session


def begin_session(request: HttpRequest, second_factor_at: datetime | None = None) -> None:
    """For whoever has just signed in."""
    session = open_session(
        user=cast(User, request.user),
        device_name=DEVICE_NAME,
        platform="browser",
        client=client_of(request),
        second_factor_at=second_factor_at,
    )
    request.session[KEY] = str(session.pk)


@dataclass(frozen=True)
class Waiting:
    """A right password that has opened nothing yet, as the browser's session keeps it. It names nobody's secret."""

    user_id: str
    mark: str
    backend: str
    next: str
    until: str


def wait_for_code(request: HttpRequest, user: User, next_page: str) -> None:
    """Nobody is signed in here until the code is right; whoever was is not any more."""
    backend = str(getattr(user, "backend", ""))
    logout(request)
    until = timezone.now() + settings.MFA_TOKEN_LIFETIME
    request.session[WAITING] = asdict(Waiting(str(user.pk), mark_of(user), backend, next_page, until.isoformat()))


def waiting_for_code(request: HttpRequest) -> Waiting | None:
    found = request.session.get(WAITING)
    if found is None:
        return None
    waiting = Waiting(**found)
    if datetime.fromisoformat(waiting.until) <= timezone.now():
        stop_waiting(request)
        return None
    return waiting


def stop_waiting(request: HttpRequest) -> None:
    request.session.pop(WAITING, None)


def sign_in_with_code(request: HttpRequest, waiting: Waiting, code: str) -> Denied | None:
    """RATE_LIMITED after too many. AUTH_TOKEN_INVALID when the password is another one by now."""
    outcome = show_code(user_id=UUID(waiting.user_id), mark=waiting.mark, code=code, client=client_of(request))
    if isinstance(outcome, Denied):
        return outcome
    user, second_factor_at = outcome
    stop_waiting(request)
    login(request, user, backend=waiting.backend)
    begin_session(request, second_factor_at)
    return None


def end_session(request: HttpRequest) -> None:
    session = live_session(request)
    if session:
        sessions = DeviceSession.objects.filter(pk=session.pk)
        reason = DeviceSession.Revoked.SIGNED_OUT
        revoke_sessions(sessions=sessions, reason=reason, actor=session.user, client=client_of(request))
