from rest_framework import serializers

from config.api.fields import Derived
from config.api.serializers import ReadSerializer, Row, StrictSerializer
from gifts.models.diary import WORD_OF
from households.api.serializers import UserRefSerializer
from households.models import Activity
from households.viewer import Viewer


class SubjectSerializer(ReadSerializer):
    """What an entry is about, as it is called today."""

    type = Derived(serializers.ChoiceField(choices=sorted(WORD_OF.values())), source="subject_type")
    id = serializers.UUIDField(source="subject_id")
    title = serializers.CharField(
        source="subject_title", allow_null=True, help_text="None when it is no longer anywhere that the reader sees."
    )
    item = serializers.UUIDField(
        source="subject_item", allow_null=True, help_text="The item it belongs to: of a plan, a claim, a comment on it."
    )

    @staticmethod
    def finish(row: Row, viewer: Viewer) -> Row:
        return row | {"type": WORD_OF.get(row["type"], row["type"])}


class ActivitySerializer(serializers.ModelSerializer):
    at = serializers.DateTimeField(source="created_at")
    actor = UserRefSerializer(allow_null=True)
    subject = SubjectSerializer(source="*")
    payload = serializers.DictField(help_text="The verb's own details, such as the names of the fields that changed.")

    class Meta:
        model = Activity
        fields = ["id", "household", "at", "actor", "verb", "subject", "payload"]
        read_only_fields = fields


class StreamQuerySerializer(StrictSerializer):
    """Where a stream begins. `after` is also taken from the header Last-Event-ID, which goes first."""

    household = serializers.UUIDField(required=False, help_text="May be left out by who plans in one household only.")
    after = serializers.UUIDField(
        required=False, help_text="The last entry received; without it the stream begins now."
    )
    ticket = serializers.CharField(required=False, help_text="Instead of an Authorization header.")


class TicketSerializer(serializers.Serializer):
    ticket = serializers.CharField(help_text="For `?ticket=` of the stream, and nothing else.")
    expires_at = serializers.DateTimeField()
