from rest_framework import serializers

from config.api.fields import VisibleRelatedField, VisibleRelatedListField
from config.api.serializers import StrictModelSerializer
from gifts.models import Gift
from households.api.serializers import TagRefSerializer, UserRefSerializer
from households.models import Household, Tag


class GiftSerializer(serializers.ModelSerializer):
    created_by = UserRefSerializer(allow_null=True)
    tags = TagRefSerializer(many=True)

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
            "tags",
            "in_catalog",
            "created_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class GiftRefSerializer(serializers.ModelSerializer):
    """A gift as it stands on an item."""

    tags = TagRefSerializer(many=True)

    class Meta:
        model = Gift
        fields = ["id", "title", "description", "url", "image_url", "price", "currency", "source", "tags"]
        read_only_fields = fields


class GiftWriteSerializer(StrictModelSerializer):
    tags = VisibleRelatedListField(
        Tag.objects.all(), required=False, help_text="Tags that exist: making one is an act of its own."
    )

    class Meta:
        model = Gift
        fields = ["title", "description", "url", "image_url", "price", "currency", "source", "tags"]
        extra_kwargs = {"currency": {"required": False}}


class GiftCreateSerializer(GiftWriteSerializer):
    household = VisibleRelatedField(Household, required=False)

    class Meta(GiftWriteSerializer.Meta):
        fields = ["household", *GiftWriteSerializer.Meta.fields]
