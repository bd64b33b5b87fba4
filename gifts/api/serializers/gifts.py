from rest_framework import serializers

from config.api.fields import VisibleRelatedField
from config.api.serializers import StrictModelSerializer
from gifts.models import Gift
from households.api.serializers import UserRefSerializer
from households.models import Household


class GiftSerializer(serializers.ModelSerializer):
    created_by = UserRefSerializer(allow_null=True)

    class Meta:
        model = Gift
        fields = [
            "id",
            "household",
            "title",
            "description",
            "url",
            "image_url",
            "price",
            "currency",
            "source",
            "in_catalog",
            "created_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class GiftRefSerializer(serializers.ModelSerializer):
    """A gift as it stands on an item."""

    class Meta:
        model = Gift
        fields = ["id", "title", "description", "url", "image_url", "price", "currency", "source"]
        read_only_fields = fields


class GiftWriteSerializer(StrictModelSerializer):
    class Meta:
        model = Gift
        fields = ["title", "description", "url", "image_url", "price", "currency", "source"]
        extra_kwargs = {"currency": {"required": False}}


class GiftCreateSerializer(GiftWriteSerializer):
    household = VisibleRelatedField(Household.objects.all(), required=False)

    class Meta(GiftWriteSerializer.Meta):
        fields = ["household", *GiftWriteSerializer.Meta.fields]
