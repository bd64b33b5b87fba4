"""Signing in and going on."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import AuthEvent, DeviceSession, User
from accounts.tokens import RefreshToken
from benchmarks.rivals.plain_drf.serializers import LoginIn, RefreshIn, SignedIn
from config.client import client_of

GRACE = timedelta(seconds=10)


class OpenView(APIView):
    authentication_classes: list = []
    permission_classes: list = []


class LoginView(OpenView):
    def post(self, request: Request) -> Response:
        asked = LoginIn(data=request.data)
        asked.is_valid(raise_exception=True)
        password = asked.validated_data["password"]
        user = User.objects.with_login(asked.validated_data["login"]).first()
        if user is None:
            make_password(password)
            raise AuthenticationFailed
        if not user.check_password(password) or not user.is_active:
            raise AuthenticationFailed
        return Response(SignedIn(_begun(user, asked.validated_data["device_name"], request)).data)


@transaction.atomic
def _begun(checked: User, device_name: str, request: Request) -> DeviceSession:
    user = User.objects.select_for_update(no_key=True).get(pk=checked.pk)
    if user.password != checked.password or not user.is_active:
        raise AuthenticationFailed
    now = timezone.now()
    session = DeviceSession.objects.create(
        user=user,
        device_id=uuid4(),
        device_name=device_name,
        rotated_at=now,
        idle_expires_at=now + settings.SESSION_IDLE_LIFETIME,
        expires_at=now + settings.SESSION_ABSOLUTE_LIFETIME,
        last_seen_at=now,
        last_ip=client_of(request).ip,
    )
    _note(AuthEvent.Kind.LOGIN, AuthEvent.Outcome.SUCCEEDED, session, request, actor=user)
    return session


class RefreshView(OpenView):
    def post(self, request: Request) -> Response:
        asked = RefreshIn(data=request.data)
        asked.is_valid(raise_exception=True)
        token = RefreshToken.read(asked.validated_data["refresh"])
        session = _rotated(token, asked.validated_data["device_id"], request)
        if session is None:
            raise AuthenticationFailed
        return Response(SignedIn(session).data)


@transaction.atomic
def _rotated(token: RefreshToken, device_id: UUID, request: Request) -> DeviceSession | None:
    """One conditional UPDATE decides who gets the next generation; the token before is good for ten seconds more."""
    now = timezone.now()
    present = DeviceSession.objects.live().filter(
        pk=token.session_id,
        generation=token.generation,
        device_id=device_id,
        user__in=User.objects.filter(is_active=True),
    )
    won = present.update(**_next_generation(now, request))
    session = DeviceSession.objects.select_related("user").filter(pk=token.session_id).first()
    if session is None:
        return None
    repeated = token.generation == session.generation - 1 and now - session.rotated_at <= GRACE
    is_good = session.revoked_at is None and session.user.is_active and session.device_id == device_id
    if won or (is_good and repeated):
        _note(AuthEvent.Kind.REFRESH, AuthEvent.Outcome.SUCCEEDED, session, request)
        return session
    DeviceSession.objects.filter(pk=session.pk).update(revoked_at=now, revoked_reason="replayed")
    _note(AuthEvent.Kind.REFRESH, AuthEvent.Outcome.FAILED, session, request)
    return None


def _next_generation(now: datetime, request: Request) -> dict:
    return {
        "generation": F("generation") + 1,
        "rotated_at": now,
        "idle_expires_at": Least(Value(now + settings.SESSION_IDLE_LIFETIME), F("expires_at")),
        "last_seen_at": now,
        "last_ip": client_of(request).ip,
        "updated_at": now,
    }


def _note(kind: str, outcome: str, session: DeviceSession, request: Request, actor: User | None = None) -> None:
    client = client_of(request)
    AuthEvent.objects.create(
        kind=kind,
        outcome=outcome,
        user=session.user,
        actor=actor,
        session=session,
        ip=client.ip,
        user_agent=client.user_agent,
    )
