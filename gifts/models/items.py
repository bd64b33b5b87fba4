from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Prefetch, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from config.joins import beside
from config.models import Deletable, EachRow, ScopedQuerySet, SearchText, Tested, by_deleter
from gifts.models.lists import GiftList, GiftListQuerySet, knows_what_it_is_beside, on_list
from households.models import HouseholdRow, Occasion, Person, Tag, by_household
from households.viewer import Viewer

MAX_QUANTITY = 999
MAX_PRICE = Decimal("9999999999.99")


class PriceField(models.DecimalField):
    """An amount of money up to 9,999,999,999.99, never negative."""

    def __init__(self, **options: Any) -> None:
        fixed: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "validators": [MinValueValidator(0)]}
        super().__init__(**({"null": True, "blank": True} | options | fixed))


class GiftQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        return self.alive().known_to(viewer)

    def known_to(self, viewer: Viewer | None) -> Self:
        """What is in the catalog, and what is on an item that the viewer sees; who made it plays no part."""
        if viewer is None:
            return self.none()
        in_catalog = Q(in_catalog=True, household__in=viewer.planning_household_ids)
        on_an_item = EachRow(ListItem.objects.visible_to(viewer).filter(gift=OuterRef("pk")))
        return self.filter(in_catalog | on_an_item, household__in=viewer.household_ids)

    def frozen_for(self, viewer: Viewer) -> Self:
        """What stands, or stood, on a list that others read, and is now on none that all of them read.

        They may put it on again, or undo its deletion; what they get then must be what they knew, or they would learn
        that somebody has gone on with it in secret.
        """
        elsewhere = ListItem.objects.elsewhere(viewer).filter(gift=OuterRef("pk"))
        open_now = elsewhere.exclude(_IS_GONE).filter(list__visibility=GiftList.Visibility.HOUSEHOLD)
        return self.filter(Exists(elsewhere), ~Exists(open_now), in_catalog=False)


class Gift(HouseholdRow, Deletable):
    """A thing one could give. Made inline on a list it stays out of the catalog until somebody publishes it."""

    title = models.CharField(max_length=200)
    description = models.TextField(max_length=5000, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    image_url = models.URLField(max_length=2000, blank=True)
    price = PriceField()
    currency = models.CharField(
        max_length=3, validators=[RegexValidator(r"^[A-Z]{3}\Z", "Use a code of ISO 4217 such as EUR.")]
    )
    source = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.RESTRICT, null=True, blank=True, related_name="gifts"
    )
    in_catalog = models.BooleanField(default=False)
    tags = models.ManyToManyField(Tag, through="GiftTag", related_name="gifts")
    search_text = SearchText("title", "description")

    objects = GiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="price_is_not_negative")
        ]
        indexes = [by_household("gift_by_household"), by_deleter("gift_by_deleter")]

    def __str__(self) -> str:
        return self.title


class GiftTagQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        if viewer is None:
            return self.none()
        return self.filter(gift__in=Gift.objects.visible_to(viewer), tag__in=Tag.objects.visible_to(viewer))


class GiftTag(HouseholdRow):
    gift = models.ForeignKey(Gift, models.RESTRICT, related_name="tag_links")
    tag = models.ForeignKey(Tag, models.RESTRICT, related_name="gift_links")

    objects = GiftTagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gift", "tag"], name="a_gift_has_a_tag_once")]
        indexes = [by_household("gift_tag_by_household")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.gift_id}"


# Deleted itself, or with its list.
_IS_GONE = Q(deleted_at__isnull=False) | Q(list__deleted_at__isnull=False)


class ListItemQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        """What stands on the lists that the viewer sees, and for givers what was withdrawn."""
        if viewer is None:
            return self.none()
        on_a_list = Tested(Q(list__in=GiftList.objects.visible_to(viewer)))
        gone = ListItem.objects.known_to(viewer).unconcealed_from(viewer).filter(_IS_GONE, pk=OuterRef("pk"))
        # Nothing is joined for those that stand there, so that a page of them is read in its order and no further.
        stands_there = Q(on_a_list, deleted_at__isnull=True)
        kept_for_givers = Q(EachRow(gone.filter(_is_kept_for_givers())))
        return self.filter(stands_there | kept_for_givers, household__in=viewer.household_ids)

    def known_to(self, viewer: Viewer | None) -> Self:
        """What stands, or stood, on a list that the viewer knows of."""
        if viewer is None:
            return self.none()
        on_a_known_list = Tested(Q(list__in=GiftList.objects.known_to(viewer)))
        return self.filter(on_a_known_list, household__in=viewer.household_ids)

    def open_to_giver(self, viewer: Viewer | None) -> Self:
        """What the viewer sees and may know the givers' side of."""
        return self.none() if viewer is None else self.visible_to(viewer).unconcealed_from(viewer)

    def on_list(self, list_id: UUID, viewer: Viewer) -> Self:
        """What stands on this list, and on its companion for whoever sees the two joined."""
        return self.filter(on_list(list_id, viewer))

    def standing_on(self, lists: GiftListQuerySet) -> Self:
        """What stands on these lists, which have come through their own door: whoever sees them sees it."""
        return self.alive().filter(list__in=lists)

    def elsewhere(self, viewer: Viewer) -> Self:
        """What stands or stood in somebody else's sight: neither on what is hidden, nor on the viewer's own."""
        visibility = GiftList.Visibility
        own = Q(list__visibility=visibility.PRIVATE, list__owner=viewer.user)
        hidden_occasion = Q(list__occasion__visibility=Occasion.Visibility.HIDDEN)
        return self.exclude(list__visibility=visibility.HIDDEN).filter(~own, ~hidden_occasion)

    def unconcealed_from(self, viewer: Viewer) -> Self:
        """Items whose givers' side this viewer may know: the wishes of others."""
        return self.exclude(list__recipient__in=viewer.person_ids)

    def as_seen_by(self, viewer: Viewer) -> Self:
        """The items with all that a reader gets of them; what is concealed from the viewer is NULL.

        Filters and orderings use these columns too, so that none of them can tell more than the row itself.
        """
        # Its own door and not `visible_to`: the items have come through theirs already.
        claims = Claim.objects.unconcealed_from(viewer).select_related("giver").order_by("id")
        tags = Tag.objects.on_what_is_seen_by(viewer).order_by("name_key")
        return (
            self.select_related("gift", "list", "plan", "added_by")
            .prefetch_related(Prefetch("claims", claims), Prefetch("gift__tags", tags))
            .annotate(
                is_concealed=Case(When(list__recipient__in=viewer.person_ids, then=True), default=False),
                withdrawn=Case(When(_IS_GONE, then=True), default=False),
                ordinal=_ordinal(viewer),
                claimed=_claimed(),
                gift_title=F("gift__title"),
                gift_price=F("gift__price"),
                occurs_on=F("list__occurs_on"),
            )
            .annotate(
                is_planned=_is_planned_by(viewer),
                seen_stage=_unless_concealed(F("plan__stage")),
                seen_planned_price=_unless_concealed(F("plan__planned_price")),
                seen_giver_note=_unless_concealed(F("plan__giver_note")),
                seen_withdrawn=_unless_concealed(F("withdrawn")),
                seen_over_claimed=_unless_concealed(Case(When(claimed__gt=F("quantity"), then=True), default=False)),
                seen_remaining=_unless_concealed(_remaining()),
                seen_status=_unless_concealed(_status(_covered(), _slowest())),
            )
        )

    def as_counted_by(self, viewer: Viewer, **sums: Sum | Count) -> Self:
        """Those whose givers' side the viewer may know, with what counts of it, as `as_seen_by` has it.

        The claims on each are looked at once for all of this and for further `sums`, so that thousands can be counted.
        """
        # A rank of their progress, since what is grouped knows no order.
        totals = (
            Claim.objects.alive()
            .values("item")
            .annotate(
                taken=Sum("quantity"),
                under_way=Sum("quantity", filter=Q(status__in=UNDER_WAY)),
                slowest=Min(_progress()),
                **sums,
            )
        )
        status_of_rank = Case(*(When(slowest=rank, then=Value(status)) for rank, status in enumerate(UNDER_WAY)))
        return (
            beside(self.unconcealed_from(viewer), "claims", totals)
            .annotate(claimed=Coalesce("taken", 0), withdrawn=Case(When(_IS_GONE, then=True), default=False))
            .annotate(remaining=_remaining(), status=_status(F("under_way"), status_of_rank))
        )


class ListItem(HouseholdRow, Deletable):
    """A gift on a list: the wish, as its recipient may read it. What givers make of it is in `plan` and `claims`."""

    # For both, the indexes below that begin with them serve better than one of theirs alone.
    list = models.ForeignKey(GiftList, models.RESTRICT, db_index=False, related_name="items")
    gift = models.ForeignKey(Gift, models.RESTRICT, db_index=False, related_name="items")
    quantity = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)]
    )
    priority = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(3)])
    note = models.TextField(max_length=2000, blank=True)
    position = models.PositiveIntegerField(default=0)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, blank=True, related_name="+")

    objects = ListItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "gift"], name="a_gift_is_on_a_list_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="item_is_at_least_one"),
        ]
        indexes = [
            by_household("item_by_household"),
            # Of a gift's household are all of its items. But as both are asked for, both are looked up.
            models.Index(fields=["gift", "household"], name="item_by_gift"),
            # Of those that stand there only, so that they are counted without looking at the rows.
            models.Index(
                fields=["list", "position", "id"],
                condition=models.Q(deleted_at__isnull=True),
                name="item_by_list_and_position",
            ),
            by_deleter("item_by_deleter"),
        ]

    def __str__(self) -> str:
        return f"{self.gift_id} on {self.list_id}"

    @property
    def is_withdrawn(self) -> bool:
        return self.deleted_at is not None or self.list.deleted_at is not None


class ItemPlanQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        if viewer is None:
            return self.none()
        return self.filter(item__in=ListItem.objects.open_to_giver(viewer))

    def known_to(self, viewer: Viewer | None) -> Self:
        if viewer is None:
            return self.none()
        return self.filter(item__in=ListItem.objects.known_to(viewer).unconcealed_from(viewer))


class ItemPlan(HouseholdRow):
    """The givers' side of an item, in a row of its own: writing here never touches what the recipient reads."""

    class Stage(models.TextChoices):
        IDEA = "idea"
        SHORTLISTED = "shortlisted"
        DROPPED = "dropped"

    item = models.OneToOneField(ListItem, models.RESTRICT, related_name="plan")
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.IDEA)
    planned_price = PriceField()
    giver_note = models.TextField(max_length=2000, blank=True)

    objects = ItemPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_price__isnull=True) | Q(planned_price__gte=0), name="planned_price_is_not_negative"
            )
        ]
        indexes = [by_household("plan_by_household")]

    def __str__(self) -> str:
        return f"plan of {self.item_id}"


class ClaimQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        """Claims on the items that the viewer sees as a giver."""
        if viewer is None:
            return self.none()
        return self.unconcealed_from(viewer).filter(item__in=ListItem.objects.visible_to(viewer))

    def known_to(self, viewer: Viewer | None) -> Self:
        if viewer is None:
            return self.none()
        return self.filter(item__in=ListItem.objects.known_to(viewer).unconcealed_from(viewer))

    def unconcealed_from(self, viewer: Viewer) -> Self:
        """Claims on the wishes of others."""
        return self.alive().exclude(item__list__recipient__in=viewer.person_ids)

    def given_to(self, person_id: UUID) -> Self:
        """What this person has been given, with the day that is said of it."""
        day = Coalesce("item__list__occurs_on", "gifted_on")
        return self.filter(status=Claim.Status.GIFTED, item__list__recipient=person_id).annotate(given_on=day)

    def revealed_to(self, viewer: Viewer) -> Self:
        """What the viewer was given and may know of: from the day it was for, or without one from the day after.

        That a list or an item was deleted since takes nothing back. Whose day it is, the household says.
        """
        is_due = Q(pk__in=[])
        for place in viewer.belongings:
            today = place.today()
            day_has_come = Q(item__list__occurs_on__lte=today)
            day_is_over = Q(item__list__occurs_on__isnull=True, gifted_on__lt=today)
            is_due |= Q(household=place.household_id) & (day_has_come | day_is_over)
        return self.alive().filter(is_due, status=Claim.Status.GIFTED, item__list__recipient__in=viewer.person_ids)


class Claim(HouseholdRow, Deletable):
    """Somebody takes a quantity of an item upon themself. The giver is a Person, with or without a login."""

    class Status(models.TextChoices):
        PLANNED = "planned"
        BUYING = "buying"
        ORDERED = "ordered"
        DELIVERED = "delivered"
        WRAPPED = "wrapped"
        GIFTED = "gifted"

    item = models.ForeignKey(ListItem, models.RESTRICT, related_name="claims")
    giver = models.ForeignKey(Person, models.RESTRICT, related_name="claims")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.RESTRICT, null=True, blank=True, related_name="claims"
    )
    quantity = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    actual_price = PriceField()
    gifted_on = models.DateField(null=True, blank=True)
    # What was given, in the words of that day: the gift may become another surprise since.
    given_title = models.CharField(max_length=200, blank=True, editable=False)
    given_image_url = models.URLField(max_length=2000, blank=True, editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "giver"], name="one_claim_per_item_and_giver"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="claim_takes_something"),
            models.CheckConstraint(
                condition=Q(status="gifted", gifted_on__isnull=False)
                | (~Q(status="gifted") & Q(gifted_on__isnull=True)),
                name="gifted_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(actual_price__isnull=True) | Q(actual_price__gte=0), name="actual_price_is_not_negative"
            ),
        ]
        indexes = [by_household("claim_by_household"), by_deleter("claim_by_deleter")]

    def __str__(self) -> str:
        return f"{self.giver_id} takes {self.quantity} of {self.item_id}"


# From here on somebody is getting it, so that it shows in the item's status.
UNDER_WAY = list(Claim.Status)[1:]


def _unless_concealed(expression: F | Case) -> Case:
    return Case(When(is_concealed=True, then=None), default=expression)


def _is_planned_by(viewer: Viewer) -> Case:
    """Whether the viewer has a say in what is planned, as `GiftList.is_planned_by` has it."""
    planned = Q(household__in=viewer.planning_household_ids) | Q(list__owner=viewer.user)
    return Case(When(planned, then=True), default=False)


def _is_kept_for_givers() -> Q:
    """Of what is gone, givers keep what a claim hangs on; and, where a recipient may have taken back a wish, what they
    have planned."""
    claimed = Q(EachRow(_claims()))
    was_a_wish = Q(list__recipient__isnull=False, list__visibility=GiftList.Visibility.HOUSEHOLD)
    thought_of = Q(plan__stage=ItemPlan.Stage.SHORTLISTED) | Q(plan__planned_price__isnull=False)
    return claimed | was_a_wish & (thought_of | ~Q(plan__giver_note=""))


def _is_beside(viewer: Viewer) -> Q:
    """Whether the item stands on the companion of a list that the viewer sees, and so is read after that list's own.

    Whoever plans and sees the companion sees the list, unless it was deleted, or closed by somebody else.
    """
    closed = Q(list__companion_of__visibility=GiftList.Visibility.PRIVATE) & ~Q(list__companion_of__owner=viewer.user)
    is_there = Q(list__companion_of__isnull=False, list__companion_of__deleted_at__isnull=True) & ~closed
    return is_there & knows_what_it_is_beside(viewer)


def _ordinal(viewer: Viewer) -> Case:
    """The item's place in its list, counted 1, 2, 3: gaps would tell that something was there. None when withdrawn."""
    before = Q(position__lt=OuterRef("position")) | Q(id__lt=OuterRef("id"))
    # The range is for the index, which is read no further.
    in_front = _count(
        ListItem.objects.alive().filter(before, list=OuterRef("list"), position__lte=OuterRef("position"))
    )
    of_main_list = _count(ListItem.objects.alive().filter(list=OuterRef("list__companion_of")))
    return Case(
        When(_IS_GONE, then=None),
        When(_is_beside(viewer), then=in_front + of_main_list + 1),
        default=in_front + 1,
        output_field=models.IntegerField(),
    )


def _count(rows: ScopedQuerySet) -> Coalesce:
    return Coalesce(_per_item(rows, "list", Count("id")), 0)


def _remaining() -> Case:
    """What nobody has taken; nothing of what is withdrawn."""
    return Case(When(_IS_GONE, then=Value(0)), default=Greatest(F("quantity") - F("claimed"), Value(0)))


def _claimed() -> Coalesce:
    return Coalesce(_per_item(_claims(), "item", Sum("quantity")), 0)


def _status(covered: Any, slowest: Any) -> Case:
    """The plan's stage, until the whole quantity is under way: then what the slowest giver has reached."""
    return Case(When(quantity__lte=covered, then=slowest), default=F("plan__stage"))


def _covered() -> Coalesce:
    return Coalesce(_per_item(_under_way(), "item", Sum("quantity")), 0)


def _slowest() -> Subquery:
    return Subquery(_under_way().order_by(_progress()).values("status")[:1])


def _under_way() -> ClaimQuerySet:
    return _claims().filter(status__in=UNDER_WAY)


def _progress() -> Case:
    """How far a claim is that is under way; NULL for one that is only planned."""
    return Case(*(When(status=status, then=Value(rank)) for rank, status in enumerate(UNDER_WAY)))


def _claims() -> ClaimQuerySet:
    return Claim.objects.alive().filter(item=OuterRef("pk"))


def _per_item(rows: ScopedQuerySet, key: str, aggregate: Sum | Count) -> Subquery:
    return Subquery(rows.order_by().values(key).annotate(total=aggregate).values("total"))
