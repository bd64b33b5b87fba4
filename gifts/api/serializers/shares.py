from rest_framework import serializers

from config.api.fields import VisibleRelatedField
from config.api.serializers import StrictSerializer
from gifts.models import ListShare
from households.api.serializers import PersonRefSerializer, UserRefSerializer
from households.models import Membership


class GuestSerializer(serializers.ModelSerializer):
    """The membership that a list is shared with."""

    user = UserRefSerializer()
    person = PersonRefSerializer(allow_null=True)

    class Meta:
        model = Membership
        fields = ["id", "user", "person"]
        read_only_fields = fields


class ListShareSerializer(serializers.ModelSerializer):
    guest = GuestSerializer()

    class Meta:
        model = ListShare
        fields = ["id", "household", "list", "guest", "created_at", "updated_at"]
        read_only_fields = fields


class ListShareCreateSerializer(StrictSerializer):
    guest = VisibleRelatedField(Membership, help_text="The membership of a guest of this household.")
