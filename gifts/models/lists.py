from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When

from config.models import Deletable, ScopedQuerySet, by_deleter
from households.models import HouseholdRow, Membership, Occasion, Person, by_household
from households.viewer import Viewer


class GiftListQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        return self.alive().known_to(viewer)

    def known_to(self, viewer: Viewer | None) -> Self:
        """Household lists, those hidden from somebody else, and one's own, deleted or not; never one for an occasion
        that is hidden from the viewer. Of the first two, guests know what is shared with them and, being its recipient,
        what was opened to them."""
        if viewer is None:
            return self.none()
        visibility = GiftList.Visibility
        within_reach = Q(household__in=viewer.planning_household_ids)
        if viewer.guest_household_ids:
            within_reach |= Q(pk__in=ListShare.objects.held_by(viewer).values("list"))
            within_reach |= Q(household__in=viewer.guest_household_ids, recipient__in=viewer.person_ids)
        hidden = Q(visibility=visibility.HIDDEN) & ~Q(recipient__in=viewer.person_ids)
        own = Q(owner=viewer.user) & ~Q(visibility=visibility.HIDDEN)
        open_to_them = within_reach & (Q(visibility=visibility.HOUSEHOLD) | hidden) | own
        hidden_occasion = Q(occasion__visibility=Occasion.Visibility.HIDDEN, occasion__honoree__in=viewer.person_ids)
        # Their own stay theirs when somebody hides the occasion from them: to them it looks deleted.
        known = self.filter(open_to_them).filter(~hidden_occasion | Q(owner=viewer.user))
        return known.filter(household__in=viewer.household_ids)

    def standing_alone(self, viewer: Viewer) -> Self:
        """Without the companions of lists that the viewer sees anyway: those two are read as one."""
        return self.exclude(companion_of__in=GiftList.objects.visible_to(viewer))

    def as_seen_by(self, viewer: Viewer) -> Self:
        """With the list that a companion belongs to, where the viewer sees that one, too.

        Whoever plans knows of it anyway; to a guest, the companion alone may have been shared.
        """
        if not viewer.guest_household_ids:
            return self.annotate(seen_companion_of=F("companion_of"))
        seen = Q(companion_of__in=GiftList.objects.visible_to(viewer))
        planned = Q(household__in=viewer.planning_household_ids)
        return self.annotate(seen_companion_of=Case(When(planned | seen, then=F("companion_of"))))


class GiftList(HouseholdRow, Deletable):
    """A list of gifts for a person, an occasion, both or neither. Its visibility is the one fact of secrecy.

    A `companion` holds what givers add to a list that its recipient sees: same recipient, occasion and date, hidden.
    """

    class Kind(models.TextChoices):
        GIFT = "gift"
        IDEA = "idea"
        WISHLIST = "wishlist"

    class Visibility(models.TextChoices):
        HOUSEHOLD = "household"
        HIDDEN = "hidden_from_recipient"
        PRIVATE = "private"

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.GIFT)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, blank=True, related_name="lists")
    recipient = models.ForeignKey(Person, models.RESTRICT, null=True, blank=True, related_name="lists")
    occasion = models.ForeignKey(Occasion, models.RESTRICT, null=True, blank=True, related_name="lists")
    occurs_on = models.DateField(null=True, blank=True)
    visibility = models.CharField(max_length=25, choices=Visibility.choices)
    # Since when its recipient does not see it; null when they do, and when they never have.
    hidden_since = models.DateTimeField(null=True, blank=True, editable=False)
    companion_of = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, editable=False, related_name="companions"
    )

    objects = GiftListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(visibility="hidden_from_recipient") | Q(recipient__isnull=False),
                name="hidden_list_has_a_recipient",
            ),
            models.CheckConstraint(
                condition=~Q(visibility="private") | Q(owner__isnull=False), name="private_list_has_an_owner"
            ),
            models.CheckConstraint(
                condition=~Q(kind="wishlist") | Q(recipient__isnull=False), name="wishlist_has_a_recipient"
            ),
            models.CheckConstraint(
                condition=Q(companion_of__isnull=True) | Q(visibility="hidden_from_recipient"),
                name="companion_is_hidden",
            ),
            models.UniqueConstraint(
                fields=["companion_of"], condition=Q(deleted_at__isnull=True), name="one_companion_per_list"
            ),
        ]
        indexes = [by_household("list_by_household"), by_deleter("list_by_deleter")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_seen_by_recipient(self) -> bool:
        return self.recipient_id is not None and self.visibility == self.Visibility.HOUSEHOLD

    def is_for(self, viewer: Viewer) -> bool:
        """Whether the viewer is its recipient. That beats every role."""
        return viewer.is_any_of(self.recipient_id)

    def is_planned_by(self, viewer: Viewer) -> bool:
        """Whether the viewer has a say in what is planned on it. Guests have one on lists of their own only."""
        return viewer.plans(self.household_id) or self.owner_id == viewer.user.pk


def on_list(list_id: UUID, viewer: Viewer) -> Q:
    """Whether a row that has a `list` is on this one, or on its companion for whoever sees the two joined."""
    both = GiftList.objects.filter(Q(pk=list_id) | Q(companion_of=list_id))
    beside = Q(list__companion_of=list_id) & knows_what_it_is_beside(viewer)
    # The two are found by their keys first: an OR over two tables is found by none.
    return Q(list__in=both) & (Q(list=list_id) | beside)


def knows_what_it_is_beside(viewer: Viewer) -> Q:
    """Whether the viewer may know which list a companion belongs to, asked of rows that have a `list`.

    To a guest, the companion alone may be shared: how many wishes stand there, for one, is not theirs to count.
    """
    if not viewer.guest_household_ids:
        return Q()
    lists = GiftList.objects.visible_to(viewer)
    return Q(household__in=viewer.planning_household_ids) | Q(list__companion_of__in=lists)


class ListShareQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        """Those who plan see with whom a list of theirs is shared; a guest sees their own share."""
        if viewer is None:
            return self.none()
        lists = GiftList.objects.visible_to(viewer)
        planned = Q(household__in=viewer.planning_household_ids)
        own = Q(household__in=viewer.guest_household_ids, guest__user=viewer.user)
        return self.filter(planned | own, list__in=lists)

    def held_by(self, viewer: Viewer) -> Self:
        """The shares that show something to the viewer as a guest."""
        return self.filter(household__in=viewer.guest_household_ids, guest__user=viewer.user)


class ListShare(HouseholdRow):
    """A list shown to a guest, who sees nothing else of the household."""

    list = models.ForeignKey(GiftList, models.RESTRICT, related_name="shares")
    guest = models.ForeignKey(Membership, models.RESTRICT, related_name="shares")

    objects = ListShareQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "guest"], name="a_list_is_shared_once_with_a_guest")]
        indexes = [by_household("share_by_household")]

    def __str__(self) -> str:
        return f"{self.list_id} for {self.guest_id}"
