from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import VisibleRelatedField
from config.api.serializers import StrictModelSerializer, StrictSerializer
from gifts.api.serializers.gifts import GiftRefSerializer, GiftWriteSerializer
from gifts.models import MAX_QUANTITY, Claim, ItemPlan, ListItem
from gifts.moves import STATUSES, allowed_moves
from households.api.serializers import PersonRefSerializer, UserRefSerializer
from households.models import Person


class ClaimSerializer(serializers.ModelSerializer):
    giver = PersonRefSerializer()

    class Meta:
        model = Claim
        fields = ["id", "giver", "quantity", "status", "actual_price", "gifted_on", "created_at", "updated_at"]
        read_only_fields = fields


class ItemSerializer(serializers.ModelSerializer):
    """An item as this viewer sees it. On one's own wishes the givers' side is null, always in the same shape."""

    gift = GiftRefSerializer()
    added_by = UserRefSerializer(allow_null=True)
    recipient = serializers.UUIDField(source="list.recipient_id", allow_null=True)
    occasion = serializers.UUIDField(source="list.occasion_id", allow_null=True)
    occurs_on = serializers.DateField(allow_null=True)
    position = serializers.IntegerField(
        source="ordinal", allow_null=True, help_text="Its place in the list, counted from 1; none when withdrawn."
    )
    status = serializers.ChoiceField(source="seen_status", choices=STATUSES, allow_null=True)
    stage = serializers.ChoiceField(source="seen_stage", choices=ItemPlan.Stage.choices, allow_null=True)
    planned_price = serializers.DecimalField(
        source="seen_planned_price", max_digits=12, decimal_places=2, allow_null=True
    )
    giver_note = serializers.SerializerMethodField()
    withdrawn = serializers.SerializerMethodField(help_text="Taken back by whoever wished for it; claims remain.")
    remaining = serializers.IntegerField(source="seen_remaining", allow_null=True)
    over_claimed = serializers.SerializerMethodField(help_text="Whether more is claimed than is wished for.")
    claims = serializers.SerializerMethodField()
    my_claim = serializers.SerializerMethodField()
    allowed_transitions = serializers.SerializerMethodField(help_text="What POST .../status accepts from this viewer.")

    class Meta:
        model = ListItem
        fields = [
            "id",
            "household",
            "list",
            "recipient",
            "occasion",
            "occurs_on",
            "gift",
            "quantity",
            "priority",
            "note",
            "position",
            "added_by",
            "status",
            "stage",
            "planned_price",
            "giver_note",
            "withdrawn",
            "remaining",
            "over_claimed",
            "claims",
            "my_claim",
            "allowed_transitions",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_giver_note(self, item: ListItem) -> str | None:
        return None if item.is_concealed else item.plan.giver_note

    def get_withdrawn(self, item: ListItem) -> bool | None:
        return None if item.is_concealed else item.withdrawn

    def get_over_claimed(self, item: ListItem) -> bool | None:
        return None if item.is_concealed else item.claimed > item.quantity

    @extend_schema_field(ClaimSerializer(many=True, allow_null=True))
    def get_claims(self, item: ListItem) -> list[dict[str, Any]] | None:
        return None if item.is_concealed else list(ClaimSerializer(item.claims.all(), many=True).data)

    @extend_schema_field(ClaimSerializer(allow_null=True))
    def get_my_claim(self, item: ListItem) -> dict[str, Any] | None:
        mine = self._my_claim(item)
        return ClaimSerializer(mine).data if mine else None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=STATUSES), allow_null=True))
    def get_allowed_transitions(self, item: ListItem) -> list[str] | None:
        if item.is_concealed:
            return None
        return allowed_moves(
            stage=item.seen_stage,
            mine=self._my_claim(item),
            claimed=len(item.claims.all()),
            remaining=item.seen_remaining,
            plans=item.list.is_planned_by(self.context["request"].auth),
            withdrawn=item.withdrawn,
        )

    def _my_claim(self, item: ListItem) -> Claim | None:
        if item.is_concealed:
            return None
        me = self.context["request"].auth.belonging(item.household_id).person_id
        return next((claim for claim in item.claims.all() if claim.giver_id == me), None)


class PlanFieldsSerializer(StrictSerializer):
    """The givers' side of an item, as it is written."""

    planned_price = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    giver_note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ItemUpdateSerializer(PlanFieldsSerializer, StrictModelSerializer):
    stage = serializers.ChoiceField(choices=ItemPlan.Stage.choices, required=False)
    position = serializers.IntegerField(min_value=1, max_value=10_000, required=False)

    class Meta:
        model = ListItem
        fields = ["quantity", "priority", "note", "position", "stage", "planned_price", "giver_note"]


class ItemCreateSerializer(PlanFieldsSerializer, StrictModelSerializer):
    """A gift that exists, or a new one made in the same transaction: one of the two."""

    gift = serializers.UUIDField(
        source="gift_id", required=False, help_text="A gift that you see, or took off this list."
    )
    new_gift = GiftWriteSerializer(required=False)
    openly = serializers.BooleanField(
        default=False, help_text="Show it to the recipient, too, when the list is one that they see."
    )

    class Meta:
        model = ListItem
        fields = ["gift", "new_gift", "openly", "quantity", "priority", "note", "planned_price", "giver_note"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("gift_id" in attrs) == ("new_gift" in attrs):
            raise serializers.ValidationError({"gift": ["Give either the id of a gift or a new_gift."]})
        return attrs


QUANTITY = {"min_value": 1, "max_value": MAX_QUANTITY}


class ClaimItemSerializer(StrictSerializer):
    quantity = serializers.IntegerField(default=1, help_text="How many you take, all in all.", **QUANTITY)


class MoveSerializer(StrictSerializer):
    status = serializers.ChoiceField(choices=STATUSES)
    quantity = serializers.IntegerField(
        required=False, help_text="How many you take; without it, what you have or all that remains.", **QUANTITY
    )


class ClaimUpdateSerializer(StrictSerializer):
    giver = VisibleRelatedField(Person.objects.all(), required=False)
    quantity = serializers.IntegerField(required=False, **QUANTITY)
    status = serializers.ChoiceField(choices=Claim.Status.choices, required=False)
    actual_price = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True
    )
