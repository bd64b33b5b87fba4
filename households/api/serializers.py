from datetime import date
from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.models import User
from config.api.fields import Derived, VisibleRelatedField, VisibleRelatedListField
from config.api.serializers import ReadModelSerializer, Row, StrictModelSerializer, StrictSerializer
from households.models import Household, Invitation, Membership, Occasion, Person, Role, Tag
from households.viewer import Viewer


class UserRefSerializer(serializers.ModelSerializer):
    """A user as others see them."""

    class Meta:
        model = User
        fields = ["id", "name", "handle", "avatar_url"]
        read_only_fields = fields


class PersonRefSerializer(serializers.ModelSerializer):
    class Meta:
        model = Person
        fields = ["id", "display_name"]
        read_only_fields = fields


class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "household", "name", "kind", "colour", "created_at", "updated_at"]
        read_only_fields = fields


class TagRefSerializer(serializers.ModelSerializer):
    """A tag as it stands on a person or a gift."""

    class Meta:
        model = Tag
        fields = ["id", "name", "kind", "colour"]
        read_only_fields = fields


class TagWriteSerializer(StrictModelSerializer):
    class Meta:
        model = Tag
        fields = ["name", "kind", "colour"]


class TagCreateSerializer(TagWriteSerializer):
    household = VisibleRelatedField(Household, required=False)

    class Meta(TagWriteSerializer.Meta):
        fields = ["household", *TagWriteSerializer.Meta.fields]


class MySerializer(serializers.ModelSerializer):
    """One's own account."""

    class Meta:
        model = User
        fields = ["id", "name", "email", "handle", "avatar_url", "created_at", "updated_at"]
        read_only_fields = fields


class MyWriteSerializer(StrictModelSerializer):
    class Meta:
        model = User
        fields = ["name", "avatar_url"]


class HouseholdSerializer(ReadModelSerializer):
    role = Derived(serializers.ChoiceField(choices=Role.choices), help_text="What the reader may do here.")

    class Meta:
        model = Household
        fields = ["id", "name", "currency", "timezone", "role", "created_at", "updated_at"]
        read_only_fields = fields

    @staticmethod
    def finish(row: Row, viewer: Viewer) -> Row:
        return row | {"role": viewer.belonging(UUID(row["id"])).role}


class HouseholdWriteSerializer(StrictModelSerializer):
    class Meta:
        model = Household
        fields = ["name", "currency", "timezone"]


class MembershipSerializer(serializers.ModelSerializer):
    user = UserRefSerializer()
    person = PersonRefSerializer(allow_null=True)
    is_activated = serializers.BooleanField(help_text="Whether they have ever signed in.")

    class Meta:
        model = Membership
        fields = ["id", "household", "user", "role", "person", "is_active", "is_activated", "created_at", "updated_at"]
        read_only_fields = fields


class NewMemberSerializer(MembershipSerializer):
    activation_code = serializers.CharField(help_text="Hand it over now: it is shown this once.")

    class Meta(MembershipSerializer.Meta):
        fields = [*MembershipSerializer.Meta.fields, "activation_code"]
        read_only_fields = fields


class InvitedToSerializer(serializers.ModelSerializer):
    class Meta:
        model = Household
        fields = ["id", "name"]
        read_only_fields = fields


class InvitationSerializer(serializers.ModelSerializer):
    """An invitation as whoever is invited reads it: of the household its name, and nothing else."""

    household = InvitedToSerializer()
    invited_by = serializers.CharField(
        source="invited_by.name", allow_null=True, help_text="Who asks you; null when it was whoever runs the server."
    )

    class Meta:
        model = Invitation
        fields = ["id", "household", "role", "invited_by", "expires_at", "accepted_at", "created_at"]
        read_only_fields = fields
        extra_kwargs: dict[str, Any] = {"accepted_at": {"help_text": "When you said yes (UTC); null before that."}}


class SentInvitationSerializer(serializers.ModelSerializer):
    """An invitation as the household's owners read it: of the account what they typed, and nothing else."""

    person = PersonRefSerializer(help_text="Who they will be.")
    invited_by = UserRefSerializer(allow_null=True, help_text="Who asked; null when it was whoever runs the server.")

    class Meta:
        model = Invitation
        fields = ["id", "household", "login", "role", "person", "invited_by", "expires_at", "created_at"]
        read_only_fields = fields
        extra_kwargs: dict[str, Any] = {"login": {"help_text": "The login that was invited, as it was typed."}}


class ActivationCodeSerializer(serializers.Serializer):
    activation_code = serializers.CharField(read_only=True)


class MemberCreateSerializer(StrictModelSerializer):
    """A login: an e-mail address, a handle, or both. Without `person` a new one of this name is made."""

    role = serializers.ChoiceField(choices=Role.choices, default=Role.MEMBER)
    person = VisibleRelatedField(Person, required=False)

    class Meta:
        model = User
        fields = ["name", "email", "handle", "role", "person"]
        # Whether a login is taken is the service's to say: a conflict, in any case of its letters.
        extra_kwargs: dict[str, Any] = {"email": {"validators": []}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("email") and not attrs.get("handle"):
            raise serializers.ValidationError({"email": ["Give an e-mail address or a handle to sign in with."]})
        return attrs


class MemberUpdateSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    person = VisibleRelatedField(Person, required=False)
    is_active = serializers.BooleanField(required=False)


# What a guest learns of a Person; in place of the rest comes what an empty Person has there.
NAME = {"id", "household", "display_name"}
EMPTY = {
    "relationship": "",
    "interests": "",
    "sizes": {},
    "constraints": "",
    "photo_url": "",
    "notes": "",
    "members": [],
    "tags": [],
}


class PersonSerializer(ReadModelSerializer):
    """Somebody as those who plan know them. A guest reads the name alone, in the same shape."""

    created_at = serializers.DateTimeField(read_only=True, allow_null=True)
    updated_at = serializers.DateTimeField(read_only=True, allow_null=True)
    members = PersonRefSerializer(many=True, help_text="For a couple or group: who it is.")
    tags = TagRefSerializer(many=True)

    class Meta:
        model = Person
        fields = [
            "id",
            "household",
            "display_name",
            "relationship",
            "birthdate",
            "interests",
            "sizes",
            "constraints",
            "photo_url",
            "notes",
            "members",
            "tags",
            "archived_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @staticmethod
    def finish(row: Row, viewer: Viewer) -> Row:
        if viewer.plans(UUID(str(row["household"]))):
            return row
        return {name: value if name in NAME else EMPTY.get(name) for name, value in row.items()}


class PersonWriteSerializer(StrictModelSerializer):
    members = VisibleRelatedListField(Person.objects.all(), required=False)
    tags = VisibleRelatedListField(Tag.objects.all(), required=False)
    sizes = serializers.DictField(child=serializers.CharField(max_length=60), required=False)
    archived = serializers.BooleanField(required=False)

    class Meta:
        model = Person
        fields = [
            "display_name",
            "relationship",
            "birthdate",
            "interests",
            "sizes",
            "constraints",
            "photo_url",
            "notes",
            "members",
            "tags",
            "archived",
        ]


class PersonCreateSerializer(PersonWriteSerializer):
    household = VisibleRelatedField(Household, required=False)

    class Meta(PersonWriteSerializer.Meta):
        fields = ["household", *PersonWriteSerializer.Meta.fields]


class OccasionSerializer(ReadModelSerializer):
    honoree = PersonRefSerializer(allow_null=True)
    next_date = Derived(
        serializers.DateField(allow_null=True), help_text="When it is celebrated next, in the household's time zone."
    )

    class Meta:
        model = Occasion
        fields = [
            "id",
            "household",
            "name",
            "kind",
            "date",
            "is_yearly",
            "next_date",
            "honoree",
            "visibility",
            "budget_total",
            "notes",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @staticmethod
    def finish(row: Row, viewer: Viewer) -> Row:
        occasion = Occasion(date=row["date"] and date.fromisoformat(row["date"]), is_yearly=row["is_yearly"])
        return row | {"next_date": occasion.next_date(viewer.belonging(UUID(str(row["household"]))).today())}


class OccasionWriteSerializer(StrictModelSerializer):
    honoree = VisibleRelatedField(Person, required=False, allow_null=True)

    class Meta:
        model = Occasion
        fields = ["name", "kind", "date", "is_yearly", "honoree", "visibility", "budget_total", "notes"]


class OccasionCreateSerializer(OccasionWriteSerializer):
    household = VisibleRelatedField(Household, required=False)

    class Meta(OccasionWriteSerializer.Meta):
        fields = ["household", *OccasionWriteSerializer.Meta.fields]
