"""Who belongs to whom: households are the tenant boundary, persons are who gives and gets."""

import datetime
from calendar import isleap
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import available_timezones

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, When
from django.db.models.functions import Cast
from django.utils import timezone

from config.models import (
    BaseModel,
    CasefoldKey,
    Deletable,
    EachRow,
    ScopedQuerySet,
    SearchText,
    by_deleter,
    validate_one_line,
)

if TYPE_CHECKING:
    from households.viewer import Viewer


def validate_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("This is not an IANA time zone such as Europe/Berlin.")


class Role(models.TextChoices):
    OWNER = "owner"
    MEMBER = "member"
    GUEST = "guest"


class HouseholdQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.known_to(viewer)

    def known_to(self, viewer: "Viewer | None") -> Self:
        return self.none() if viewer is None else self.filter(pk__in=viewer.household_ids)

    def planned_by(self, viewer: "Viewer") -> Self:
        """Those in which the viewer is more than a guest."""
        return self.filter(pk__in=viewer.planning_household_ids)

    def owned_by(self, viewer: "Viewer") -> Self:
        return self.filter(pk__in=viewer.owned_household_ids)


class Household(BaseModel):
    name = models.CharField(max_length=120, validators=[validate_one_line])
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}\Z", "Use a code of ISO 4217 such as EUR.")],
    )
    timezone = models.CharField(max_length=60, default="UTC", validators=[validate_timezone])
    is_demo = models.BooleanField(default=False, editable=False)

    objects = HouseholdQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class HouseholdRow(BaseModel):
    """A row that belongs to one household, as every row of the domain does; its foreign keys stay inside it.

    Each names an index that begins with its household (`by_household`), and no other one is made: with one of the
    household alone beside it, PostgreSQL collects all rows of a family and sorts them instead of reading a page.
    """

    household = models.ForeignKey(Household, models.RESTRICT, db_index=False, related_name="+")

    class Meta:
        abstract = True


def by_household(name: str) -> models.Index:
    """For each `HouseholdRow`: its household's rows, the newest first, as pages are read."""
    return models.Index(fields=["household", "-id"], name=name)


class TagQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.alive().known_to(viewer)

    def known_to(self, viewer: "Viewer | None") -> Self:
        """A household's vocabulary is public to everybody who plans there."""
        return self.none() if viewer is None else self.filter(household__in=viewer.planning_household_ids)

    def on_what_is_seen_by(self, viewer: "Viewer | None") -> Self:
        """The tags to show on gifts that have come through their own door.

        Guests read them there, too: a tag says nothing about its gift that the gift does not say itself.
        """
        return self.none() if viewer is None else self.alive().filter(household__in=viewer.household_ids)


class Tag(HouseholdRow, Deletable):
    """A word of the household's own for its people and gifts. Making one is a public act; using it is not."""

    class Kind(models.TextChoices):
        INTEREST = "interest"
        OCCASION = "occasion"
        MOOD = "mood"
        BUDGET = "budget"
        CUSTOM = "custom"

    name = models.CharField(max_length=60, validators=[validate_one_line])
    name_key = CasefoldKey("name", max_length=120)
    search_text = SearchText("name")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CUSTOM)
    colour = models.CharField(
        max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "Use a colour such as #c0ffee.")]
    )

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            # Deleted ones count: the same word again revives the row, and whatever it was put on has it again.
            models.UniqueConstraint(fields=["household", "name_key"], name="one_tag_of_a_name"),
            models.CheckConstraint(condition=Q(name_key__isnull=False), name="tag_has_a_name"),
        ]
        indexes = [by_household("tag_by_household"), by_deleter("tag_by_deleter")]

    def __str__(self) -> str:
        return self.name


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
            known |= Q(pk__in=_shown_to_guest(self.model, viewer).values("recipient"))
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


class OccasionQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        return self.alive().known_to(viewer)

    def known_to(self, viewer: "Viewer | None") -> Self:
        """Every one in the household, but those hidden from the viewer. Guests know what the lists are for that they
        see."""
        if viewer is None:
            return self.none()
        known = Q(household__in=viewer.planning_household_ids)
        if viewer.guest_household_ids:
            known |= Q(pk__in=_shown_to_guest(self.model, viewer).values("occasion"))
        return self.filter(known).exclude(visibility=Occasion.Visibility.HIDDEN, honoree__in=viewer.person_ids)


# Whatever is for the coming celebration of an occasion of every year is for a day since then.
LONGEST_YEAR = datetime.timedelta(days=366)


class Occasion(HouseholdRow, Deletable):
    """A day to give on. For its honoree, a hidden one does not exist."""

    class Kind(models.TextChoices):
        CHRISTMAS = "christmas"
        BIRTHDAY = "birthday"
        ANNIVERSARY = "anniversary"
        OTHER = "other"

    class Visibility(models.TextChoices):
        HOUSEHOLD = "household"
        HIDDEN = "hidden_from_honoree"

    name = models.CharField(max_length=120, validators=[validate_one_line])
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    date = models.DateField(null=True, blank=True)
    is_yearly = models.BooleanField(default=False)
    honoree = models.ForeignKey(Person, models.RESTRICT, null=True, blank=True, related_name="occasions")
    visibility = models.CharField(max_length=20, choices=Visibility.choices, default=Visibility.HOUSEHOLD)
    budget_total = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    notes = models.TextField(max_length=5000, blank=True)

    objects = OccasionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility="household") | Q(honoree__isnull=False), name="hidden_occasion_has_an_honoree"
            ),
            models.CheckConstraint(
                condition=Q(budget_total__isnull=True) | Q(budget_total__gte=0), name="budget_is_not_negative"
            ),
        ]
        indexes = [
            by_household("occasion_by_household"),
            by_deleter("occasion_by_deleter"),
        ]

    def __str__(self) -> str:
        return self.name

    def next_date(self, today: datetime.date) -> datetime.date | None:
        """When it is celebrated next, today included; a once-only one keeps its date. None while unknown."""
        if self.date is None or not self.is_yearly or self.date >= today:
            return self.date
        this_year = anniversary(self.date, today.year)
        return this_year if this_year >= today else anniversary(self.date, today.year + 1)

    def is_served_by(self, day: datetime.date | None, *, today: datetime.date, year: int | None = None) -> bool:
        """Whether what is for this occasion, on this day, is for one celebration of it: that of a year, or the coming
        one. Of an occasion that comes every year, earlier years are history; without a day it is still to come."""
        if year is not None:
            return day is not None and day.year == year
        next_date = self.next_date(today)
        if day is None or self.date is None or next_date is None or not self.is_yearly:
            return True
        return day > anniversary(self.date, next_date.year - 1)


def _shown_to_guest(model: type[models.Model], viewer: "Viewer") -> Any:
    """The lists that the viewer sees as a guest; each points at a row of this model, a Person or an Occasion.

    Which lists these are is the gift table's to say, and it lies above us: nothing here may import it. So we ask for
    the model behind the reverse relation and go through its own door. Whoever renames the relation gets an error at
    the first guest, and nothing shown.
    """
    lists: Any = model._meta.get_field("lists").related_model
    return lists.objects.visible_to(viewer).filter(household__in=viewer.guest_household_ids)


def anniversary(day: datetime.date, year: int) -> datetime.date:
    """This day in another year; 29 February falls on the 28th in common years."""
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return datetime.date(year, 2, 28)
    return day.replace(year=year)


class DiaryCounter(models.Model):
    """A household's last diary entry. Locking this row makes commit order reading order."""

    household = models.OneToOneField(Household, models.RESTRICT, primary_key=True, related_name="diary_counter")
    last_seq = models.PositiveBigIntegerField(default=0)
    last_entry = models.UUIDField(null=True, editable=False)

    def __str__(self) -> str:
        return f"{self.household_id}: {self.last_seq}"


class ActivityQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: "Viewer | None") -> Self:
        """An entry is as secret as its subject: whoever plans here reads it, if they may know of what it is about.

        Rooms above this one have subjects, too, so they are found by their names. One that nobody answers for is
        read by nobody.
        """
        if viewer is None:
            return self.none()
        known = Q(pk__in=[])
        for subject in _subjects():
            row = subject._default_manager.known_to(viewer).filter(pk=OuterRef("subject_id"))
            known |= Q(subject_type=subject._meta.model_name) & Q(EachRow(row))
        return self.filter(known, household__in=viewer.planning_household_ids)


@cache
def _subjects() -> list[Any]:
    """The models that say who may know of their rows."""
    return [model for model in apps.get_models() if _says_who_may_know(type(model._default_manager.none()))]


def _says_who_may_know(rows: type[models.QuerySet]) -> bool:
    return issubclass(rows, ScopedQuerySet) and rows.known_to is not ScopedQuerySet.known_to


class Activity(HouseholdRow):
    """One line of a household's diary: append-only, references instead of titles.

    `seq` never leaves the server: a gap in it would tell of an entry that the reader may not see.
    """

    seq = models.PositiveBigIntegerField(editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    payload = models.JSONField(default=dict)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        constraints = [models.UniqueConstraint(fields=["household", "seq"], name="one_entry_per_seq")]
        indexes = [by_household("activity_by_household")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_id}"
