"""The rules that `doctor` holds over all rows: each finds what breaks it, and nothing where all is well."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from accounts.models import ActivationCode, DeviceSession, User
from accounts.services.codes import issue_code
from config.client import Client
from config.doctor.findings import RULES, Finding, broken_rules
from gifts.models import Claim, GiftList, ItemPlan, ListItem, ListShare
from gifts.services.claims import move_item
from households.models import Activity, DiaryCounter, Household, Invitation, Membership, Person, Role, Tag
from tests.cast import Family, Member, invited, join
from tests.factories import UserFactory

autodiscover_modules("diagnosis")


def found() -> dict[str, Finding]:
    return {finding.name: finding for finding in broken_rules()}


def claim(family: Family, **changes) -> None:
    """Leo's, on something for Ada."""
    item = family.mia.add(family.mia.list("For Ada", recipient=family.ada.person))
    move_item(viewer=family.leo.viewer, item_id=item.pk, status="planned")
    Claim.objects.update(**changes)


def login(family, neighbour):
    User.objects.filter(pk=family.leo.user.pk).update(email_key="somebody@else")


def live_session(family, neighbour):
    family.leo.api()
    User.objects.filter(pk=family.leo.user.pk).update(is_active=False)


def open_code(family, neighbour):
    issue_code(user=family.leo.user, actor=None, client=Client())
    DeviceSession.objects.all().update(revoked_at=timezone.now())
    User.objects.filter(pk=family.leo.user.pk).update(is_active=False)


def across(family, neighbour):
    family.mia.list("For somebody next door")
    GiftList.objects.update(recipient=neighbour.person)


def stranger(family, neighbour):
    family.mia.list("A stranger's")
    GiftList.objects.update(owner=neighbour.user)


def ownerless(family, neighbour):
    Membership.objects.filter(household=family.household).update(role=Role.MEMBER)


def nobody(family, neighbour):
    Membership.objects.create(household=family.household, user=UserFactory())


def several(family, neighbour):
    Membership.objects.create(household=family.household, user=UserFactory(), person=family.grandparents)


def deleted(family, neighbour):
    Person.objects.filter(pk=family.leo.person.pk).update(deleted_at=timezone.now())


def nested(family, neighbour):
    group = Person.objects.create(household=family.household, display_name="All of them")
    group.member_links.create(household=family.household, member=family.grandparents)


def uncounted(family, neighbour):
    DiaryCounter.objects.filter(household=Household.objects.create(name="New")).delete()
    household = Household.objects.get(name="New")
    Membership.objects.create(
        household=household,
        user=family.mia.user,
        role=Role.OWNER,
        person=Person.objects.create(household=household, display_name="Mia"),
    )


def behind(family, neighbour):
    family.mia.list()
    DiaryCounter.objects.filter(household=family.household).update(last_seq=1)


def another_key(family, neighbour):
    DiaryCounter.objects.filter(household=family.household).update(last_entry=family.household.pk)


def lost_entry(family, neighbour):
    family.mia.list()
    family.mia.list()
    Activity.objects.filter(household=family.household, seq=2).delete()


def future(family, neighbour):
    Activity.objects.filter(household=family.household).update(created_at=timezone.now() + timedelta(days=1))


def tag(family, neighbour):
    Tag.objects.create(household=family.household, name="Cosy")
    Tag.objects.update(name="Warm")


def planless(family, neighbour):
    family.mia.add(family.mia.list())
    ItemPlan.objects.all().delete()


def to_themself(family, neighbour):
    claim(family, giver=family.ada.person)


def to_their_couple(family, neighbour):
    claim(family, giver=family.grandma.person)
    GiftList.objects.update(recipient=family.grandparents)


def of_their_couple(family, neighbour):
    claim(family, giver=family.grandparents)
    GiftList.objects.update(recipient=family.grandpa)


def dropped(family, neighbour):
    claim(family)
    ItemPlan.objects.update(stage="dropped")


def companion(family, neighbour, **changes):
    wishes = family.leo.list("Wishes", kind="wishlist")
    family.mia.add(wishes)
    GiftList.objects.filter(companion_of=wishes).update(**changes)


def companion_for_another(family, neighbour):
    companion(family, neighbour, recipient=family.ada.person)


def companion_on_a_day(family, neighbour):
    companion(family, neighbour, occurs_on="2030-12-24")


def owned_companion(family, neighbour):
    companion(family, neighbour, owner=family.mia.user)


def hidden_from_its_owner(family, neighbour):
    family.mia.list("For Theo", recipient=family.theo)
    GiftList.objects.update(recipient=family.mia.person)


def share(family, neighbour) -> Member:
    guest = join(family.household, "Tim", Role.GUEST)
    ListShare.objects.create(household=family.household, list=family.mia.list(), guest=guest.membership)
    return guest


def shared_with_a_member(family, neighbour):
    Membership.objects.filter(pk=share(family, neighbour).membership.pk).update(role=Role.MEMBER)


def shared_with_who_has_left(family, neighbour):
    Membership.objects.filter(pk=share(family, neighbour).membership.pk).update(is_active=False)


def shared_in_private(family, neighbour):
    share(family, neighbour)
    GiftList.objects.update(visibility="private")


def promised(family, neighbour):
    invited(family.mia, neighbour.user)
    Invitation.objects.update(person=family.leo.person)


def unindexed(family, neighbour):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has this index")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX gift_search_by_trigram")


BROKEN = [
    ("logins_compared_otherwise", login),
    ("live_sessions_of_the_deactivated", live_session),
    ("open_codes_of_the_deactivated", open_code),
    ("references_across_households", across),
    ("references_to_strangers", stranger),
    ("households_without_an_owner", ownerless),
    ("members_who_are_nobody", nobody),
    ("members_who_are_several", several),
    ("members_who_are_deleted", deleted),
    ("persons_promised_twice", promised),
    ("groups_of_groups", nested),
    ("households_without_a_counter", uncounted),
    ("diaries_miscounted", behind),
    ("diaries_miscounted", another_key),
    ("diaries_miscounted", lost_entry),
    ("entries_from_the_future", future),
    ("tags_compared_otherwise", tag),
    ("items_without_a_plan", planless),
    ("claims_of_the_recipient", to_themself),
    ("claims_within_a_couple", to_their_couple),
    ("claims_within_a_couple", of_their_couple),
    ("claims_on_what_was_dropped", dropped),
    ("companions_unlike_their_list", companion_for_another),
    ("companions_unlike_their_list", companion_on_a_day),
    ("companions_unlike_their_list", owned_companion),
    ("lists_hidden_from_their_owner", hidden_from_its_owner),
    ("shares_without_a_guest", shared_with_a_member),
    ("shares_without_a_guest", shared_with_who_has_left),
    ("shares_of_private_lists", shared_in_private),
    ("search_without_index", unindexed),
]


@pytest.mark.parametrize(("name", "breaks"), BROKEN, ids=[breaks.__name__ for _, breaks in BROKEN])
def test_what_breaks_a_rule_is_found_by_it_alone(family, neighbour, name, breaks):
    breaks(family, neighbour)
    broken = found()
    assert list(broken) == [name]
    assert broken[name].count == 1
    assert len(broken[name].ids) == 1


def test_each_rule_is_tried():
    assert {rule.name for rule in RULES} == {name for name, _ in BROKEN}


def test_each_rule_says_what_to_do():
    for rule in RULES:
        assert rule.advice.endswith(".")
        assert not rule.says.endswith(".")


def test_where_all_is_well_nothing_is_found(family, neighbour, settings):
    settings.IS_PRODUCTION = False
    call_command("seed_demo", households="2", people="20", items="300", json=True)
    share(family, neighbour)
    companion(family, neighbour)
    claim(family)
    invited(family.mia, neighbour.user)
    # What is allowed, however odd: more claims than pieces, a deleted list whose hidden part lives on.
    Claim.objects.update(quantity=5)
    GiftList.objects.filter(name="Wishes", companion_of=None).update(deleted_at=timezone.now())
    Membership.objects.filter(person=family.ada.person).update(is_active=False)
    User.objects.filter(pk=family.ada.user.pk).update(is_active=False)
    assert found() == {}


def test_of_many_some_are_named_and_all_are_counted(family):
    gift_list = family.mia.list()
    for number in range(7):
        family.mia.add(gift_list, f"A telescope {number}")
    ItemPlan.objects.all().delete()
    finding = found()["items_without_a_plan"]
    assert (finding.count, len(finding.ids)) == (7, 5)
    assert set(finding.ids) <= {str(pk) for pk in ListItem.objects.values_list("pk", flat=True)}
    assert finding.line.startswith("wrong  items_without_a_plan: 7 items have no plan")
    assert ", ...)" in finding.line


def test_codes_and_sessions_that_have_ended_break_no_rule(family):
    open_code(family, None)
    ActivationCode.objects.update(replaced_at=timezone.now())
    assert found() == {}
