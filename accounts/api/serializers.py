from typing import Any

from rest_framework import serializers

from accounts.models import DeviceSession, User
from accounts.pins import validate_pin
from accounts.tokens import AccessToken, RefreshToken
from config.api.fields import Derived
from config.api.serializers import ReadModelSerializer, Row, StrictSerializer


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "name", "email", "handle", "avatar_url"]
        read_only_fields = fields


class SessionSerializer(ReadModelSerializer):
    has_pin = serializers.BooleanField(help_text="Whether it locks itself by a PIN.")
    locked = serializers.BooleanField(help_text="Whether it wants its PIN before anything else.")
    current = Derived(serializers.BooleanField(), help_text="Whether this is the session that asks.")

    class Meta:
        model = DeviceSession
        fields = [
            "id",
            "device_id",
            "device_name",
            "platform",
            "app_version",
            "created_at",
            "last_seen_at",
            "last_ip",
            "has_pin",
            "locked",
            "current",
        ]
        read_only_fields = fields

    @staticmethod
    def finish(row: Row, viewer: Any) -> Row:
        # Staff who read for somebody have no session of theirs.
        return row | {"current": viewer.session is not None and row["id"] == str(viewer.session.pk)}


class SignedInSerializer(serializers.ModelSerializer):
    """What a device gets when its session has begun or gone on."""

    access = serializers.SerializerMethodField()
    refresh = serializers.SerializerMethodField()
    user = UserSerializer(read_only=True)

    class Meta:
        model = DeviceSession
        fields = ["access", "refresh", "device_id", "user"]
        read_only_fields = fields

    def get_access(self, session: DeviceSession) -> str:
        return str(AccessToken.for_session(session))

    def get_refresh(self, session: DeviceSession) -> str:
        return str(RefreshToken.for_session(session))


class ActivateSerializer(StrictSerializer):
    login = serializers.CharField(max_length=254)
    activation_code = serializers.CharField(max_length=40)
    device_fingerprint = serializers.CharField(max_length=500)
    app_version = serializers.CharField(max_length=40)


class ActivationSerializer(serializers.Serializer):
    activation_token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    user = UserSerializer()
    requires_mfa = serializers.BooleanField(help_text="Whether the second step asks for more than the code.")


class PasswordField(serializers.CharField):
    """A password as it was typed: spaces count."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=200, **options)


class PinField(serializers.CharField):
    """A PIN that somebody chooses: six digits that are not easy to guess."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[validate_pin], **options)


class CompleteActivationSerializer(StrictSerializer):
    activation_token = serializers.CharField(max_length=2000)
    device_name = serializers.CharField(max_length=120)
    password = PasswordField(required=False, allow_blank=True)
    pin = PinField(required=False, help_text="To lock this session with, on a device that others use, too.")
    platform = serializers.CharField(max_length=40, required=False, allow_blank=True)


class NewPasswordSerializer(StrictSerializer):
    current_password = PasswordField(required=False, allow_blank=True)
    new_password = PasswordField()


class LoginSerializer(StrictSerializer):
    login = serializers.CharField(max_length=254)
    password = PasswordField()
    device_name = serializers.CharField(max_length=120)
    device_id = serializers.UUIDField(required=False)
    platform = serializers.CharField(max_length=40, required=False, allow_blank=True)


class RefreshSerializer(StrictSerializer):
    refresh = serializers.CharField(max_length=2000)
    device_id = serializers.UUIDField()


class RemovePinSerializer(StrictSerializer):
    password = PasswordField(required=False, help_text="Needed from whoever has one.")
    current_pin = serializers.CharField(
        max_length=6, required=False, help_text="Needed from whoever has no password, and a PIN already."
    )


class SetPinSerializer(RemovePinSerializer):
    pin = PinField()


class UnlockSerializer(StrictSerializer):
    pin = serializers.CharField(max_length=6)


class RevokeSerializer(StrictSerializer):
    """Neither of the two means the session that asks."""

    device_id = serializers.UUIDField(required=False)
    all = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("all") and "device_id" in attrs:
            raise serializers.ValidationError({"all": ["Choose one device, or all."]})
        return attrs
