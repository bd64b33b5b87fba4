"""What is read, by ModelSerializers; the rows come with their relations loaded."""

from typing import Any

from rest_framework import serializers

from accounts.models import DeviceSession, User
from accounts.tokens import AccessToken, RefreshToken
from benchmarks.rivals.plain_drf.rows import GiversView
from gifts.models import Claim, Gift, GiftList, ListItem
from households.models import Activity, Occasion, Person, Tag
from tasks.models import Task


class UserRef(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "name", "handle", "avatar_url"]


class PersonRef(serializers.ModelSerializer):
    class Meta:
        model = Person
        fields = ["id", "display_name"]


class TagRef(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name", "kind", "colour"]


class OccasionRef(serializers.ModelSerializer):
    class Meta:
        model = Occasion
        fields = ["id", "name"]


class GiftRef(serializers.ModelSerializer):
    tags = TagRef(many=True, read_only=True)

    class Meta:
        model = Gift
        fields = ["id", "title", "description", "url", "image_url", "price", "currency", "source", "tags"]


class GiftSerializer(GiftRef):
    created_by = UserRef(read_only=True)

    class Meta:
        model = Gift
        fields = [*GiftRef.Meta.fields, "household", "in_catalog", "created_by", "created_at", "updated_at"]


class GiftWrite(serializers.ModelSerializer):
    tags = serializers.PrimaryKeyRelatedField(many=True, queryset=Tag.objects.alive(), required=False)
    currency = serializers.CharField(max_length=3, required=False)

    class Meta:
        model = Gift
        fields = ["title", "description", "url", "image_url", "price", "currency", "source", "tags"]


class ClaimSerializer(serializers.ModelSerializer):
    giver = PersonRef()

    class Meta:
        model = Claim
        fields = ["id", "giver", "quantity", "status", "actual_price", "gifted_on", "created_at", "updated_at"]


class ItemSerializer(serializers.ModelSerializer):
    gift = GiftRef()
    added_by = UserRef()
    recipient = serializers.UUIDField(source="list.recipient_id")
    occasion = serializers.UUIDField(source="list.occasion_id")
    occurs_on = serializers.DateField(source="list.occurs_on")
    position = serializers.IntegerField(source="ordinal")

    class Meta:
        model = ListItem
        fields = [
            *("id", "household", "list", "recipient", "occasion", "occurs_on", "gift", "quantity", "priority"),
            *("note", "position", "added_by", "created_at", "updated_at"),
        ]

    def to_representation(self, item: ListItem) -> dict[str, Any]:
        viewer = self.context["request"].auth
        if item.list.recipient_id in viewer.person_ids:
            return super().to_representation(item) | dict.fromkeys(GiversSide().fields)
        return super().to_representation(item) | GiversSide(GiversView(item, viewer)).data


class GiversSide(serializers.Serializer):
    """What the recipient does not see: all of it is null, then."""

    status = serializers.CharField()
    stage = serializers.CharField()
    planned_price = serializers.DecimalField(max_digits=12, decimal_places=2)
    giver_note = serializers.CharField()
    withdrawn = serializers.BooleanField()
    remaining = serializers.IntegerField()
    over_claimed = serializers.BooleanField()
    claims = ClaimSerializer(many=True)
    my_claim = ClaimSerializer()
    allowed_transitions = serializers.ListField()


class ListSerializer(serializers.ModelSerializer):
    owner = UserRef()
    recipient = PersonRef()

    class Meta:
        model = GiftList
        fields = [
            *("id", "household", "name", "kind", "owner", "recipient", "occasion", "occurs_on", "visibility"),
            *("companion_of", "created_at", "updated_at"),
        ]


class ListRef(serializers.ModelSerializer):
    recipient = PersonRef()

    class Meta:
        model = GiftList
        fields = ["id", "name", "kind", "recipient"]


class Subject(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.UUIDField()
    title = serializers.CharField()
    item = serializers.UUIDField()


class TaskSerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="seen_title")
    description = serializers.CharField(source="seen_description")
    item = serializers.UUIDField(source="seen_item")
    is_overdue = serializers.BooleanField()
    next_task = serializers.UUIDField()

    class Meta:
        model = Task
        fields = [
            *["id", "household", "owner", "title", "description", "completed", "completed_at", "due_on", "is_overdue"],
            *["priority", "item", "recurrence", "repeat_after_days", "next_task", "created_at", "updated_at"],
        ]


class EntrySerializer(serializers.ModelSerializer):
    at = serializers.DateTimeField(source="created_at")
    actor = UserRef()
    subject = Subject(source="shown_subject")

    class Meta:
        model = Activity
        fields = ["id", "household", "at", "actor", "verb", "subject", "payload"]


class ClaimIn(serializers.Serializer):
    quantity = serializers.IntegerField(min_value=1, max_value=999, default=1)


class MoveIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=Claim.Status.choices)
    quantity = serializers.IntegerField(min_value=1, max_value=999, required=False)


class LoginIn(serializers.Serializer):
    login = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    device_name = serializers.CharField(max_length=120)


class RefreshIn(serializers.Serializer):
    refresh = serializers.CharField(max_length=2000)
    device_id = serializers.UUIDField()


class Account(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "name", "email", "handle", "avatar_url"]


class SignedIn(serializers.ModelSerializer):
    access = serializers.SerializerMethodField()
    refresh = serializers.SerializerMethodField()
    user = Account()

    class Meta:
        model = DeviceSession
        fields = ["access", "refresh", "device_id", "user"]

    def get_access(self, session: DeviceSession) -> str:
        return str(AccessToken.for_session(session))

    def get_refresh(self, session: DeviceSession) -> str:
        return str(RefreshToken.for_session(session))


class NextOccasion(serializers.Serializer):
    occasion = OccasionRef()
    next_date = serializers.DateField()
    days_to_go = serializers.IntegerField()
    lists = ListRef(many=True)


class IdeaInbox(serializers.Serializer):
    lists = ListRef(many=True)
    items = ItemSerializer(many=True)


class DashboardSerializer(serializers.Serializer):
    household = serializers.UUIDField()
    next_occasion = NextOccasion()
    people = serializers.DictField()
    items_by_status = serializers.DictField()
    people_needing_gifts = PersonRef(many=True)
    idea_inbox = IdeaInbox()
    my_assignments = ItemSerializer(many=True)
    activity = EntrySerializer(many=True)
