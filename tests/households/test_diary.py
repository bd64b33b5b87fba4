"""The diary's writer: one entry for each change, in its transaction, in the order of commits."""

import time
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import transaction
from uuid_utils.compat import uuid7

from config.client import Client
from households.models import Activity, DiaryCounter, Household, Membership, Person
from households.services import diary, households, members, occasions, people
from tests.cast import Family, make_family
from tests.concurrency import simultaneously


def an_occasion(family: Family) -> UUID:
    return occasions.create_occasion(viewer=family.mia.viewer, name="Easter").pk


SERVICES: dict[str, Callable[[Family], object]] = {
    "household.updated": lambda family: households.update_household(
        viewer=family.mia.viewer, household_id=family.household.pk, changes={"name": "Us"}
    ),
    "membership.created": lambda family: members.add_member(
        viewer=family.mia.viewer, household_id=family.household.pk, name="Tim", handle="tim", client=Client()
    ),
    "membership.updated": lambda family: members.update_member(
        viewer=family.mia.viewer, membership_id=family.leo.membership.pk, role="owner"
    ),
    "membership.removed": lambda family: members.remove_member(
        viewer=family.mia.viewer, membership_id=family.leo.membership.pk
    ),
    "membership.code_issued": lambda family: members.issue_member_code(
        viewer=family.mia.viewer, membership_id=family.leo.membership.pk, client=Client()
    ),
    "person.created": lambda family: people.create_person(viewer=family.leo.viewer, display_name="Tim"),
    "person.updated": lambda family: people.update_person(
        viewer=family.leo.viewer, person_id=family.theo.pk, changes={"display_name": "Theodor"}
    ),
    "person.deleted": lambda family: people.delete_person(viewer=family.leo.viewer, person_id=family.theo.pk),
    "occasion.created": lambda family: occasions.create_occasion(viewer=family.leo.viewer, name="Christmas"),
    "occasion.updated": lambda family: occasions.update_occasion(
        viewer=family.leo.viewer, occasion_id=an_occasion(family), changes={"name": "Christmas"}
    ),
    "occasion.deleted": lambda family: occasions.delete_occasion(
        viewer=family.leo.viewer, occasion_id=an_occasion(family)
    ),
}


@pytest.mark.parametrize("verb", SERVICES)
def test_every_change_is_one_entry(family, verb):
    SERVICES[verb](family)
    written = list(Activity.objects.order_by("seq").values_list("verb", flat=True))
    assert written.count(verb) == 1
    assert set(written) <= {"household.created", "occasion.created", verb}
    entry = Activity.objects.get(verb=verb)
    assert entry.household == family.household
    assert entry.actor in {family.mia.user, family.leo.user}
    assert entry.subject_type == verb.split(".")[0]


def test_staff_write_without_being_anybody(family):
    members.set_member_person(membership_id=family.leo.membership.pk, person=family.theo)
    entry = Activity.objects.latest("seq")
    assert (entry.verb, entry.actor) == ("membership.updated", None)
    assert entry.payload == {"role": "member", "person": str(family.theo.pk), "is_active": True}


def test_a_founded_household_begins_its_diary(family):
    household = households.create_household(owner=family.leo.user, name="Leo's flat")
    entry = Activity.objects.get(household=household)
    assert (entry.seq, entry.verb, entry.actor, entry.subject_id) == (
        1,
        "household.created",
        family.leo.user,
        household.pk,
    )


@pytest.mark.parametrize("verb", SERVICES)
def test_what_is_undone_was_never_written(family, verb):
    before = Activity.objects.count(), DiaryCounter.objects.get(household=family.household).last_seq
    with transaction.atomic():
        SERVICES[verb](family)
        transaction.set_rollback(True)
    assert (Activity.objects.count(), DiaryCounter.objects.get(household=family.household).last_seq) == before


def test_an_entry_that_cannot_be_written_undoes_the_change(family):
    DiaryCounter.objects.all().delete()
    with pytest.raises(DiaryCounter.DoesNotExist):
        people.create_person(viewer=family.leo.viewer, display_name="Tim")
    assert not Person.objects.filter(display_name="Tim").exists()


def test_households_count_for_themselves(family, neighbour):
    for _ in range(3):
        people.create_person(viewer=neighbour.viewer, display_name="Somebody")
    people.create_person(viewer=family.leo.viewer, display_name="Tim")
    assert sequence(neighbour.person.household) == [1, 2, 3, 4]
    assert sequence(family.household) == [1, 2]


def test_keys_ascend_when_the_clock_was_set_back(family):
    tomorrow = UUID(int=uuid7().int + (86_400_000 << 80))  # the upper 48 bits count milliseconds
    DiaryCounter.objects.filter(household=family.household).update(last_entry=tomorrow)
    entries = [people_entry(family) for _ in range(3)]
    assert [entry.pk for entry in entries] == sorted(entry.pk for entry in entries)
    assert entries[0].pk > tomorrow
    assert {entry.pk.version for entry in entries} == {7}


@pytest.mark.django_db(transaction=True)
def test_eight_who_write_at_once_leave_no_gap_and_one_order():
    """Each transaction stays open a while after its entry; who reads meanwhile sees a beginning without a hole."""
    family = make_family()
    seen: list[list[int]] = []

    def write() -> None:
        for _ in range(5):
            with transaction.atomic():
                people_entry(family)
            seen.append(sequence(family.household))

    simultaneously(write, 8)
    assert sequence(family.household) == list(range(1, 42))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    by_key = list(Activity.objects.filter(household=family.household).order_by("pk").values_list("seq", flat=True))
    assert by_key == list(range(1, 42))


@pytest.mark.django_db(transaction=True)
def test_a_writer_waits_for_the_one_before_to_commit():
    """Else the second could be read before the first, and a reader who resumes after it would lose the first."""
    family = make_family()
    turns = iter([True, False])

    def write() -> tuple[int, int]:
        holds = next(turns)
        with transaction.atomic():
            entry = people_entry(family)
            if holds:
                time.sleep(0.3)
            others = Activity.objects.filter(household=family.household).count()
        return entry.seq, others

    results = simultaneously(write, 2)
    assert sorted(results) == [(2, 2), (3, 3)]


def test_a_reader_sees_what_concerns_their_household(family):
    for write in SERVICES.values():
        write(make_family())
    entries = Activity.objects.visible_to(family.leo.viewer)
    assert set(entries.values_list("household", flat=True)) == {family.household.pk}
    assert set(entries.values_list("verb", flat=True)) == {"household.created"}
    Membership.objects.filter(user=family.leo.user).update(is_active=False)
    assert not Activity.objects.visible_to(family.leo.viewer).exists()


def people_entry(family: Family) -> Activity:
    return diary.record(
        household_id=family.household.pk, actor=family.mia.user, verb="person.updated", subject=family.theo
    )


def sequence(household: Household) -> list[int]:
    return list(Activity.objects.filter(household=household).order_by("seq").values_list("seq", flat=True))
