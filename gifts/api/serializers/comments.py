from typing import Any

from rest_framework import serializers

from config.api.fields import VisibleRelatedListField
from config.api.serializers import StrictModelSerializer
from gifts.models import SUBJECTS, Comment
from households.api.serializers import PersonRefSerializer, UserRefSerializer
from households.models import Person


class CommentSerializer(serializers.ModelSerializer):
    """What was said, about one of `person`, `occasion`, `list`, `gift` and `item`."""

    author = UserRefSerializer()
    hidden_from = PersonRefSerializer(many=True, help_text="Who must not learn of it: whoever reads it keeps it, too.")

    class Meta:
        model = Comment
        fields = [
            "id",
            "household",
            "author",
            "body",
            "resolved",
            *SUBJECTS,
            "hidden_from",
            "mentions",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "mentions": {"help_text": 'The users whom it calls by "@" and their handle or name.'},
            "updated_at": {"help_text": "Later than `created_at` once its words have been changed."},
        }


class CommentUpdateSerializer(StrictModelSerializer):
    hidden_from = VisibleRelatedListField(
        Person.objects.all(), required=False, help_text="Those from whom its subject is hidden are always among them."
    )

    class Meta:
        model = Comment
        fields = ["body", "resolved", "hidden_from"]


class CommentCreateSerializer(StrictModelSerializer):
    """About exactly one thing that one sees."""

    person = serializers.UUIDField(required=False)
    occasion = serializers.UUIDField(required=False)
    list = serializers.UUIDField(required=False)
    gift = serializers.UUIDField(required=False)
    item = serializers.UUIDField(required=False)
    hidden_from = VisibleRelatedListField(
        Person.objects.all(),
        required=False,
        help_text="Left out: whom the subject is for. Required on a gift, and on an occasion of nobody; may be empty.",
    )

    class Meta:
        model = Comment
        fields = [*SUBJECTS, "body", "hidden_from"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in SUBJECTS if name in attrs]
        if len(named) != 1:
            complaint = "Say what this is about: one person, occasion, list, gift or item."
            raise serializers.ValidationError({name: [complaint] for name in named or SUBJECTS})
        return attrs
