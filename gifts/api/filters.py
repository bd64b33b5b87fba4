from uuid import UUID

import django_filters
from django.db.models import QuerySet

from config.api.filters import Flag, Ordering
from gifts.models import Claim, Comment, Gift, GiftList, ItemPlan, ListItem
from gifts.moves import STATUSES
from households.api.filters import HouseholdScopedFilter

# A longer number than the column holds cannot even be compared with it.
MONEY = {"max_digits": 12, "decimal_places": 2}


class CommentFilter(HouseholdScopedFilter):
    person = django_filters.UUIDFilter(field_name="person_id", help_text="What was said about this person.")
    occasion = django_filters.UUIDFilter(field_name="occasion_id")
    list = django_filters.UUIDFilter(method="on_list", help_text="About this list, and what is hidden beside it.")
    gift = django_filters.UUIDFilter(field_name="gift_id")
    item = django_filters.UUIDFilter(field_name="item_id")
    resolved = Flag()

    class Meta:
        model = Comment
        fields: list[str] = []

    def on_list(self, queryset: QuerySet, name: str, value: UUID) -> QuerySet:
        return queryset.on_list(value)


class GiftFilter(HouseholdScopedFilter):
    in_catalog = Flag()
    price_min = django_filters.NumberFilter(
        field_name="price", lookup_expr="gte", help_text="At least this price.", **MONEY
    )
    price_max = django_filters.NumberFilter(
        field_name="price", lookup_expr="lte", help_text="At most this price.", **MONEY
    )
    ordering = Ordering(fields=["price", "title"])

    class Meta:
        model = Gift
        fields: list[str] = []


class GiftListFilter(HouseholdScopedFilter):
    kind = django_filters.ChoiceFilter(choices=GiftList.Kind.choices)
    recipient = django_filters.UUIDFilter(field_name="recipient_id")
    occasion = django_filters.UUIDFilter(field_name="occasion_id")
    ordering = Ordering(fields=["name", "occurs_on"])

    class Meta:
        model = GiftList
        fields: list[str] = []


class ItemFilter(HouseholdScopedFilter):
    """Filters and orderings over what the viewer sees: on their own wishes, the concealed side matches nothing."""

    list = django_filters.UUIDFilter(method="on_list", help_text="Items of this list, and what is hidden beside it.")
    gift = django_filters.UUIDFilter(field_name="gift_id")
    person = django_filters.UUIDFilter(field_name="list__recipient_id", help_text="Items for this person.")
    occasion = django_filters.UUIDFilter(field_name="list__occasion_id")
    status = django_filters.ChoiceFilter(field_name="seen_status", choices=[(status, status) for status in STATUSES])
    stage = django_filters.ChoiceFilter(field_name="seen_stage", choices=ItemPlan.Stage.choices)
    assigned_to = django_filters.ChoiceFilter(choices=[("me", "me")], method="only_mine", help_text="What you take.")
    ordering = Ordering(
        fields={"gift_title": "title", "gift_price": "price", "priority": "priority", "occurs_on": "occurs_on"}
    )

    class Meta:
        model = ListItem
        fields: list[str] = []

    def on_list(self, queryset: QuerySet, name: str, value: UUID) -> QuerySet:
        return queryset.on_list(value, self.request.auth)

    def only_mine(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        viewer = self.request.auth
        me = [belonging.person_id for belonging in viewer.belongings if belonging.person_id]
        mine = Claim.objects.visible_to(viewer).filter(giver__in=me)
        return queryset.filter(pk__in=mine.values("item"))


class ListItemsFilter(ItemFilter):
    """The same within one list, where the list's own order is the default."""

    list = None
    person = None
    occasion = None
