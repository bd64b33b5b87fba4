from rest_framework import serializers

from config.api.fields import VisibleRelatedField
from config.api.serializers import StrictModelSerializer, StrictSerializer
from gifts.models import ListItem
from households.models import Household
from tasks.models import Task
from tasks.services.errands import KINDS


class TaskSerializer(serializers.ModelSerializer):
    """A task as its owner may read it. While the item that it is about is hidden from them, so is what it says."""

    title = serializers.CharField(source="seen_title")
    description = serializers.CharField(source="seen_description")
    item = serializers.UUIDField(source="seen_item", allow_null=True)
    is_overdue = serializers.BooleanField()
    next_task = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Task
        fields = [
            "id",
            "household",
            "owner",
            "title",
            "description",
            "completed",
            "completed_at",
            "due_on",
            "is_overdue",
            "priority",
            "item",
            "recurrence",
            "repeat_after_days",
            "next_task",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class TaskWriteSerializer(StrictModelSerializer):
    item = VisibleRelatedField(
        ListItem,
        door="open_to_giver",
        required=False,
        allow_null=True,
        help_text="What it is about: an item that you see as a giver.",
    )

    class Meta:
        model = Task
        fields = [
            "title",
            "description",
            "completed",
            "due_on",
            "priority",
            "item",
            "recurrence",
            "repeat_after_days",
        ]


class TaskCreateSerializer(TaskWriteSerializer):
    household = VisibleRelatedField(Household, required=False)

    class Meta(TaskWriteSerializer.Meta):
        fields = ["household", *TaskWriteSerializer.Meta.fields]


class TaskToggleSerializer(StrictSerializer):
    completed = serializers.BooleanField(required=False, help_text="Which of the two; left out, the other one.")


class ErrandSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=list(KINDS), help_text="What there is to do.")
    due_on = serializers.DateField(
        required=False, allow_null=True, help_text="Left out, in good time before the day that the item is for."
    )
