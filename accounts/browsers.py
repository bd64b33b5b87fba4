"""A sign-in with a browser is a session on a device like any other: whoever ends that one has ended this."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import DeviceSession, User
from accounts.services.sessions import open_session, revoke_sessions, touch
from config.client import client_of

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


@receiver(user_logged_in)
def begin(request: HttpRequest, user: User, **signal: Any) -> None:
    session = open_session(user=user, device_name=DEVICE_NAME, platform="browser", client=client_of(request))
    request.session[KEY] = str(session.pk)


@receiver(user_logged_out)
def end(request: HttpRequest, user: User | None, **signal: Any) -> None:
    if user and KEY in request.session:
        sessions = DeviceSession.objects.filter(pk=request.session[KEY], user=user)
        reason = DeviceSession.Revoked.SIGNED_OUT
        revoke_sessions(sessions=sessions, reason=reason, actor=user, client=client_of(request))
