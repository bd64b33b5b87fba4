"""Which user belongs to which household, as whom, and who is asked to."""

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from config.models import ScopedQuerySet
from households.models.households import HouseholdRow, by_household
from households.models.people import Person

if TYPE_CHECKING:
    from households.viewer import Viewer


class Role(models.TextChoices):
    OWNER = "owner"
    MEMBER = "member"
    GUEST = "guest"


class MembershipQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.known_to(viewer)

    def known_to(self, viewer: "Viewer | None") -> Self:
        return self.none() if viewer is None else self.filter(household__in=viewer.planning_household_ids)

    def active(self) -> Self:
        return self.filter(is_active=True)


class Membership(HouseholdRow):
    """A user's place in a household, and who they are there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    person = models.OneToOneField(Person, models.RESTRICT, null=True, blank=True, related_name="membership")
    is_active = models.BooleanField(default=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "user"], name="one_membership_per_household_and_user"),
        ]
        indexes = [by_household("membership_by_household")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.household_id}"


class InvitationQuerySet(ScopedQuerySet):
    IS_OPEN = Q(accepted_at__isnull=True, declined_at__isnull=True, withdrawn_at__isnull=True)

    def visible_to(self, viewer: "Viewer | None") -> Self:
        """Those to the viewer, and those into a household that they own."""
        if viewer is None:
            return self.none()
        return self.filter(self._is_to(viewer) | Q(household__in=viewer.owned_household_ids))

    def addressed_to(self, viewer: "Viewer | None") -> Self:
        return self.none() if viewer is None else self.filter(self._is_to(viewer))

    def waiting(self, now: datetime.datetime | None = None) -> Self:
        """Those that can still be accepted."""
        return self.filter(self.IS_OPEN, expires_at__gt=now or timezone.now())

    def overdue(self, now: datetime.datetime) -> Self:
        """Those that were not answered in time, and that nobody has closed."""
        return self.filter(self.IS_OPEN, expires_at__lte=now)

    def _is_to(self, viewer: "Viewer") -> Q:
        """Whoever is invited reads of it while they may accept it and, once they have, while they belong there: of a
        household that they are not in they learn no longer than that."""
        # As it is now: whoever says yes twice at once asked the second time before they belonged there.
        homes = Membership.objects.active().filter(user=viewer.user).values("household")
        joined = Q(accepted_at__isnull=False, household__in=homes)
        return Q(user=viewer.user) & (joined | self.IS_OPEN & Q(expires_at__gt=viewer.now))


class Invitation(HouseholdRow):
    """An account that exists already is asked into a household: nobody but its user can bring it there.

    `person` is who they are going to be, reserved for them while it is open. `login` is what the owner typed, since
    they may know no more of the account.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="invitations")
    login = models.CharField(max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    person = models.ForeignKey(Person, models.RESTRICT, related_name="invitations")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "user"], condition=InvitationQuerySet.IS_OPEN, name="one_open_invitation_per_user"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=InvitationQuerySet.IS_OPEN, name="one_open_invitation_per_person"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True)
                | Q(accepted_at__isnull=True, withdrawn_at__isnull=True)
                | Q(declined_at__isnull=True, withdrawn_at__isnull=True),
                name="an_invitation_ends_in_one_way",
            ),
        ]
        indexes = [by_household("invitation_by_household")]

    def __str__(self) -> str:
        return f"{self.user_id} into {self.household_id}"

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be accepted."""
        is_open = not (self.accepted_at or self.declined_at or self.withdrawn_at)
        return is_open and timezone.now() < self.expires_at
