"""From a token to a viewer, by the ORM: the live session with its user, the memberships, and the couples."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import DeviceSession
from accounts.services.sessions import touch
from accounts.tokens import AccessToken
from config.client import client_of
from config.errors import Refusal
from households.viewer import Viewer


class SessionOfToken(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Viewer] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            return None
        try:
            session_id = AccessToken.read(token).session_id
            sessions = DeviceSession.objects.live().select_related("user")
            session = sessions.get(pk=session_id, user__is_active=True)
        except (Refusal, DeviceSession.DoesNotExist) as error:
            raise AuthenticationFailed from error
        touch(session, client_of(request))
        return session.user, Viewer.of(session.user, session)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
