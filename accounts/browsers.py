"""A sign-in with a browser is a session on a device like any other: whoever ends that one has ended this."""

from typing import cast

from django.http import HttpRequest

from accounts.models import DeviceSession, User
from accounts.services.sessions import open_session, revoke_sessions, touch
from config.client import client_of

# Where the browser's own session names it.
KEY = "device_session"
DEVICE_NAME = "the admin, in a browser"


def live_session(request: HttpRequest) -> DeviceSession | None:
    """The session on which this request comes; None when it has ended, or nobody has signed in."""
    pk = request.session.get(KEY)
    if pk is None:
        return None
    rows = DeviceSession.objects.live().select_related("user")
    session = rows.filter(pk=pk, user=request.user.pk, user__is_active=True).first()
    if session:
        touch(session, client_of(request))
    return session


def begin_session(request: HttpRequest) -> None:
    """For whoever has just signed in."""
    user = cast(User, request.user)
    session = open_session(user=user, device_name=DEVICE_NAME, platform="browser", client=client_of(request))
    request.session[KEY] = str(session.pk)


def end_session(request: HttpRequest) -> None:
    session = live_session(request)
    if session:
        sessions = DeviceSession.objects.filter(pk=session.pk)
        reason = DeviceSession.Revoked.SIGNED_OUT
        revoke_sessions(sessions=sessions, reason=reason, actor=session.user, client=client_of(request))
