"""The PIN of the session that asks."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.views import granted
from accounts.models import DeviceSession
from accounts.services.pins import lock_session, remove_pin, set_pin, unlock_session
from config.api.conditional import refuse_key
from config.client import client_of


class OwnSessionView(GenericAPIView):
    # Who has to get a second factor on a tablet that has locked itself must unlock it first.
    opens_without_second_factor = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_key(request)

    @property
    def session(self) -> DeviceSession:
        return self.request.auth.session

    def asked(self) -> dict[str, Any]:
        """What a service is asked with: the session, the client, and what the body says."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return {"session": self.session, "client": client_of(self.request), **serializer.validated_data}


class PinView(OwnSessionView):
    serializer_class = serializers.SetPinSerializer

    @extend_schema(summary="Set or replace this session's PIN", responses={204: None})
    def post(self, request: Request) -> Response:
        """From now on the session locks itself when it has not been used for a while, and by POST /auth/session/lock.

        Whoever has a password says it; whoever has none, and a PIN already, says that one.
        """
        granted(set_pin(**self.asked()))
        return Response(status=204)


class RemovePinView(OwnSessionView):
    serializer_class = serializers.RemovePinSerializer

    @extend_schema(summary="Remove this session's PIN", responses={204: None})
    def post(self, request: Request) -> Response:
        """The session is never locked any more. It asks for the same as a new PIN does."""
        granted(remove_pin(**self.asked()))
        return Response(status=204)


class LockView(OwnSessionView):
    while_locked = ("POST",)

    @extend_schema(summary="Lock this session", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """At once: until it is unlocked, every other route answers 403 AUTH_SESSION_LOCKED, and streams end."""
        lock_session(session=self.session)
        return Response(status=204)


class UnlockView(OwnSessionView):
    serializer_class = serializers.UnlockSerializer
    while_locked = ("POST",)

    @extend_schema(summary="Unlock this session with its PIN", responses={204: None})
    def post(self, request: Request) -> Response:
        """After five wrong PINs the session ends: sign in again."""
        granted(unlock_session(**self.asked()))
        return Response(status=204)
