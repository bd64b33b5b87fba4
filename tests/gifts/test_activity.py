"""The diary as its readers get it: who did what to what, as it is called today."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from gifts.models import Comment, GiftList, ListItem
from gifts.services.claims import claim_item
from gifts.services.items import delete_item
from gifts.services.lists import delete_list, update_list
from households.models import Activity, Household, HouseholdRow, Membership, Role, Tag
from households.services import diary
from tests.cast import Family, Member, join
from tests.envelope import complaints
from tests.gifts.looking import API, pages

PATH = f"{API}/activity"


def entries(api: APIClient, query: str = "") -> list[dict]:
    return [entry for page in pages(api, f"{PATH}?{query}") for entry in page]


def told(api: APIClient, query: str = "") -> list[tuple[str, str, str | None]]:
    """Verb, kind of subject and title of what is read there, oldest first."""
    return [(e["verb"], e["subject"]["type"], e["subject"]["title"]) for e in reversed(entries(api, query))]


def note(member: Member, verb: str, subject: HouseholdRow, **payload: str) -> Activity:
    return diary.record(household_id=subject.household_id, actor=member.user, verb=verb, subject=subject, **payload)


@pytest.fixture
def wish(family: Family) -> ListItem:
    return family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Socks", quantity=3)


def test_an_entry_says_who_did_what_and_when(family: Family, wish: ListItem):
    entry = Activity.objects.get(verb="item.added")
    assert entries(family.mia.api(), "verb=item.added") == [
        {
            "id": str(entry.pk),
            "household": str(family.household.pk),
            "at": entry.created_at.isoformat().replace("+00:00", "Z"),
            "actor": {"id": str(family.leo.user.pk), "name": "Leo", "handle": None, "avatar_url": ""},
            "verb": "item.added",
            "subject": {"type": "item", "id": str(wish.pk), "title": "Socks", "item": str(wish.pk)},
            "payload": {},
        }
    ]


def test_what_staff_did_nobody_in_particular_did(family: Family):
    diary.record(household_id=family.household.pk, actor=None, verb="person.updated", subject=family.theo)
    assert entries(family.mia.api(), "verb=person.updated")[0]["actor"] is None


def test_every_kind_of_subject_has_its_title(family: Family, wish: ListItem):
    tag = Tag.objects.create(household=family.household, name="wool")
    claim_item(viewer=family.ada.viewer, item_id=wish.pk)
    note(family.mia, "plan.moved", wish.plan)
    note(family.mia, "tag.created", tag)
    note(family.mia, "gift.updated", wish.gift)
    note(family.mia, "membership.updated", family.leo.membership)
    note(family.mia, "person.updated", family.theo)
    family.mia.api().post(f"{API}/occasions", {"name": "Easter"})

    assert told(family.mia.api()) == [
        ("household.created", "household", "The Bauers"),
        ("list.created", "list", "Wishes"),
        ("item.added", "item", "Socks"),
        ("claim.made", "claim", "Socks"),
        ("plan.moved", "plan", "Socks"),
        ("tag.created", "tag", "wool"),
        ("gift.updated", "gift", "Socks"),
        ("membership.updated", "membership", "Leo"),
        ("person.updated", "person", "Theo"),
        ("occasion.created", "occasion", "Easter"),
    ]


def test_a_comment_is_called_like_what_it_is_about(family: Family, wish: ListItem):
    occasion = family.mia.api().post(f"{API}/occasions", {"name": "Easter"}).json()["id"]
    about = {"item": wish, "gift": wish.gift, "list": wish.list, "occasion_id": occasion, "person": family.theo}
    for name, subject in about.items():
        comment = Comment.objects.create(
            household=family.household, author=family.mia.user, body="Aha", **{name: subject}
        )
        note(family.mia, "comment.added", comment)

    found = entries(family.mia.api(), "verb=comment.added")
    assert [entry["subject"]["title"] for entry in reversed(found)] == ["Socks", "Socks", "Wishes", "Easter", "Theo"]
    assert [entry["subject"]["item"] for entry in reversed(found)] == [str(wish.pk), None, None, None, None]


def test_plans_and_claims_lead_to_their_item(family: Family, wish: ListItem):
    family.ada.api().post(f"{API}/items/{wish.pk}/claim", {})
    family.ada.api().patch(f"{API}/items/{wish.pk}", {"giver_note": "grey ones"})

    for verb in ("claim.made", "plan.updated"):
        (entry,) = entries(family.mia.api(), f"verb={verb}")
        assert entry["subject"]["item"] == str(wish.pk) != entry["subject"]["id"]


def test_a_title_is_todays(family: Family, wish: ListItem):
    update_list(viewer=family.leo.viewer, list_id=wish.list_id, changes={"name": "Dreams"})
    assert ("list.created", "list", "Dreams") in told(family.mia.api())


def test_what_is_deleted_is_still_told_of(family: Family, wish: ListItem):
    delete_item(viewer=family.leo.viewer, item_id=wish.pk)
    delete_list(viewer=family.leo.viewer, list_id=wish.list_id)

    for reader in (family.mia, family.leo):
        assert told(reader.api())[-2:] == [("item.deleted", "item", None), ("list.deleted", "list", "Wishes")]


def test_givers_keep_the_title_of_a_wish_that_was_taken_back(family: Family, wish: ListItem):
    claim_item(viewer=family.ada.viewer, item_id=wish.pk)
    delete_item(viewer=family.leo.viewer, item_id=wish.pk)

    assert told(family.ada.api())[-2:] == [("claim.made", "claim", "Socks"), ("item.deleted", "item", "Socks")]


def test_the_newest_comes_first_in_pages_that_hold_still(family: Family):
    for number in range(5):
        family.mia.list(f"List {number}")
    api = family.mia.api()
    first = api.get(f"{PATH}?limit=2").json()
    family.mia.list("Another")
    second = api.get(first["next"]).json()

    assert [entry["subject"]["title"] for entry in first["results"]] == ["List 4", "List 3"]
    assert [entry["subject"]["title"] for entry in second["results"]] == ["List 2", "List 1"]
    assert first.keys() == {"results", "next", "previous"}


def test_it_can_be_narrowed_down(family: Family, wish: ListItem):
    family.mia.list("Another")
    api = family.ada.api()

    assert told(api, f"actor={family.mia.user.pk}&verb=list.created") == [("list.created", "list", "Another")]
    assert told(api, f"subject={wish.pk}") == [("item.added", "item", "Socks")]
    assert told(api, f"household={family.household.pk}") == told(api)
    assert told(api, "verb=item.lost") == []
    assert complaints(api.get(f"{PATH}?actor=me&seq=1")).keys() == {"actor", "seq"}


def test_a_single_entry_has_no_address_and_none_can_be_written(family: Family):
    api = family.mia.api()
    entry = entries(api)[0]["id"]
    assert api.get(f"{PATH}/{entry}").status_code == 404
    assert api.post(PATH, {"verb": "item.added"}).status_code == 405


def test_who_plans_in_two_households_reads_both(family: Family, neighbour: Member):
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user)
    found = entries(family.mia.api())
    assert {entry["household"] for entry in found} == {str(pk) for pk in Household.objects.values_list("pk", flat=True)}
    assert len(entries(family.mia.api(), f"household={neighbour.person.household_id}")) == 1


def test_guests_strangers_and_those_who_left_read_nothing(family: Family, neighbour: Member, wish: ListItem):
    guest = join(family.household, "Gus", Role.GUEST)
    GiftList.objects.filter(pk=wish.list_id).update(owner=guest.user)
    Membership.objects.filter(person=family.ada.person).update(is_active=False)

    assert told(guest.api()) == told(family.ada.api()) == []
    assert {entry["household"] for entry in entries(neighbour.api())} == {str(neighbour.person.household_id)}


def test_an_entry_about_something_unheard_of_is_read_by_nobody(family: Family):
    entry = note(family.mia, "person.updated", family.theo)
    for unheard_of in ("secret", "user", "listshare", "importedrow", "personmember", ""):
        Activity.objects.filter(pk=entry.pk).update(subject_type=unheard_of)
        assert told(family.mia.api(), "verb=person.updated") == []


def test_a_subject_of_another_household_is_not_read_either(family: Family, neighbour: Member):
    diary.record(household_id=family.household.pk, actor=None, verb="person.updated", subject=neighbour.person)
    assert told(family.mia.api(), "verb=person.updated") == []


def test_a_page_with_every_kind_of_entry_costs_two_statements(family: Family, wish: ListItem):
    test_every_kind_of_subject_has_its_title(family, wish)
    api = family.mia.api()
    with CaptureQueriesContext(connection) as queries:
        assert len(api.get(PATH).json()["results"]) == 10
    assert len(queries) == 2  # authentication, and the page
