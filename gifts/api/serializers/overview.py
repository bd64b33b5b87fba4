from rest_framework import serializers

from config.api.fields import Derived
from config.api.serializers import StrictSerializer
from gifts.api.serializers.activity import ActivitySerializer
from gifts.api.serializers.items import ItemSerializer
from gifts.models import GiftList
from households.api.serializers import PersonRefSerializer
from households.models import Occasion

MONEY = {"max_digits": None, "decimal_places": 2, "allow_null": True}


class YearSerializer(StrictSerializer):
    year = serializers.IntegerField(min_value=1, max_value=9999, required=False, help_text="Gifts of this year only.")


class CelebrationSerializer(StrictSerializer):
    year = serializers.IntegerField(
        min_value=1, max_value=9999, required=False, help_text="What it was that year; without it, the coming one."
    )


class DashboardQuerySerializer(StrictSerializer):
    household = serializers.UUIDField(required=False)


class OccasionRefSerializer(serializers.ModelSerializer):
    class Meta:
        model = Occasion
        fields = ["id", "name"]
        read_only_fields = fields


class ListRefSerializer(serializers.ModelSerializer):
    recipient = PersonRefSerializer(allow_null=True)

    class Meta:
        model = GiftList
        fields = ["id", "name", "kind", "recipient"]
        read_only_fields = fields


class ByStatusSerializer(serializers.Serializer):
    """How many items are how far. One that is taken stands where it stood until all of it is being bought."""

    idea = serializers.IntegerField(help_text="Not more than an idea yet.")
    shortlisted = serializers.IntegerField(help_text="Considered.")
    buying = serializers.IntegerField(help_text="Being bought.")
    ordered = serializers.IntegerField(help_text="Ordered.")
    delivered = serializers.IntegerField(help_text="Here.")
    wrapped = serializers.IntegerField(help_text="Wrapped.")
    gifted = serializers.IntegerField(help_text="Given.")
    dropped = serializers.IntegerField(help_text="Given up.")


class AmountsSerializer(serializers.Serializer):
    currency = serializers.CharField()
    planned = serializers.DecimalField(help_text="For what nobody has taken: planned price, else the gift's.", **MONEY)
    committed = serializers.DecimalField(
        help_text="For what is taken and not given yet: what was paid, else as planned.", **MONEY
    )
    spent = serializers.DecimalField(help_text="For what is given: what was paid, else as planned.", **MONEY)


class BudgetSerializer(AmountsSerializer):
    """In the household's currency; null where it is a secret from the reader."""

    unpriced = serializers.IntegerField(allow_null=True, help_text="Items counted as 0 where nobody knows a price.")
    unconverted = AmountsSerializer(
        many=True, allow_null=True, help_text="Other currencies. They are added to nothing."
    )


class OccasionBudgetSerializer(BudgetSerializer):
    total = serializers.DecimalField(help_text="The occasion's own budget; null when it has none.", **MONEY)
    remaining = serializers.DecimalField(
        help_text="Of that total, what is neither committed nor spent; null without one.", **MONEY
    )


class ListSummarySerializer(serializers.Serializer):
    list = ListRefSerializer(help_text="The list; what is hidden beside it is counted with it.")
    items = serializers.IntegerField(help_text="How many of its items you see.")
    by_status = ByStatusSerializer(allow_null=True, help_text="Null on a list for yourself.")
    budget = BudgetSerializer(help_text="What it costs; all null on a list for yourself.")


class PersonSummarySerializer(serializers.Serializer):
    person = PersonRefSerializer(
        allow_null=True, help_text="Whom it is for; null, and last, for what is for nobody in particular."
    )
    items = serializers.IntegerField(help_text="How many items for them you see.")
    by_status = ByStatusSerializer(help_text="How far these are.")
    covered = serializers.BooleanField(help_text="Whether somebody has taken something for them.")
    budget = BudgetSerializer(help_text="What these cost.")


class CountdownSerializer(serializers.Serializer):
    occasion = OccasionRefSerializer(help_text="The occasion.")
    next_date = serializers.DateField(allow_null=True, help_text="When it is celebrated next; null while unknown.")
    days_to_go = serializers.IntegerField(
        allow_null=True, help_text="Days until then in the household's time zone; negative when it is over."
    )


class OccasionSummarySerializer(CountdownSerializer):
    people = PersonSummarySerializer(many=True, help_text="Everybody it brings gifts to, by name, without yourself.")
    covered = serializers.IntegerField(help_text="For how many of them somebody has taken something.")
    total = serializers.IntegerField(help_text="How many people that is.")
    budget = OccasionBudgetSerializer(help_text="What all of it costs, without what is for yourself.")


class NextOccasionSerializer(CountdownSerializer):
    lists = ListRefSerializer(many=True, help_text="The lists for that day.")


class CoverageSerializer(serializers.Serializer):
    covered = serializers.IntegerField(help_text="For how many of them somebody has taken something.")
    total = serializers.IntegerField(help_text="How many people that is, without yourself.")


class IdeaInboxSerializer(serializers.Serializer):
    lists = ListRefSerializer(many=True, help_text="Idea lists for nobody and nothing in particular.")
    items = ItemSerializer(many=True, help_text="The newest 5 ideas on them.")


class DashboardSerializer(serializers.Serializer):
    household = serializers.UUIDField(help_text="The household that this is about.")
    next_occasion = NextOccasionSerializer(allow_null=True, help_text="What is celebrated next; null without a date.")
    people = CoverageSerializer(help_text="Whom gifts are for.")
    items_by_status = ByStatusSerializer(help_text="All items that you see, without those for yourself.")
    people_needing_gifts = PersonRefSerializer(many=True, help_text="For whom nobody has taken anything, by name.")
    idea_inbox = IdeaInboxSerializer(help_text="Ideas that wait for a person or an occasion.")
    my_assignments = ItemSerializer(many=True, help_text="Up to 10 items that you take and have yet to give.")
    activity = ActivitySerializer(many=True, help_text="The last 10 diary entries.")


class ToldSerializer(serializers.Serializer):
    """What everybody is told of a gift, also for whom it was."""

    title = serializers.CharField(source="given_title")
    image_url = serializers.CharField(source="given_image_url")
    giver = PersonRefSerializer()
    given_on = serializers.DateField(help_text="The day it was for; where that is unknown, the day it was given.")


class GivenSerializer(ToldSerializer):
    """On your own history, whatever is null stays null: it is between those who gave."""

    item = serializers.UUIDField(source="item_id", allow_null=True, help_text="The item; null in your own history.")
    quantity = serializers.IntegerField(allow_null=True, help_text="How many; null in your own history.")
    price = serializers.DecimalField(
        source="cost", help_text="What it cost, all in all; null in your own history.", **MONEY
    )
    currency = serializers.CharField(
        source="item.gift.currency", allow_null=True, help_text="Of the price; null in your own history."
    )


class ChapterSerializer(serializers.Serializer):
    year = serializers.IntegerField(help_text="The year of giving.")
    occasion = OccasionRefSerializer(allow_null=True, help_text="What for; null for nothing that you know of.")
    gifts = GivenSerializer(many=True, help_text="The gifts, newest first.")


class HistorySerializer(serializers.Serializer):
    person = PersonRefSerializer(help_text="Who was given all this.")
    chapters = ChapterSerializer(many=True, help_text="By year and occasion, newest first, in one piece.")


# --- What these are made of: rows as they are read, and never sent like this -----------------------


class CountedSerializer(serializers.Serializer):
    """Items that are alike in all that they are counted by."""

    person = serializers.UUIDField(source="list.recipient_id")
    name = serializers.CharField(source="list.recipient.display_name")
    occurs_on = serializers.DateField(source="list.occurs_on")
    currency = serializers.CharField(source="gift.currency")
    status = serializers.CharField()
    items = serializers.IntegerField()
    unpriced = serializers.IntegerField(source="all_unpriced")
    claimed = serializers.IntegerField(source="all_claimed")
    planned = serializers.DecimalField(source="all_planned", **MONEY)
    committed = serializers.DecimalField(source="all_committed", **MONEY)
    spent = serializers.DecimalField(source="all_spent", **MONEY)


class StatusCountSerializer(serializers.Serializer):
    status = serializers.CharField()
    items = serializers.IntegerField()


class CountSerializer(serializers.Serializer):
    items = serializers.IntegerField()


class ListRowSerializer(serializers.Serializer):
    list = ListRefSerializer(source="*")
    household = serializers.UUIDField(source="household_id")
    person = PersonRefSerializer(source="recipient")
    occasion = serializers.UUIDField(source="occasion_id")
    occurs_on = serializers.DateField()


class OccasionRowSerializer(serializers.Serializer):
    occasion = OccasionRefSerializer(source="*")
    household = serializers.UUIDField(source="household_id")
    date = serializers.DateField()
    is_yearly = serializers.BooleanField()
    budget_total = serializers.DecimalField(**MONEY)


class PersonRowSerializer(serializers.Serializer):
    person = PersonRefSerializer(source="*")
    is_covered = serializers.BooleanField()


class GivenRowSerializer(serializers.Serializer):
    gift = GivenSerializer(source="*")
    occasion = serializers.UUIDField(source="item.list.occasion_id")


class RevealedSerializer(ToldSerializer):
    """The same shape, and nothing in it that is not told."""

    item = Derived(serializers.UUIDField())
    quantity = Derived(serializers.IntegerField())
    price = Derived(serializers.DecimalField(**MONEY))
    currency = Derived(serializers.CharField())


class RevealedRowSerializer(serializers.Serializer):
    gift = RevealedSerializer(source="*")
    occasion = serializers.UUIDField(source="item.list.occasion_id")
