"""What `doctor` looks at among households, persons and the diary."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, ForeignKey, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from config.doctor.findings import State, rule
from config.models import casefold_key
from households.models import (
    Activity,
    DiaryCounter,
    Household,
    HouseholdRow,
    Invitation,
    Membership,
    PersonMember,
    Role,
    Tag,
)

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
# Who belongs there by the row itself, or is asked to.
BELONGING: dict[Any, tuple[str, ...]] = {Membership: ("user",), Invitation: ("user",)}
# Nothing in Hearth writes such rows, so something else has.
BY_HAND = "Restore the newest backup without them, or mend them in the database by hand."


def _references() -> Iterator[tuple[Any, Any]]:
    """Each table of the domain with each of its foreign keys, those of the rooms above as well."""
    for model in HouseholdRow.__subclasses__():
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.name != "household":
                yield model, field


@rule("rows refer to something in another household", advice=BY_HAND)
def references_across_households() -> Iterator[Any]:
    for model, field in _references():
        if issubclass(field.related_model, HouseholdRow):
            rows = model._base_manager.filter(**{f"{field.name}__isnull": False})
            for pk in rows.exclude(**{f"{field.name}__household": F("household")}).values_list("pk", flat=True):
                yield f"{model._meta.db_table}.{field.column} of {pk}"


@rule("rows name somebody who never belonged to their household", advice=BY_HAND)
def references_to_strangers() -> Iterator[Any]:
    for model, field in _references():
        if field.related_model is User and field.name not in BELONGING.get(model, ()):
            belongs = Membership.objects.filter(household=OuterRef("household"), user=OuterRef(field.name))
            rows = model._base_manager.filter(~Exists(belongs), **{f"{field.name}__isnull": False})
            for pk in rows.values_list("pk", flat=True):
                yield f"{model._meta.db_table}.{field.column} of {pk}"


@rule(
    "households have no owner who could sign in",
    advice="Bring one in: `manage.py invite_member --role owner`.",
)
def households_without_an_owner() -> Iterable[Any]:
    owned = Membership.objects.active().filter(role=Role.OWNER, user__is_active=True)
    return Household.objects.exclude(pk__in=owned.values("household")).values_list("pk", flat=True)


@rule(
    "members are no person, so nothing is hidden from them", advice="Say who they are: `manage.py set_member_person`."
)
def members_who_are_nobody() -> Iterable[Any]:
    return Membership.objects.active().filter(person=None).values_list("pk", flat=True)


@rule(
    "persons are somebody's already, and somebody else is invited to be them",
    advice="Withdraw those invitations on the members page.",
)
def persons_promised_twice() -> Iterable[Any]:
    taken = Membership.objects.filter(person=OuterRef("person")).exclude(user=OuterRef("user"))
    return Invitation.objects.waiting().filter(Exists(taken)).values_list("pk", flat=True)


@rule("members are a couple or a group", advice="Say who of it they are: `manage.py set_member_person`.")
def members_who_are_several() -> Iterable[Any]:
    return Membership.objects.filter(person__member_links__isnull=False).distinct().values_list("pk", flat=True)


@rule(
    "members are a person who has been deleted",
    advice="They stay blind to its surprises; an owner may restore the person, or `manage.py set_member_person`.",
    state=State.NOTE,
)
def members_who_are_deleted() -> Iterable[Any]:
    return Membership.objects.active().filter(person__deleted_at__isnull=False).values_list("pk", flat=True)


@rule("groups are part of a group", advice="Take them out, as an owner who is none of them.")
def groups_of_groups() -> Iterable[Any]:
    alive = Q(group__deleted_at__isnull=True, member__deleted_at__isnull=True)
    links = PersonMember.objects.filter(alive, member__member_links__isnull=False)
    return links.distinct().values_list("group", flat=True)


@rule("households have no counter for their diary, so nothing can be changed there", advice=BY_HAND)
def households_without_a_counter() -> Iterable[Any]:
    return Household.objects.filter(diary_counter=None).values_list("pk", flat=True)


@rule(
    "households' diaries are not counted rightly, so streams may lose entries",
    advice="Restore the newest backup whose doctor does not say so.",
)
def diaries_miscounted() -> Iterable[Any]:
    entries = Activity.objects.filter(household=OuterRef("household")).order_by()
    number = entries.values("household").annotate(number=Count("pk")).values("number")
    counted = DiaryCounter.objects.annotate(
        entries=Coalesce(Subquery(number), 0),
        newest=Subquery(entries.order_by("-seq").values("seq")[:1]),
        newest_key=Subquery(entries.order_by("-id").values("id")[:1]),
    )
    right = Q(entries=F("last_seq")) & (Q(newest=None) | Q(newest=F("last_seq"), newest_key=F("last_entry")))
    return counted.exclude(right).values_list("pk", flat=True)


@rule(
    "diary entries are from the future",
    advice="Let this machine keep time by NTP; until then new entries follow the last one.",
)
def entries_from_the_future() -> Iterable[Any]:
    return Activity.objects.filter(created_at__gt=timezone.now() + CLOCKS_MAY_DIFFER).values_list("pk", flat=True)


@rule("tags are compared otherwise than they are written", advice="Save each anew: rename it and back.")
def tags_compared_otherwise() -> Iterator[Any]:
    for pk, name, key in Tag.objects.values_list("pk", "name", "name_key"):
        if casefold_key(name) != key:
            yield pk
