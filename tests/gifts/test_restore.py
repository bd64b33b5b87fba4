"""Undo: one's own deletion, for a while, of what one could still see."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from config.errors import Refusal
from config.models import Deletable
from gifts.models import Claim, Gift, GiftList, ListItem, ListShare
from gifts.services.claims import claim_item
from gifts.services.gifts import create_gift
from gifts.services.items import add_item, delete_item, restore_item
from gifts.services.lists import delete_list, restore_list
from gifts.services.merging import merge_people
from households.models import Activity, Membership, Occasion, Person, Role
from households.services.occasions import create_occasion
from households.services.people import create_person, update_person
from households.services.tags import create_tag
from tests.accounts.steps import error
from tests.cast import Family, Member, join, make_family
from tests.concurrency import simultaneously
from tests.gifts.looking import API, NEVER

NOTHING = (404, "RESOURCE_NOT_FOUND")


def restore(member: Member, route: str, pk: UUID):
    return member.api().post(f"{API}/{route}/{pk}/restore")


def deleted(member: Member, route: str, pk: UUID) -> str:
    """A path to what this member has just deleted."""
    answer = member.api().delete(f"{API}/{route}/{pk}")
    assert answer.status_code == 204, answer.content
    return f"{API}/{route}/{pk}"


def one_of_each(family: Family) -> dict[str, Deletable]:
    """All of Mia's, and all to be seen by everybody who plans."""
    theos = family.mia.list("For Theo", recipient=family.theo)
    return {
        "items": family.mia.add(theos, "Skates"),
        "gifts": Gift.objects.create(household=family.household, title="Kite", currency="EUR", in_catalog=True),
        "lists": theos,
        "people": create_person(viewer=family.mia.viewer, display_name="Tim"),
        "occasions": create_occasion(viewer=family.mia.viewer, name="Easter"),
        "tags": create_tag(viewer=family.mia.viewer, name="wool")[0],
        "comments": family.mia.say("Which size?", list=theos),
    }


THINGS = {
    "items": "item",
    "gifts": "gift",
    "lists": "list",
    "people": "person",
    "occasions": "occasion",
    "tags": "tag",
    "comments": "comment",
}


@pytest.mark.parametrize("route", THINGS)
def test_whoever_deleted_it_has_it_back_as_it_was(family: Family, route: str):
    row = one_of_each(family)[route]
    before = family.mia.api().get(f"{API}/{route}/{row.pk}").json()
    path = deleted(family.mia, route, row.pk)
    assert family.leo.api().get(path).status_code == 404
    answer = restore(family.mia, route, row.pk)
    assert answer.status_code == 200
    assert answer.json() == before | {"updated_at": answer.json()["updated_at"]}
    assert family.leo.api().get(path).status_code == 200
    row.refresh_from_db()
    assert (row.deleted_at, row.deleted_by) == (None, None)
    entry = Activity.objects.latest("seq")
    assert (entry.verb, entry.actor, entry.subject_id) == (f"{THINGS[route]}.restored", family.mia.user, row.pk)


@pytest.mark.parametrize("route", THINGS)
def test_for_everybody_else_there_is_nothing_to_restore(family: Family, neighbour: Member, route: str):
    row = one_of_each(family)[route]
    deleted(family.mia, route, row.pk)
    entries = Activity.objects.count()
    guest = join(family.household, "Gus", role=Role.GUEST)
    for member in (family.leo, family.ada, neighbour, guest):
        assert error(restore(member, route, row.pk)) == NOTHING
    assert error(APIClient().post(f"{API}/{route}/{row.pk}/restore")) == (401, "AUTH_REQUIRED")
    row.refresh_from_db()
    assert row.deleted_at
    assert Activity.objects.count() == entries


def test_a_restored_comment_does_not_count_as_changed(family: Family):
    comment = one_of_each(family)["comments"]
    deleted(family.mia, "comments", comment.pk)
    row = restore(family.mia, "comments", comment.pk).json()
    assert row["updated_at"] == row["created_at"]


def test_a_comment_on_a_wish_that_was_taken_back_waits_like_the_others(family: Family):
    wish = family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Socks")
    claim_item(viewer=family.ada.viewer, item_id=wish.pk)
    comment = family.mia.say("Which size?", item=wish, hidden_from=[])
    deleted(family.mia, "comments", comment.pk)
    deleted(family.leo, "items", wish.pk)
    assert error(restore(family.mia, "comments", comment.pk)) == (409, "CONFLICT_STATE")
    restore(family.leo, "items", wish.pk)
    assert restore(family.mia, "comments", comment.pk).status_code == 200


@pytest.mark.parametrize("route", ["people", "occasions", "gifts"])
def test_who_has_become_a_guest_restores_only_what_a_guest_may(family: Family, route: str):
    row = one_of_each(family)[route]
    theos = family.ada.list("For them", **({"recipient": row} if route == "people" else {"recipient": family.theo}))
    if route == "occasions":
        theos = family.ada.list("For it", occasion=row)
    if route == "gifts":
        add_item(viewer=family.ada.viewer, list_id=theos.pk, gift_id=row.pk)
    join(family.household, "Pia", role=Role.OWNER)
    deleted(family.mia, route, row.pk)
    mia = family.mia.membership
    mia.role = Role.GUEST
    mia.save()
    assert error(restore(family.mia, route, row.pk)) == NOTHING
    ListShare.objects.create(household=family.household, list=theos, guest=mia)
    assert error(restore(family.mia, route, row.pk)) == (403, "RESOURCE_FORBIDDEN")


@pytest.mark.parametrize("route", THINGS)
@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 404)])
def test_undo_lasts_thirty_days(family: Family, route: str, days: int, status: int):
    row = one_of_each(family)[route]
    deleted(family.mia, route, row.pk)
    type(row).objects.filter(pk=row.pk).update(deleted_at=timezone.now() - timedelta(days=days))
    assert restore(family.mia, route, row.pk).status_code == status


@pytest.mark.parametrize("route", THINGS)
def test_what_is_there_is_answered_as_it_is_and_left_alone(family: Family, route: str):
    row = one_of_each(family)[route]
    entries = Activity.objects.count()
    for member in (family.mia, family.leo):
        answer = restore(member, route, row.pk)
        assert (answer.status_code, answer.json()["id"]) == (200, str(row.pk))
        assert answer.json() == member.api().get(f"{API}/{route}/{row.pk}").json()
    assert Activity.objects.count() == entries


def test_restoring_twice_answers_the_same(family: Family):
    row = one_of_each(family)["lists"]
    deleted(family.mia, "lists", row.pk)
    assert restore(family.mia, "lists", row.pk).json() == restore(family.mia, "lists", row.pk).json()
    assert Activity.objects.filter(verb="list.restored").count() == 1


@pytest.mark.parametrize("route", THINGS)
def test_what_never_was_cannot_be_restored(family: Family, route: str):
    assert error(restore(family.mia, route, NEVER)) == NOTHING


def test_who_left_the_household_restores_nothing(family: Family):
    item = one_of_each(family)["items"]
    deleted(family.mia, "items", item.pk)
    mia = family.mia.membership
    mia.is_active = False
    mia.save()
    assert error(restore(family.mia, "items", item.pk)) == NOTHING


# --- Wishes and surprises ------------------------------------------------------------------------


@pytest.fixture
def wish(family: Family) -> ListItem:
    return family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Grinder", quantity=2)


def test_a_wish_comes_back_with_the_claims_on_it(family: Family, wish: ListItem):
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    deleted(family.leo, "items", wish.pk)
    assert family.mia.api().get(f"{API}/items/{wish.pk}").json()["withdrawn"]
    restore(family.leo, "items", wish.pk)
    row = family.mia.api().get(f"{API}/items/{wish.pk}").json()
    assert (row["withdrawn"], row["remaining"], row["my_claim"]["quantity"]) == (False, 1, 1)


def test_givers_cannot_undo_what_its_recipient_took_back(family: Family, wish: ListItem):
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    deleted(family.leo, "items", wish.pk)
    assert error(restore(family.mia, "items", wish.pk)) == NOTHING


def givers_do_nothing(family: Family, wish: ListItem) -> None:
    pass


def givers_keep_it_beside(family: Family, wish: ListItem) -> None:
    add_item(viewer=family.mia.viewer, list_id=wish.list_id, new_gift={"title": "Another"})
    companion = GiftList.objects.get(companion_of=wish.list)
    add_item(viewer=family.mia.viewer, list_id=companion.pk, gift_id=wish.gift_id)


def givers_let_go_of_it(family: Family, wish: ListItem) -> None:
    Claim.objects.all().update(deleted_at=timezone.now())


def givers_plan_on(family: Family, wish: ListItem) -> None:
    changes = {"planned_price": "3.00", "giver_note": "He asked again"}
    assert family.mia.api().patch(f"{API}/items/{wish.pk}", changes).status_code == 200


@pytest.mark.parametrize(
    "givers", [givers_do_nothing, givers_keep_it_beside, givers_let_go_of_it, givers_plan_on], ids=lambda f: f.__name__
)
def test_a_recipients_undo_is_the_same_whatever_givers_did_meanwhile(family: Family, wish: ListItem, givers):
    before = family.leo.api().get(f"{API}/items/{wish.pk}").json()
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    deleted(family.leo, "items", wish.pk)
    givers(family, wish)
    answer = restore(family.leo, "items", wish.pk)
    assert answer.status_code == 200
    assert answer.json() == before | {"updated_at": answer.json()["updated_at"]}
    assert len(family.leo.api().get(f"{API}/items").json()["results"]) == 1


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_surprise_is_nothing_to_its_recipient_deleted_or_not(family: Family, wish: ListItem, is_deleted: bool):
    hidden = family.mia.add(family.mia.list(recipient=family.leo.person), "Drill")
    beside = family.mia.add(wish.list, "Lamp")
    rows = [("gifts", hidden.gift_id), ("gifts", beside.gift_id), ("items", hidden.pk), ("items", beside.pk)]
    rows += [("lists", hidden.list_id)]
    if is_deleted:
        for route, pk in rows:
            deleted(family.mia, route, pk)
        # Even had he deleted them himself, as before a merge he may have.
        for model in (Gift, ListItem, GiftList):
            model.objects.filter(deleted_at__isnull=False).update(deleted_by=family.leo.user)
    for route, pk in rows:
        assert error(restore(family.leo, route, pk)) == NOTHING


def test_a_hidden_occasion_is_nothing_to_its_honoree_who_deleted_it_before(family: Family):
    party = create_occasion(viewer=family.leo.viewer, name="Party", honoree=family.theo)
    deleted(family.leo, "occasions", party.pk)
    Occasion.objects.filter(pk=party.pk).update(honoree=family.leo.person, visibility="hidden_from_honoree")
    assert error(restore(family.leo, "occasions", party.pk)) == NOTHING


def test_a_list_that_was_hidden_since_is_not_its_recipients_to_restore(family: Family):
    gift_list = family.mia.list("Ideas", recipient=family.leo.person, visibility="household")
    item = family.mia.add(gift_list, "Drill", openly=True)
    deleted(family.leo, "items", item.pk)
    family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": "hidden_from_recipient"})
    assert error(restore(family.leo, "items", item.pk)) == NOTHING


def test_what_was_taken_off_before_a_list_was_opened_comes_back_beside_it(family: Family):
    gift_list = family.mia.list("Ideas", recipient=family.leo.person)
    item = family.mia.add(gift_list, "Drill")
    deleted(family.mia, "items", item.pk)
    family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": "household"})
    row = restore(family.mia, "items", item.pk).json()
    assert row["list"] == str(GiftList.objects.get(companion_of=gift_list).pk)
    assert family.leo.api().get(f"{API}/items").json()["results"] == []


def test_nor_does_it_come_to_light_where_the_companion_has_the_gift_already(family: Family):
    """Open, with a surprise beside it; closed, and the same gift on and off again; then opened once more."""
    gift_list = family.mia.list("Ideas", recipient=family.leo.person, visibility="household")
    path = f"{API}/lists/{gift_list.pk}"
    beside = family.mia.add(gift_list, "Drill")
    family.mia.api().patch(path, {"visibility": "hidden_from_recipient"})
    twice = add_item(viewer=family.mia.viewer, list_id=gift_list.pk, gift_id=beside.gift_id)
    deleted(family.mia, "items", twice.pk)
    family.mia.api().patch(path, {"visibility": "household"})
    assert error(restore(family.mia, "items", twice.pk)) == NOTHING
    assert family.leo.api().get(f"{API}/items").json()["results"] == []


def test_what_was_once_open_is_not_restored_while_givers_keep_it_beside(family: Family, wish: ListItem):
    socks = create_gift(viewer=family.mia.viewer, title="Socks")
    open_item = add_item(viewer=family.mia.viewer, list_id=wish.list_id, gift_id=socks.pk, openly=True)
    deleted(family.mia, "items", open_item.pk)
    add_item(viewer=family.ada.viewer, list_id=wish.list_id, gift_id=open_item.gift_id)
    assert error(restore(family.mia, "items", open_item.pk)) == (409, "CONFLICT_DUPLICATE")
    assert len(family.leo.api().get(f"{API}/items").json()["results"]) == 1


def test_a_guest_undoes_what_they_put_on_a_list_when_they_planned_here(family: Family):
    theos, guest = family.mia.list("For Theo", recipient=family.theo), family.leo
    item = guest.add(theos, "Skates")
    Membership.objects.filter(user=guest.user).update(role=Role.GUEST)
    share = ListShare.objects.create(household=family.household, list=theos, guest=guest.membership)
    deleted(guest, "items", item.pk)
    assert restore(guest, "items", item.pk).status_code == 200
    deleted(guest, "items", item.pk)
    share.delete()
    assert error(restore(guest, "items", item.pk)) == NOTHING


def test_a_guest_restores_nobodys_wish_that_they_deleted_before(family: Family):
    item = one_of_each(family)["items"]
    ListItem.objects.update(added_by=None)
    deleted(family.leo, "items", item.pk)
    leo = family.leo.membership
    leo.role = Role.GUEST
    leo.save()
    ListShare.objects.create(household=family.household, list=item.list, guest=leo)
    assert error(restore(family.leo, "items", item.pk)) == (403, "RESOURCE_FORBIDDEN")


# --- Where something stands in its way -----------------------------------------------------------


def test_an_item_waits_for_its_list(family: Family):
    item = one_of_each(family)["items"]
    deleted(family.mia, "items", item.pk)
    deleted(family.mia, "lists", item.list_id)
    assert error(restore(family.mia, "items", item.pk)) == (409, "CONFLICT_STATE")
    assert restore(family.mia, "lists", item.list_id).status_code == 200
    assert restore(family.mia, "items", item.pk).status_code == 200


def test_an_item_that_went_with_its_list_is_nothing_by_itself(family: Family):
    item = one_of_each(family)["items"]
    deleted(family.mia, "lists", item.list_id)
    assert error(restore(family.mia, "items", item.pk)) == NOTHING


def test_a_gift_put_on_again_meanwhile_is_there_and_nothing_is_restored(family: Family):
    item = one_of_each(family)["items"]
    deleted(family.mia, "items", item.pk)
    again = add_item(viewer=family.leo.viewer, list_id=item.list_id, gift_id=item.gift_id, note="in red")
    assert again.pk == item.pk
    assert restore(family.mia, "items", item.pk).json()["note"] == "in red"
    assert not Activity.objects.filter(verb="item.restored").exists()


def test_a_second_companion_stands_in_the_way_of_the_first(family: Family, wish: ListItem):
    first = family.ada.add(wish.list, "Lamp").list
    deleted(family.mia, "lists", first.pk)
    second = family.ada.add(wish.list, "Lamp").list
    assert error(restore(family.mia, "lists", first.pk)) == (409, "CONFLICT_DUPLICATE")
    deleted(family.mia, "lists", second.pk)
    assert restore(family.mia, "lists", first.pk).json()["companion_of"] == str(wish.list_id)


def test_whoever_was_merged_into_somebody_does_not_come_back(family: Family):
    tim = create_person(viewer=family.mia.viewer, display_name="Tim")
    merge_people(viewer=family.mia.viewer, source_id=tim.pk, target_id=family.theo.pk)
    assert error(restore(family.mia, "people", tim.pk)) == NOTHING


@pytest.mark.parametrize("inner_first", [True, False])
def test_couples_stay_out_of_couples(family: Family, inner_first: bool):
    """While a couple was deleted, one of it became a couple."""
    viewer = family.mia.viewer
    pair = create_person(viewer=viewer, display_name="Theo & Grandpa", members=[family.theo, family.grandpa])
    deleted(family.mia, "people", pair.pk)
    update_person(viewer=viewer, person_id=family.theo.pk, changes={"members": [family.leo.person]})
    if inner_first:
        assert error(restore(family.mia, "people", pair.pk)) == (409, "CONFLICT_STATE")
    else:
        deleted(family.mia, "people", family.theo.pk)
        assert restore(family.mia, "people", pair.pk).status_code == 200
        assert error(restore(family.mia, "people", family.theo.pk)) == (409, "CONFLICT_STATE")


def test_one_of_a_couple_comes_back_into_it(family: Family):
    pair = create_person(viewer=family.mia.viewer, display_name="The two", members=[family.theo, family.ada.person])
    deleted(family.mia, "people", family.theo.pk)
    assert restore(family.mia, "people", family.theo.pk).status_code == 200
    assert Person.objects.get(pk=pair.pk).members.alive().count() == 2


# --- At the same moment --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_undo_at_once_and_it_is_restored_once():
    family = make_family()
    item = family.mia.add(family.mia.list("For Theo", recipient=family.theo))
    delete_item(viewer=family.mia.viewer, item_id=item.pk)
    simultaneously(lambda: restore_item(viewer=family.mia.viewer, pk=item.pk), 4)
    assert Activity.objects.filter(verb="item.restored").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_companion_comes_back_or_a_new_one_is_begun_and_never_both():
    family = make_family()
    wishlist = family.leo.list("Wishes", kind="wishlist")
    first = family.ada.add(wishlist, "Lamp").list
    delete_list(viewer=family.mia.viewer, list_id=first.pk)
    turns = iter([True, False])

    def go() -> str:
        try:
            if next(turns):
                restore_list(viewer=family.mia.viewer, pk=first.pk)
            else:
                family.ada.add(wishlist, "Clock")
        except Refusal as refusal:
            return refusal.code.name
        return "done"

    assert set(simultaneously(go, 2)) <= {"done", "CONFLICT_DUPLICATE"}
    assert GiftList.objects.alive().filter(companion_of=wishlist).count() == 1
