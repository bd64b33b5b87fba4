"""What givers add to a list that its recipient sees stands on a hidden companion of that list."""

import datetime

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from config.errors import Refusal
from gifts.models import Gift, GiftList, ListItem
from gifts.services.items import add_item
from gifts.services.lists import delete_list, update_list
from households.models import Occasion
from tests.cast import Family, Member
from tests.concurrency import simultaneously
from tests.gifts.looking import API, titles


@pytest.fixture
def wishlist(family: Family) -> GiftList:
    gift_list = family.leo.list("Wishes", kind="wishlist")
    family.leo.add(gift_list, "Socks")
    return gift_list


def companion_of(gift_list: GiftList) -> GiftList:
    return GiftList.objects.get(companion_of=gift_list)


def put(api: APIClient, gift_list: GiftList, title: str = "A drum", **fields) -> dict:
    answer = api.post(f"{API}/lists/{gift_list.pk}/items", {"new_gift": {"title": title}, **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def listed(api: APIClient) -> set[str]:
    return {row["name"] for row in api.get(f"{API}/lists").json()["results"]}


def test_a_givers_gift_goes_to_a_companion_like_its_list_but_hidden(family: Family):
    christmas = Occasion.objects.create(
        household=family.household, name="Christmas", date=datetime.date(2031, 12, 24), is_yearly=True
    )
    wishlist = family.leo.list("Wishes", kind="wishlist", occasion=christmas)
    made = put(family.mia.api(), wishlist)

    companion = companion_of(wishlist)
    assert made["list"] == str(companion.pk)
    assert companion.visibility == "hidden_from_recipient"
    assert companion.owner is None
    for name in ("household_id", "recipient_id", "occasion_id", "occurs_on", "name"):
        assert getattr(companion, name) == getattr(wishlist, name), name


def test_a_second_surprise_finds_the_companion_of_the_first(family: Family, wishlist: GiftList):
    put(family.mia.api(), wishlist)
    put(family.ada.api(), wishlist)
    put(family.mia.api(), companion_of(wishlist))

    assert companion_of(wishlist).items.count() == 3


@pytest.mark.parametrize("openly", [True, False])
def test_openly_means_that_the_recipient_sees_it(family: Family, wishlist: GiftList, openly: bool):
    put(family.mia.api(), wishlist, openly=openly)

    assert ("A drum" in titles(family.leo.api(), "items")) is openly
    assert GiftList.objects.filter(companion_of=wishlist).exists() is not openly


@pytest.mark.parametrize("openly", [True, False])
def test_what_the_recipient_adds_themself_stands_on_the_list_itself(family: Family, wishlist: GiftList, openly: bool):
    assert put(family.leo.api(), wishlist, openly=openly)["list"] == str(wishlist.pk)


def test_a_list_that_is_hidden_or_private_or_for_nobody_needs_no_companion(family: Family):
    for fields in ({"recipient": family.leo.person}, {"visibility": "private"}, {}):
        gift_list = family.mia.list(**fields)
        assert put(family.mia.api(), gift_list)["list"] == str(gift_list.pk)


def test_givers_read_the_two_as_one_list(family: Family, wishlist: GiftList):
    put(family.mia.api(), wishlist)
    path = f"lists/{wishlist.pk}/items"

    for giver in (family.mia, family.ada, family.grandma):
        assert sorted(titles(giver.api(), path)) == ["A drum", "Socks"]
        assert listed(giver.api()) == {"Wishes"}
    assert len(family.mia.api().get(f"{API}/lists").json()["results"]) == 1
    assert titles(family.leo.api(), path) == ["Socks"]


def test_the_companion_can_be_read_by_its_givers_and_by_nobody_else(family: Family, wishlist: GiftList):
    made = put(family.mia.api(), wishlist)

    row = family.ada.api().get(f"{API}/lists/{made['list']}").json()
    assert row["companion_of"] == str(wishlist.pk)
    assert titles(family.ada.api(), f"lists/{made['list']}/items") == ["A drum"]
    assert family.leo.api().get(f"{API}/lists/{made['list']}").status_code == 404


def test_a_couples_list_hides_its_companion_from_both_halves(family: Family):
    ours = family.grandma.list("Ours", recipient=family.grandparents)
    put(family.mia.api(), ours, "A bench")
    put(family.grandma.api(), ours, "A trip")

    assert sorted(titles(family.ada.api(), f"lists/{ours.pk}/items")) == ["A bench", "A trip"]
    assert titles(family.grandma.api(), f"lists/{ours.pk}/items") == ["A trip"]
    assert GiftList.objects.get(name="Ours", companion_of=ours).recipient == family.grandparents


def test_a_half_of_the_couple_may_plan_for_the_other_half(family: Family):
    for_grandpa = family.grandma.list("For Grandpa", recipient=family.grandpa)
    item = family.grandma.add(for_grandpa, "A pipe")

    assert family.grandma.api().post(f"{API}/items/{item.pk}/claim", {}).status_code == 200


def test_when_the_list_is_deleted_its_companion_stands_on_its_own(family: Family, wishlist: GiftList):
    made = put(family.mia.api(), wishlist)
    assert family.leo.api().delete(f"{API}/lists/{wishlist.pk}").status_code == 204

    mia = family.mia.api()
    assert [row["id"] for row in mia.get(f"{API}/lists").json()["results"]] == [made["list"]]
    assert titles(mia, f"lists/{made['list']}/items") == ["A drum"]
    assert listed(family.leo.api()) == set()


def test_when_the_list_is_closed_its_companion_stands_on_its_own(family: Family, wishlist: GiftList):
    made = put(family.mia.api(), wishlist)
    answer = family.leo.api().patch(f"{API}/lists/{wishlist.pk}", {"visibility": "private"})
    assert answer.status_code == 200

    assert [row["id"] for row in family.mia.api().get(f"{API}/lists").json()["results"]] == [made["list"]]
    assert titles(family.leo.api(), f"lists/{wishlist.pk}/items") == ["Socks"]


def test_when_an_open_list_is_hidden_the_two_stay_joined_for_givers(family: Family):
    gift_list = family.mia.list("For Leo", recipient=family.leo.person, visibility="household")
    put(family.ada.api(), gift_list)
    family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": "hidden_from_recipient"})

    assert listed(family.ada.api()) == {"For Leo"}
    assert titles(family.ada.api(), f"lists/{gift_list.pk}/items") == ["A drum"]
    assert listed(family.leo.api()) == set()


def test_a_date_that_becomes_known_is_the_companions_too(family: Family, wishlist: GiftList):
    put(family.mia.api(), wishlist)
    moment = companion_of(wishlist).updated_at
    update_list(viewer=make_owner(family.ada), list_id=wishlist.pk, changes={"occurs_on": datetime.date(2031, 5, 1)})

    assert companion_of(wishlist).occurs_on == datetime.date(2031, 5, 1)
    assert companion_of(wishlist).updated_at == moment


def make_owner(member: Member):
    member.membership.__class__.objects.filter(user=member.user).update(role="owner")
    return member.viewer


def test_a_companion_keeps_to_its_lists_date(family: Family, wishlist: GiftList):
    made = put(family.mia.api(), wishlist)
    answer = family.mia.api().patch(f"{API}/lists/{made['list']}", {"occurs_on": "2031-05-01"})
    assert answer.json()["error"]["code"] == "CONFLICT_STATE"

    delete_list(viewer=family.leo.viewer, list_id=wishlist.pk)
    answer = family.mia.api().patch(f"{API}/lists/{made['list']}", {"occurs_on": "2031-05-01"})
    assert answer.json()["occurs_on"] == "2031-05-01"


@pytest.mark.parametrize("visibility", ["household", "private"])
def test_nobody_can_open_a_companion(family: Family, wishlist: GiftList, visibility: str):
    made = put(family.mia.api(), wishlist)

    mia = family.mia.api().patch(f"{API}/lists/{made['list']}", {"visibility": visibility})
    ada = family.ada.api().patch(f"{API}/lists/{made['list']}", {"visibility": visibility})
    leo = family.leo.api().patch(f"{API}/lists/{made['list']}", {"visibility": visibility})
    assert (mia.status_code, ada.status_code, leo.status_code) == (409, 403, 404)


def test_a_deleted_companion_is_followed_by_a_new_one(family: Family, wishlist: GiftList):
    first = put(family.mia.api(), wishlist)
    assert family.mia.api().delete(f"{API}/lists/{first['list']}").status_code == 204
    second = put(family.mia.api(), wishlist, "A kite")

    assert second["list"] != first["list"]
    assert sorted(titles(family.ada.api(), f"lists/{wishlist.pk}/items")) == ["A kite", "Socks"]


def test_what_already_stands_on_the_list_is_not_hidden_beside_it_again(family: Family, wishlist: GiftList):
    gift = Gift.objects.get(title="Socks")
    answer = family.mia.api().post(f"{API}/lists/{wishlist.pk}/items", {"gift": str(gift.pk)})

    assert answer.json()["error"]["code"] == "CONFLICT_DUPLICATE"
    assert not GiftList.objects.filter(companion_of=wishlist).exists()


def test_a_wish_that_was_withdrawn_can_become_a_surprise(family: Family, wishlist: GiftList):
    gift = Gift.objects.create(household=family.household, title="A kite", currency="EUR", in_catalog=True)
    wish = add_item(viewer=family.leo.viewer, list_id=wishlist.pk, gift_id=gift.pk)
    ListItem.objects.filter(pk=wish.pk).update(deleted_at=timezone.now())

    answer = family.mia.api().post(f"{API}/lists/{wishlist.pk}/items", {"gift": str(gift.pk)})
    assert answer.json()["list"] == str(companion_of(wishlist).pk)
    assert "A kite" not in titles(family.leo.api(), "items")


def test_a_wish_that_stands_beside_the_list_already_is_taken_like_any_other(family: Family, wishlist: GiftList):
    """The recipient wishes for what somebody hides beside their list: the answer does not tell."""
    hidden, free = (
        Gift.objects.create(household=family.household, title=title, currency="EUR", in_catalog=True)
        for title in ("A kite", "A kite")
    )
    mia, leo = family.mia.api(), family.leo.api()
    beside = mia.post(f"{API}/lists/{wishlist.pk}/items", {"gift": str(hidden.pk)}).json()
    mia.post(f"{API}/items/{beside['id']}/status", {"status": "wrapped"})

    first = leo.post(f"{API}/lists/{wishlist.pk}/items", {"gift": str(free.pk)})
    second = leo.post(f"{API}/lists/{wishlist.pk}/items", {"gift": str(hidden.pk)})
    assert (first.status_code, second.status_code) == (201, 201)
    for name in ("status", "claims", "quantity", "note", "list"):
        assert first.json()[name] == second.json()[name]
    assert (first.json()["position"], second.json()["position"]) == (2, 3)


def test_a_refused_surprise_leaves_no_companion_behind(family: Family, wishlist: GiftList, neighbour: Member):
    gift = neighbour.add(neighbour.list()).gift
    with pytest.raises(Refusal):
        add_item(viewer=family.mia.viewer, list_id=wishlist.pk, gift_id=gift.pk)

    assert not GiftList.objects.filter(companion_of=wishlist).exists()


@pytest.mark.django_db(transaction=True)
def test_first_surprises_at_the_same_moment_share_one_companion(family: Family):
    """Through the service, each in a thread and on a connection of its own."""
    wishlist = family.leo.list("Wishes", kind="wishlist")
    viewer = family.mia.viewer

    made = simultaneously(lambda: add_item(viewer=viewer, list_id=wishlist.pk, new_gift={"title": "A drum"}), 8)

    assert {item.list_id for item in made} == {companion_of(wishlist).pk}
    assert sorted(item.position for item in made) == list(range(1, 9))
