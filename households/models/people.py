"""Whoever gives and gets."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Cast

from config.models import Deletable, ScopedQuerySet, by_deleter, validate_one_line
from households.models.guests import shown_to_guest
from households.models.households import HouseholdRow, by_household
from households.models.tags import Tag

if TYPE_CHECKING:
    from households.viewer import Viewer


class PersonQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.alive().known_to(viewer)

    def known_to(self, viewer: "Viewer | None") -> Self:
        """Everybody who plans sees everybody: a Person holds no secrets. Guests see for whom the lists are that they
        see, and of them the names only: `as_seen_by`."""
        if viewer is None:
            return self.none()
        known = Q(household__in=viewer.planning_household_ids)
        if viewer.guest_household_ids:
            known |= Q(pk__in=shown_to_guest(self.model, viewer).values("recipient"))
        return self.filter(known)

    def as_seen_by(self, viewer: "Viewer") -> Self:
        """With the columns to filter and sort by, NULL where the viewer learns no more than the name."""
        told = When(household__in=viewer.planning_household_ids, then=F("birthdate"))
        since = When(household__in=viewer.planning_household_ids, then=F("archived_at"))
        # Cast, because PostgreSQL sorts by no bare NULL, which is all that a guest's column is.
        return self.annotate(seen_birthdate=Cast(Case(told), models.DateField()), seen_archived_at=Case(since))

    def linked(self) -> Self:
        """Persons that somebody with a login is: members themselves, and each couple or group they are part of."""
        return self.filter(Q(membership__isnull=False) | Q(member_links__member__membership__isnull=False))


class Person(HouseholdRow, Deletable):
    """Whoever a present can be for or from, whether they sign in or not. Couples and groups are such rows, too."""

    display_name = models.CharField(max_length=120, validators=[validate_one_line])
    relationship = models.CharField(max_length=60, blank=True)
    birthdate = models.DateField(null=True, blank=True)
    interests = models.TextField(max_length=2000, blank=True)
    sizes = models.JSONField(default=dict, blank=True)
    constraints = models.TextField(max_length=2000, blank=True)
    photo_url = models.URLField(max_length=500, blank=True)
    notes = models.TextField(max_length=5000, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    members = models.ManyToManyField("self", through="PersonMember", symmetrical=False, related_name="groups")
    tags = models.ManyToManyField(Tag, through="PersonTag", related_name="people")

    objects = PersonQuerySet.as_manager()

    class Meta:
        indexes = [
            by_household("person_by_household"),
            by_deleter("person_by_deleter"),
        ]

    def __str__(self) -> str:
        return self.display_name


class PersonMemberQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.none() if viewer is None else self.filter(household__in=viewer.planning_household_ids)


class PersonMember(HouseholdRow):
    """One half of a couple, or one of a group."""

    group = models.ForeignKey(Person, models.RESTRICT, related_name="member_links")
    member = models.ForeignKey(Person, models.RESTRICT, related_name="group_links")

    objects = PersonMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "member"], name="a_person_is_in_a_group_once"),
            models.CheckConstraint(condition=~Q(group=F("member")), name="no_group_of_itself"),
        ]
        indexes = [by_household("person_member_by_household")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.group_id}"


class PersonTagQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.none() if viewer is None else self.filter(household__in=viewer.planning_household_ids)


class PersonTag(HouseholdRow):
    person = models.ForeignKey(Person, models.RESTRICT, related_name="tag_links")
    tag = models.ForeignKey(Tag, models.RESTRICT, related_name="person_links")

    objects = PersonTagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "tag"], name="a_person_has_a_tag_once")]
        indexes = [by_household("person_tag_by_household")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.person_id}"
