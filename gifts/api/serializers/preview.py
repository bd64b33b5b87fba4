from rest_framework import serializers

from config.api.serializers import StrictSerializer
from gifts.services.preview.outcomes import Reason


class PreviewRequestSerializer(StrictSerializer):
    url = serializers.URLField(max_length=2000)


class GiftPreviewSerializer(serializers.Serializer):
    """Always of one shape: null is what the page does not say."""

    found = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=Reason.choices, allow_null=True)
    title = serializers.CharField(allow_null=True)
    image_url = serializers.URLField(allow_null=True)
    price = serializers.CharField(allow_null=True, help_text="A decimal, like the price of a gift.")
    currency = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field here, not what DRF calls so
