from rest_framework import serializers

from config.api.fields import VisibleRelatedField
from config.api.serializers import StrictModelSerializer
from gifts.models import GiftList
from households.api.serializers import PersonRefSerializer, UserRefSerializer
from households.models import Household, Occasion, Person


class GiftListSerializer(serializers.ModelSerializer):
    owner = UserRefSerializer(allow_null=True)
    recipient = PersonRefSerializer(allow_null=True)
    companion_of = serializers.UUIDField(source="seen_companion_of", allow_null=True)

    class Meta:
        model = GiftList
        fields = [
            "id",
            "household",
            "name",
            "kind",
            "owner",
            "recipient",
            "occasion",
            "occurs_on",
            "visibility",
            "companion_of",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class GiftListUpdateSerializer(StrictModelSerializer):
    class Meta:
        model = GiftList
        fields = ["name", "visibility", "occurs_on"]
        extra_kwargs = {"visibility": {"required": False}}


class GiftListCreateSerializer(GiftListUpdateSerializer):
    household = VisibleRelatedField(Household, required=False)
    recipient = VisibleRelatedField(Person, required=False, allow_null=True)
    occasion = VisibleRelatedField(Occasion, required=False, allow_null=True)

    class Meta(GiftListUpdateSerializer.Meta):
        fields = ["household", "kind", "recipient", "occasion", *GiftListUpdateSerializer.Meta.fields]
