from typing import Any

from rest_framework import serializers

from config.api.fields import Derived, VisibleRelatedField
from config.api.serializers import ReadModelSerializer, Row, StrictModelSerializer, StrictSerializer
from gifts.api.serializers.gifts import GiftRefSerializer, GiftWriteSerializer
from gifts.models import MAX_QUANTITY, Claim, ItemPlan, ListItem
from gifts.moves import STATUSES, allowed_moves
from households.api.serializers import PersonRefSerializer, UserRefSerializer
from households.models import Person
from households.viewer import Viewer


class ClaimSerializer(serializers.ModelSerializer):
    giver = PersonRefSerializer()

    class Meta:
        model = Claim
        fields = ["id", "giver", "quantity", "status", "actual_price", "gifted_on", "created_at", "updated_at"]
        read_only_fields = fields


class ItemSerializer(ReadModelSerializer):
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
    giver_note = serializers.CharField(source="seen_giver_note", allow_null=True)
    withdrawn = serializers.BooleanField(
        source="seen_withdrawn", allow_null=True, help_text="Taken back by whoever wished for it; claims remain."
    )
    remaining = serializers.IntegerField(source="seen_remaining", allow_null=True)
    over_claimed = serializers.BooleanField(
        source="seen_over_claimed", allow_null=True, help_text="Whether more is claimed than is wished for."
    )
    claims = ClaimSerializer(many=True, allow_null=True)
    my_claim = Derived(ClaimSerializer(allow_null=True))
    allowed_transitions = Derived(
        serializers.ListField(child=serializers.ChoiceField(choices=STATUSES), allow_null=True),
        source="is_planned",
        help_text="What POST .../status accepts from this viewer.",
    )

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

    @staticmethod
    def finish(row: Row, viewer: Viewer) -> Row:
        if row["withdrawn"] is None:  # concealed
            return row | {"claims": None, "allowed_transitions": None}
        me = viewer.person_in(str(row["household"]))
        mine = next((claim for claim in row["claims"] if claim["giver"]["id"] == me), None)
        moves = allowed_moves(
            stage=row["stage"],
            has_claim=mine is not None,
            claimed=len(row["claims"]),
            remaining=row["remaining"],
            plans=row["allowed_transitions"],
            withdrawn=row["withdrawn"],
        )
        return row | {"my_claim": mine, "allowed_transitions": moves}


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
    giver = VisibleRelatedField(Person, required=False)
    quantity = serializers.IntegerField(required=False, **QUANTITY)
    status = serializers.ChoiceField(choices=Claim.Status.choices, required=False)
    actual_price = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True
    )
