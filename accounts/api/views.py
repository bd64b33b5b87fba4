from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.models import AuthEvent, DeviceSession
from accounts.services.activation import complete_activation
from accounts.services.codes import verify_code
from accounts.services.limits import Step, failures_counted
from accounts.services.login import log_in
from accounts.services.outcomes import Denied
from accounts.services.passwords import change_own_password
from accounts.services.refresh import refresh_session
from accounts.services.second_factor import is_enrolled
from accounts.services.sessions import revoke_sessions
from accounts.tokens import ActivationToken, MfaToken, RefreshToken
from config.api.conditional import refuse_key
from config.api.views import ListMixin, ResourceViewSet
from config.client import client_of
from config.errors import Code, Refusal

Granted = TypeVar("Granted")


def granted(outcome: Granted | Denied) -> Granted:
    """What a service gave; what it denied becomes an error here, after everything it wrote was committed."""
    if isinstance(outcome, Denied):
        raise Refusal(outcome.code, details=outcome.details)
    return outcome


class OpenView(GenericAPIView):
    """For those who are not signed in yet: an Authorization header, good or bad, changes nothing."""

    authentication_classes: list = []
    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_key(request)

    def validated(self) -> dict[str, Any]:
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def signed_in(self, session: DeviceSession) -> Response:
        return Response(serializers.SignedInSerializer(session).data)


class ActivateView(OpenView):
    serializer_class = serializers.ActivateSerializer

    @extend_schema(summary="Show an activation code", auth=[], responses=serializers.ActivationSerializer)
    def post(self, request: Request) -> Response:
        """The first step: checks the code and leaves it usable, so that an app may start over."""
        values = self.validated()
        code = granted(verify_code(login=values["login"], code=values["activation_code"], client=client_of(request)))
        token = ActivationToken.for_code(
            code, device_fingerprint=values["device_fingerprint"], app_version=values["app_version"]
        )
        answer = {
            "activation_token": str(token),
            "expires_at": token.expires_at,
            "user": code.user,
            "requires_mfa": is_enrolled(code.user),
        }
        return Response(serializers.ActivationSerializer(answer).data)


class CompleteActivationView(OpenView):
    serializer_class = serializers.CompleteActivationSerializer

    @extend_schema(summary="Complete an activation", auth=[], responses=serializers.SignedInSerializer)
    def post(self, request: Request) -> Response:
        """The second step: uses the code up and signs this device in."""
        values, client = self.validated(), client_of(request)
        with failures_counted(Step.COMPLETION, kind=AuthEvent.Kind.ACTIVATION_FAILED, client=client):
            token = ActivationToken.read(values.pop("activation_token"))
            code_id = token.code_id
        outcome = complete_activation(
            code_id=code_id,
            fingerprint_hash=token.fingerprint_hash,
            app_version=token.app_version,
            client=client,
            **values,
        )
        return self.signed_in(granted(outcome))


class LoginView(OpenView):
    serializer_class = serializers.LoginSerializer

    @extend_schema(summary="Sign in with a password", auth=[], responses=serializers.SIGN_IN)
    def post(self, request: Request) -> Response:
        """Whoever has a second factor gets an `mfa_token`, and goes on with POST /auth/mfa."""
        outcome = granted(log_in(**self.validated(), client=client_of(request)))
        if isinstance(outcome, DeviceSession):
            return self.signed_in(outcome)
        token = MfaToken.for_step(outcome)
        answer = {"mfa_token": str(token), "expires_at": token.expires_at}
        return Response(serializers.MfaNeededSerializer(answer).data)


class RefreshView(OpenView):
    serializer_class = serializers.RefreshSerializer

    @extend_schema(summary="Trade a refresh token for new tokens", auth=[], responses=serializers.SignedInSerializer)
    def post(self, request: Request) -> Response:
        """Each refresh token is good once; for ten seconds more the same device gets the same answer again."""
        values, client = self.validated(), client_of(request)
        with failures_counted(Step.REFRESH, kind=AuthEvent.Kind.REFRESH, client=client):
            token = RefreshToken.read(values["refresh"])
            session_id, generation = token.session_id, token.generation
        outcome = refresh_session(
            session_id=session_id, generation=generation, device_id=values["device_id"], client=client
        )
        return self.signed_in(granted(outcome))


class SessionViewSet(ListMixin, ResourceViewSet):
    """The devices one is signed in on."""

    queryset = DeviceSession.objects.all()
    serializer_class = serializers.SessionSerializer
    opens_without_second_factor = True
    while_locked = ("revoke",)

    def get_queryset(self) -> QuerySet:
        now = self.viewer and self.viewer.now
        return super().get_queryset().live(now).with_lock(now)

    @extend_schema(summary="End one of one's own sessions")
    def destroy(self, request: Request, pk: UUID) -> Response:
        return self._ended(self.get_queryset().filter(pk=pk))

    @extend_schema(
        summary="Sign out: here, on one device, or everywhere",
        request=serializers.RevokeSerializer,
        responses={204: None},
    )
    def revoke(self, request: Request) -> Response:
        values = self.validated(serializers.RevokeSerializer)
        # Whoever finds the tablet locked may sign its user out there, and nowhere else.
        if values and self.viewer.session.is_locked:
            raise Refusal(Code.AUTH_SESSION_LOCKED)
        if values.get("all"):
            return self._ended(self.get_queryset())
        if "device_id" in values:
            return self._ended(self.get_queryset().filter(device_id=values["device_id"]))
        return self._ended(self.get_queryset().filter(pk=self.viewer.session.pk))

    @extend_schema(
        summary="Change one's password, and sign out everywhere else",
        request=serializers.NewPasswordSerializer,
        responses={204: None},
    )
    def change_password(self, request: Request) -> Response:
        """Somebody without a password may choose one for 15 minutes after they came in by a code."""
        values = self.validated(serializers.NewPasswordSerializer)
        current, new = values.get("current_password", ""), values["new_password"]
        change_own_password(session=self.viewer.session, current=current, new=new, client=client_of(request))
        return self.gone()

    def _ended(self, sessions: QuerySet) -> Response:
        reason = DeviceSession.Revoked.SIGNED_OUT
        ended = revoke_sessions(
            sessions=sessions, reason=reason, actor=self.request.user, client=client_of(self.request)
        )
        if not ended:
            raise Http404
        return self.gone()
