"""The second factor over REST: whether there is one, and how it comes and goes."""

from typing import Any

import segno
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MfaCodeField, PasswordField, SignedInSerializer
from accounts.api.views import OpenView, granted
from accounts.models import AuthEvent, DeviceSession
from accounts.services import recovery_codes
from accounts.services.enrolment import (
    begin_enrolment,
    confirm_enrolment,
    remove_second_factor,
    renew_recovery_codes,
)
from accounts.services.limits import Step, failures_counted
from accounts.services.second_factor import authenticators, required_of
from accounts.services.second_step import finish_sign_in
from accounts.tokens import MfaToken
from config.api.serializers import StrictSerializer
from config.api.views import ResourceViewSet
from config.client import client_of


class SecondStepSerializer(StrictSerializer):
    # It carries the device's name, of whose letters each may take twelve in JSON.
    mfa_token = serializers.CharField(max_length=4000)
    code = MfaCodeField()


class ProofSerializer(StrictSerializer):
    password = PasswordField(
        required=False,
        allow_blank=True,
        help_text="Yours, once more. Whoever has none leaves it out, in the first 15 minutes after signing in.",
    )


class EnrolSerializer(ProofSerializer):
    code = MfaCodeField(
        required=False, allow_blank=True, help_text="Of the second factor that this one is to replace, if there is one."
    )


class ConfirmSerializer(StrictSerializer):
    code = MfaCodeField(help_text="The six digits that the new authenticator shows.")


class MfaDeviceSerializer(serializers.Serializer):
    enrolled_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when there is a second factor (UTC); null when there is none."
    )
    recovery_codes_left = serializers.IntegerField(help_text="How many recovery codes are still good.")
    is_required = serializers.BooleanField(help_text="Whether you have to have one on this server.")


class EnrolmentSerializer(serializers.Serializer):
    secret = serializers.CharField(help_text="To be typed into an authenticator (base32).")
    otpauth_uri = serializers.CharField(source="uri", help_text="The same as an authenticator reads it from a picture.")
    qr_code = serializers.SerializerMethodField(help_text="That picture: an SVG, as a `data:` address.")
    expires_at = serializers.DateTimeField()

    def get_qr_code(self, enrolment: Any) -> str:
        return segno.make(enrolment.uri, error="m").svg_data_uri(scale=4, border=2)


class RecoveryCodesSerializer(serializers.Serializer):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(), help_text="Each is good once, in place of a code. They are shown this once."
    )


class SecondStepView(OpenView):
    serializer_class = SecondStepSerializer

    @extend_schema(summary="Finish a sign-in with the second factor", auth=[], responses=SignedInSerializer)
    def post(self, request: Request) -> Response:
        """A wrong code leaves the token as it is; the right one uses it up."""
        values, client = self.validated(), client_of(request)
        with failures_counted(Step.MFA, kind=AuthEvent.Kind.MFA_CHECKED, client=client):
            step = MfaToken.read(values["mfa_token"]).step
        return self.signed_in(granted(finish_sign_in(step=step, code=values["code"], client=client)))


class SecondFactorViewSet(ResourceViewSet):
    """One's own second factor. What it answers is secret and stands in no cache."""

    queryset = DeviceSession.objects.all()
    serializer_class = MfaDeviceSerializer
    opens_without_second_factor = True

    @extend_schema(summary="See whether there is a second factor", responses=MfaDeviceSerializer)
    def device(self, request: Request) -> Response:
        found = authenticators().filter(user=request.user).first()
        answer = {
            "enrolled_at": found.created_at if found else None,
            "recovery_codes_left": recovery_codes.left(request.user),
            "is_required": required_of(self.viewer),
        }
        return Response(MfaDeviceSerializer(answer).data)

    @extend_schema(
        summary="Begin with a second factor, or with another one",
        request=EnrolSerializer,
        responses={201: EnrolmentSerializer},
    )
    def enrol(self, request: Request) -> Response:
        """It is good for nothing until it is confirmed. Until then, the one that it is to replace stays."""
        values = {"password": "", "code": ""} | self.validated(EnrolSerializer)
        return Response(EnrolmentSerializer(granted(begin_enrolment(**self._who(), **values))).data, status=201)

    @extend_schema(summary="Confirm the second factor", request=ConfirmSerializer, responses=RecoveryCodesSerializer)
    def confirm(self, request: Request) -> Response:
        """From now on every sign-in needs it. Wherever else you are signed in, you are signed out."""
        return self._codes(granted(confirm_enrolment(**self._who(), **self.validated(ConfirmSerializer))))

    @extend_schema(summary="Get new recovery codes", request=ProofSerializer, responses=RecoveryCodesSerializer)
    def renew(self, request: Request) -> Response:
        """The old ones are good no more."""
        values = {"password": ""} | self.validated(ProofSerializer)
        return self._codes(granted(renew_recovery_codes(**self._who(), **values)))

    @extend_schema(summary="Remove the second factor", request=ProofSerializer, responses={204: None})
    def remove(self, request: Request) -> Response:
        """Wherever else you are signed in, you are signed out."""
        values = {"password": ""} | self.validated(ProofSerializer)
        granted(remove_second_factor(**self._who(), **values, is_required=required_of(self.viewer)))
        return self.gone()

    def _who(self) -> dict[str, Any]:
        return {"user": self.request.user, "session": self.viewer.session, "client": client_of(self.request)}

    def _codes(self, codes: list[str]) -> Response:
        return Response(RecoveryCodesSerializer({"recovery_codes": codes}).data)
