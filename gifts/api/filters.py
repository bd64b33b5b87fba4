from uuid import UUID

import django_filters
from django.db.models import QuerySet

from config.api.filters import Day, Flag, Ordering, Search
from gifts.models import Claim, Comment, Gift, GiftList, ItemPlan, ListItem
from gifts.models.search import saying
from gifts.moves import STATUSES
from households.api.filters import HouseholdScopedFilter, TagFilter
from households.models import Activity, Tag, TagQuerySet

# A longer number than the column holds cannot even be compared with it.
MONEY = {"max_digits": 12, "decimal_places": 2}


class GiftSearch(Search):
    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return saying(qs, value, self.parent.request.auth, gift=self.field_name)


class OnList(django_filters.UUIDFilter):
    """Rows about a list, and about what is hidden beside it from others than the viewer."""

    def filter(self, qs: QuerySet, value: UUID | None) -> QuerySet:
        return qs.on_list(value, self.parent.request.auth) if value else qs


class GiftTagFilter(TagFilter):
    def tags(self) -> TagQuerySet:
        return Tag.objects.on_what_is_seen_by(self.parent.request.auth)


class CommentFilter(HouseholdScopedFilter):
    person = django_filters.UUIDFilter(field_name="person_id", help_text="What was said about this person.")
    occasion = django_filters.UUIDFilter(field_name="occasion_id")
    list = OnList(help_text="About this list, and what is hidden beside it.")
    gift = django_filters.UUIDFilter(field_name="gift_id")
    item = django_filters.UUIDFilter(field_name="item_id")
    resolved = Flag()

    class Meta:
        model = Comment
        fields: list[str] = []


class GiftFilter(HouseholdScopedFilter):
    search = GiftSearch(field_name="pk")
    tag = GiftTagFilter(field_name="tags")
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


class ActivityFilter(HouseholdScopedFilter):
    verb = django_filters.CharFilter(max_length=40, help_text="Entries of this kind, such as item.added.")
    actor = django_filters.UUIDFilter(field_name="actor_id", help_text="What this user did.")
    subject = django_filters.UUIDFilter(field_name="subject_id", help_text="What happened to this.")

    class Meta:
        model = Activity
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

    list: OnList | None = OnList(help_text="Items of this list, and what is hidden beside it.")
    gift = django_filters.UUIDFilter(field_name="gift_id")
    person = django_filters.UUIDFilter(field_name="list__recipient_id", help_text="Items for this person.")
    occasion = django_filters.UUIDFilter(field_name="list__occasion_id")
    search = GiftSearch(field_name="gift")
    tag = GiftTagFilter(field_name="gift__tags")
    status = django_filters.ChoiceFilter(field_name="seen_status", choices=[(status, status) for status in STATUSES])
    stage = django_filters.ChoiceFilter(field_name="seen_stage", choices=ItemPlan.Stage.choices)
    occurs_after = Day(field_name="occurs_on", lookup_expr="gte", help_text="For this day or a later one.")
    occurs_before = Day(field_name="occurs_on", lookup_expr="lte", help_text="For this day or an earlier one.")
    assigned_to = django_filters.ChoiceFilter(choices=[("me", "me")], method="only_mine", help_text="What you take.")
    ordering = Ordering(
        fields={"gift_title": "title", "gift_price": "price", "priority": "priority", "occurs_on": "occurs_on"}
    )

    class Meta:
        model = ListItem
        fields: list[str] = []

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
