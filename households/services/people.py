from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from config.errors import Code, Refusal, invalid
from config.kept_rows import locked_row
from households.models import Household, Membership, Person, PersonMember, Tag
from households.services import diary, undo
from households.services.households import locked_with_household, require_planner
from households.services.identity import is_reserved
from households.services.tags import put_tags
from households.viewer import Viewer


@transaction.atomic
def create_person(
    *,
    viewer: Viewer,
    household: Household | None = None,
    members: Iterable[Person] = (),
    tags: Iterable[Tag] = (),
    **fields: Any,
) -> Person:
    """Somebody new; with `members`, a couple or group made of them."""
    household_id = viewer.planning(household).household_id
    locked_row(Household, viewer, household_id)
    person = Person(household_id=household_id)
    person.assign(_columns(fields))
    person.save()
    add_members(person, {member.pk for member in members}, is_new=True)
    put_tags(person, tags, is_new=True)
    diary.record(household_id=household_id, actor=viewer.user, verb="person.created", subject=person)
    return person


@transaction.atomic
def update_person(*, viewer: Viewer, person_id: UUID, changes: dict[str, Any]) -> Person:
    person = _changeable_person(viewer, person_id)
    columns = _columns(changes)
    fields = [] if "members" not in columns else _change_members(viewer, person, columns.pop("members"))
    fields += put_tags(person, columns.pop("tags", None))
    own_fields = person.assign(columns)
    if fields := fields + own_fields:
        # Who a couple is made of and its tags are read with it, so the row counts as changed by that, too.
        person.save(update_fields=[*own_fields, "updated_at"])
        diary.record(
            household_id=person.household_id, actor=viewer.user, verb="person.updated", subject=person, fields=fields
        )
    return person


@transaction.atomic
def delete_person(*, viewer: Viewer, person_id: UUID) -> None:
    """Leave a tombstone. Whoever this person is stays blind to what is hidden from them."""
    person = _changeable_person(viewer, person_id)
    if is_linked(person.pk) and not may_decide_over(viewer, person.household_id, [person.pk]):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    if is_reserved(person.pk):
        raise Refusal(Code.CONFLICT_STATE, "Somebody is invited to be this person. An owner may withdraw that first.")
    person.entomb(by=viewer.user)
    diary.record(household_id=person.household_id, actor=viewer.user, verb="person.deleted", subject=person)


def restore_person(*, viewer: Viewer, pk: UUID) -> Person:
    return undo.restore(
        viewer=viewer,
        model=Person,
        pk=pk,
        verb="person.restored",
        check=_check_return,
        lock=locked_with_household,
    )


def _check_return(viewer: Viewer, person: Person) -> None:
    """While a couple was deleted, one of it may have become a couple, or the other way round."""
    undo.refuse_guests(viewer, person)
    around = Q(group_links__group__deleted_at__isnull=True, group_links__isnull=False)
    within = Q(member_links__member__deleted_at__isnull=True, member_links__member__member_links__isnull=False)
    if Person.objects.filter(around | within, pk=person.pk, member_links__isnull=False).exists():
        raise Refusal(Code.CONFLICT_STATE, "A group cannot be part of a group.")


def is_linked(*person_ids: UUID) -> bool:
    """Whether one of them is somebody with a login, or a couple or group that such a one is part of."""
    return Person.objects.filter(pk__in=person_ids).linked().exists()


def may_decide_over(viewer: Viewer, household_id: UUID, person_ids: Iterable[UUID]) -> bool:
    """Whether the viewer may change who these persons are: an owner who is none of them.

    Everybody else, and the persons themselves above all, could end their own blindness that way.
    """
    return viewer.owns(household_id) and not viewer.is_any_of(*person_ids)


def _changeable_person(viewer: Viewer, person_id: UUID) -> Person:
    person = locked_with_household(Person, viewer, person_id)
    require_planner(viewer, person.household_id)
    return person


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as the row has them: `archived` is the moment since when."""
    columns = {name: value for name, value in fields.items() if name != "archived"}
    if "archived" in fields:
        columns["archived_at"] = timezone.now() if fields["archived"] else None
    return columns


def _change_members(viewer: Viewer, group: Person, members: Iterable[Person]) -> list[str]:
    """Make these the members; returns the names of the fields that changed."""
    # Who has been deleted stays in: nobody could name them here, and they must not drop out by silence.
    present = set(group.member_links.filter(member__deleted_at__isnull=True).values_list("member_id", flat=True))
    wanted = {member.pk for member in members}
    leaving = present - wanted
    # All of them and not the group alone: the viewer knows their persons from before the lock was waited for, and may
    # have joined this couple since.
    if leaving and not may_decide_over(viewer, group.household_id, [group.pk, *present]):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    group.member_links.filter(member__in=leaving).delete()
    add_members(group, wanted - present)
    return ["members"] if wanted != present else []


def add_members(group: Person, member_ids: set[UUID], *, is_new: bool = False) -> None:
    """Anybody may add: it can only make somebody blind, never seeing."""
    if not member_ids:
        return
    # Looked up again under the household's lock: they may have been deleted, or merged into somebody, meanwhile.
    members = Person.objects.alive().filter(pk__in=member_ids, household=group.household_id)
    are_groups = members.annotate(is_group=Exists(PersonMember.objects.filter(group=OuterRef("pk"))))
    found = are_groups.values_list("is_group", flat=True)
    if len(found) != len(member_ids):
        raise invalid(members="All members must be persons of the same household.")
    if group.pk in member_ids or any(found) or (not is_new and _is_in_a_group(group)):
        raise invalid(members="A group cannot be part of a group.")
    if not is_new and (Membership.objects.filter(person=group).exists() or is_reserved(group.pk)):
        raise invalid(members="Somebody who signs in is one person, not a group.")
    PersonMember.objects.bulk_create(
        PersonMember(household_id=group.household_id, group=group, member_id=member_id) for member_id in member_ids
    )


def _is_in_a_group(person: Person) -> bool:
    return Person.objects.alive().filter(member_links__member=person).exists()
