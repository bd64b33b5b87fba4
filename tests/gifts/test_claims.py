"""Claims: who takes how many, who may let go of them, and in whose name they go on."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from gifts.models import Claim, ListItem
from gifts.services.claims import claim_item
from households.models import Activity, Membership, Person, Role
from tests.cast import Family, Member, join
from tests.gifts.looking import API


@pytest.fixture
def item(family: Family) -> ListItem:
    """Leo wishes for three."""
    return family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Socks", quantity=3)


def claim(api: APIClient, item: ListItem, quantity: int = 1):
    return api.post(f"{API}/items/{item.pk}/claim", {"quantity": quantity})


def code_of(answer) -> str:
    return answer.json()["error"]["code"]


def held(item: ListItem) -> dict[str, int]:
    return {row.giver.display_name: row.quantity for row in Claim.objects.alive().filter(item=item)}


def test_a_claim_takes_its_share_and_says_what_is_left(family: Family, item: ListItem):
    row = claim(family.mia.api(), item, 2).json()
    assert (row["remaining"], row["my_claim"]["quantity"], row["my_claim"]["status"]) == (1, 2, "planned")
    assert row["my_claim"]["giver"]["display_name"] == "Mia"
    assert claim(family.ada.api(), item).json()["remaining"] == 0

    answer = claim(family.grandma.api(), item)
    assert answer.status_code == 409
    assert code_of(answer) == "CONFLICT_CLAIM_UNAVAILABLE"
    assert answer.json()["error"]["details"] == {"remaining": 0}
    assert held(item) == {"Mia": 2, "Ada": 1}


def test_without_a_quantity_one_is_taken(family: Family, item: ListItem):
    assert family.mia.api().post(f"{API}/items/{item.pk}/claim", {}).json()["my_claim"]["quantity"] == 1


# `own share before, share of another, claimed then: (status, own share after)`, of three
AGAIN = [
    (1, 0, 1, (200, 1)),
    (1, 0, 3, (200, 3)),
    (3, 0, 1, (200, 1)),
    (1, 1, 2, (200, 2)),
    (1, 1, 3, (409, 1)),
    (1, 2, 2, (409, 1)),
    (1, 2, 1, (200, 1)),
]


@pytest.mark.parametrize(("own", "others", "wanted", "expected"), AGAIN)
def test_claiming_again_says_how_many_it_is_now(family: Family, item: ListItem, own, others, wanted, expected):
    claim(family.mia.api(), item, own)
    if others:
        claim(family.ada.api(), item, others)
    answer = claim(family.mia.api(), item, wanted)

    assert (answer.status_code, held(item)["Mia"]) == expected
    if answer.status_code == 409:
        assert answer.json()["error"]["details"] == {"remaining": 3 - own - others}


@pytest.mark.parametrize("quantity", [0, -1, 1000, "one", None, 1.5, True])
def test_a_quantity_that_cannot_be_is_refused(family: Family, item: ListItem, quantity: object):
    answer = family.mia.api().post(f"{API}/items/{item.pk}/claim", {"quantity": quantity})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"quantity"}
    assert held(item) == {}


def test_release_lets_go_of_ones_own_and_only_that(family: Family, item: ListItem):
    claim(family.mia.api(), item, 2)
    claim(family.ada.api(), item, 1)
    row = family.mia.api().post(f"{API}/items/{item.pk}/release").json()

    assert (row["my_claim"], row["remaining"]) == (None, 2)
    assert held(item) == {"Ada": 1}
    assert family.mia.api().post(f"{API}/items/{item.pk}/release").status_code == 200
    assert held(item) == {"Ada": 1}


def test_a_released_claim_that_is_made_again_starts_anew(family: Family, item: ListItem):
    mia = family.mia.api()
    mia.post(f"{API}/items/{item.pk}/status", {"status": "gifted"})
    mia.patch(f"{API}/claims/{Claim.objects.get().pk}", {"actual_price": "9.00"})
    mia.post(f"{API}/items/{item.pk}/release")
    row = claim(mia, item, 1).json()["my_claim"]

    assert (row["status"], row["quantity"], row["actual_price"], row["gifted_on"]) == ("planned", 1, None, None)
    assert Claim.objects.count() == 1


# `who: status of PATCH and DELETE` on Ada's claim on Leo's wish. Mia owns the household.
RIGHTS = {"ada": (200, 204), "mia": (200, 204), "grandma": (403, 403), "leo": (404, 404)}


@pytest.mark.parametrize("actor", RIGHTS)
def test_a_claim_is_its_givers_and_an_owners(family: Family, item: ListItem, actor: str):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    api = getattr(family, actor).api()
    for body in ({"quantity": 2}, {"status": "ordered"}, {"actual_price": "7.00"}):
        assert api.patch(f"{API}/claims/{made.pk}", body).status_code == RIGHTS[actor][0], body
    assert api.delete(f"{API}/claims/{made.pk}").status_code == RIGHTS[actor][1]


def test_strangers_and_guests_find_no_claim(family: Family, neighbour: Member, item: ListItem, api: APIClient):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    guest = join(family.household, "Gus", Role.GUEST)
    for somebody, status in ((neighbour.api(), 404), (guest.api(), 404), (api, 401)):
        assert somebody.patch(f"{API}/claims/{made.pk}", {"quantity": 2}).status_code == status
        assert somebody.delete(f"{API}/claims/{made.pk}").status_code == status
        assert claim(somebody, item).status_code == status
    assert held(item) == {"Ada": 1}


def test_an_owner_who_is_the_recipient_finds_no_claim_either(family: Family):
    wish = family.mia.add(family.mia.list("Wishes", kind="wishlist"))
    made = claim_item(viewer=family.leo.viewer, item_id=wish.pk)
    assert family.mia.api().delete(f"{API}/claims/{made.pk}").status_code == 404
    assert family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.theo.pk)}).status_code == 404


@pytest.mark.parametrize("left", ["shown out", "deactivated", "archived", "deleted"])
def test_the_claim_of_a_giver_who_has_left_is_handed_on_or_released_by_any_giver(family: Family, item, left: str):
    """Whoever signs in leaves with their membership; Grandpa, who does not, by being archived or deleted."""
    other = family.leo.add(item.list, "Shoes")
    first = claim_item(viewer=family.ada.viewer, item_id=item.pk, quantity=2)
    second = claim_item(viewer=family.ada.viewer, item_id=other.pk)
    if left in {"archived", "deleted"}:
        Claim.objects.update(giver=family.grandpa, claimed_by=None)
    leave(family, left)
    grandma = family.grandma.api()

    assert grandma.patch(f"{API}/claims/{first.pk}", {"quantity": 1}).status_code == 403
    assert family.leo.api().delete(f"{API}/claims/{first.pk}").status_code == 404
    row = grandma.patch(f"{API}/claims/{first.pk}", {"giver": str(family.grandma.person.pk)})
    assert row.status_code == 200
    assert held(item) == {"Grandma": 2}

    assert grandma.delete(f"{API}/claims/{second.pk}").status_code == 204
    assert held(other) == {}


def leave(family: Family, how: str) -> None:
    if how == "shown out":
        Membership.objects.filter(user=family.ada.user).update(is_active=False)
    elif how == "deactivated":
        User.objects.filter(pk=family.ada.user.pk).update(is_active=False)
    else:
        field = {"archived": "archived_at", "deleted": "deleted_at"}[how]
        Person.objects.filter(pk=family.grandpa.pk).update(**{field: timezone.now()})


def test_nobody_gets_anothers_claim_by_archiving_them(family: Family, item: ListItem):
    made = claim_item(viewer=family.mia.viewer, item_id=item.pk)
    ada = family.ada.api()
    assert ada.patch(f"{API}/people/{family.mia.person.pk}", {"archived": True}).status_code == 200

    assert ada.patch(f"{API}/claims/{made.pk}", {"giver": str(family.ada.person.pk)}).status_code == 403
    assert ada.delete(f"{API}/claims/{made.pk}").status_code == 403
    assert held(item) == {"Mia": 1}


def test_a_claim_is_handed_on_even_where_the_wish_has_shrunk_below_what_is_claimed(family: Family, item: ListItem):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    claim_item(viewer=family.grandma.viewer, item_id=item.pk)
    ListItem.objects.filter(pk=item.pk).update(quantity=1)

    row = family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.theo.pk)})

    assert row.status_code == 200
    assert held(item) == {"Theo": 1, "Grandma": 1}


def test_what_somebody_gave_before_they_left_stays_given(family: Family, item: ListItem):
    family.ada.api().post(f"{API}/items/{item.pk}/status", {"status": "gifted"})
    made = Claim.objects.get()
    leave(family, "shown out")
    grandma = family.grandma.api()
    assert grandma.delete(f"{API}/claims/{made.pk}").status_code == 403
    body = {"giver": str(family.grandma.person.pk), "status": "planned"}
    assert grandma.patch(f"{API}/claims/{made.pk}", body).status_code == 403
    assert family.mia.api().delete(f"{API}/claims/{made.pk}").status_code == 204


def test_who_takes_over_a_claim_may_move_it_in_the_same_breath(family: Family, item: ListItem):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    leave(family, "shown out")
    body = {"giver": str(family.grandma.person.pk), "status": "ordered", "quantity": 3}
    row = family.grandma.api().patch(f"{API}/claims/{made.pk}", body).json()
    assert (row["status"], row["quantity"]) == ("ordered", 3)


def test_an_owner_hands_a_claim_on_as_it_stands(family: Family, item: ListItem):
    family.ada.api().post(f"{API}/items/{item.pk}/status", {"status": "gifted", "quantity": 2})
    made = Claim.objects.get()
    Claim.objects.update(actual_price="9.00", gifted_on="2030-12-24")
    row = family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.grandma.person.pk)}).json()

    kept = {"quantity": 2, "status": "gifted", "actual_price": "9.00", "gifted_on": "2030-12-24"}
    assert {key: row[key] for key in kept} == kept
    assert row["giver"]["display_name"] == "Grandma"
    assert Claim.objects.get(pk=row["id"]).claimed_by == family.grandma.user
    assert family.ada.api().get(f"{API}/items/{item.pk}").json()["my_claim"] is None
    assert held(item) == {"Grandma": 2}


def test_a_giver_needs_no_login(family: Family, item: ListItem):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    row = family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.theo.pk)}).json()
    assert row["giver"]["display_name"] == "Theo"
    assert Claim.objects.get(pk=row["id"]).claimed_by is None


def test_handing_on_and_growing_at_once_still_takes_no_more_than_there_is(family: Family, item: ListItem):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk, quantity=2)
    claim_item(viewer=family.grandma.viewer, item_id=item.pk)
    body = {"giver": str(family.theo.pk), "quantity": 3}
    answer = family.mia.api().patch(f"{API}/claims/{made.pk}", body)

    assert code_of(answer) == "CONFLICT_CLAIM_UNAVAILABLE"
    assert answer.json()["error"]["details"] == {"remaining": 0}
    assert held(item) == {"Ada": 2, "Grandma": 1}


def test_a_claim_is_not_handed_to_who_has_one_already(family: Family, item: ListItem):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    claim_item(viewer=family.grandma.viewer, item_id=item.pk)
    answer = family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.grandma.person.pk)})
    assert code_of(answer) == "CONFLICT_DUPLICATE"
    assert held(item) == {"Ada": 1, "Grandma": 1}

    family.grandma.api().post(f"{API}/items/{item.pk}/release")
    answer = family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.grandma.person.pk)})
    assert answer.status_code == 200


def test_a_claim_is_never_handed_to_who_gets_it(family: Family, item: ListItem, neighbour: Member):
    ours = family.grandma.add(family.grandma.list("Ours", recipient=family.grandparents))
    grandpas = family.ada.add(family.ada.list(recipient=family.grandpa))
    cases = [
        (item, family.leo.person),
        (ours, family.grandparents),
        (ours, family.grandma.person),
        (ours, family.grandpa),
        (grandpas, family.grandpa),
        (grandpas, family.grandparents),
        (item, neighbour.person),
    ]
    for wish, giver in cases:
        made = claim_item(viewer=family.ada.viewer, item_id=wish.pk)
        answer = family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(giver.pk)})
        assert answer.status_code == 400, giver
        assert set(answer.json()["error"]["details"]) == {"giver"}
        assert held(wish) == {"Ada": 1}
    made = Claim.objects.get(item=grandpas)
    answer = family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.grandma.person.pk)})
    assert answer.status_code == 200


def test_only_an_owner_hands_on_the_claim_of_one_who_is_here(family: Family, item: ListItem):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    for member in (family.ada, family.grandma):
        body = {"giver": str(family.theo.pk)}
        assert member.api().patch(f"{API}/claims/{made.pk}", body).status_code == 403
    assert family.ada.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.ada.person.pk)}).status_code == 200


# `PATCH of one's own claim of 1, while 1 of 3 is another's: (status, what is held then)`
PATCHES = [
    ({}, (200, 1)),
    ({"quantity": 2}, (200, 2)),
    ({"quantity": 3}, (409, 1)),
    ({"status": "gifted"}, (200, 1)),
    ({"actual_price": "12.50"}, (200, 1)),
    ({"actual_price": None}, (200, 1)),
    ({"status": "idea"}, (400, 1)),
    ({"actual_price": "-1"}, (400, 1)),
    ({"gifted_on": "2020-01-01"}, (400, 1)),
    ({"item": None}, (400, 1)),
]


@pytest.mark.parametrize(("body", "expected"), PATCHES)
def test_ones_own_claim_is_patched_within_what_remains(family: Family, item: ListItem, body: dict, expected):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    claim_item(viewer=family.grandma.viewer, item_id=item.pk)
    answer = family.ada.api().patch(f"{API}/claims/{made.pk}", body)

    assert (answer.status_code, held(item)["Ada"]) == expected
    if answer.status_code == 200:
        assert bool(answer.json()["gifted_on"]) is (body.get("status") == "gifted")


def test_a_released_claim_is_gone(family: Family, item: ListItem):
    made = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    ada = family.ada.api()
    assert ada.delete(f"{API}/claims/{made.pk}").status_code == 204
    assert ada.delete(f"{API}/claims/{made.pk}").status_code == 404
    assert ada.patch(f"{API}/claims/{made.pk}", {"quantity": 1}).status_code == 404


def assigned(member: Member) -> list[str]:
    rows = member.api().get(f"{API}/items?assigned_to=me").json()["results"]
    return [row["gift"]["title"] for row in rows]


def test_what_one_takes_is_assigned_to_one_until_one_lets_go(family: Family, item: ListItem):
    claim(family.ada.api(), item)
    assert (assigned(family.ada), assigned(family.mia), assigned(family.leo)) == (["Socks"], [], [])
    family.ada.api().post(f"{API}/items/{item.pk}/release")
    assert assigned(family.ada) == []


def test_who_joins_a_couple_loses_sight_of_what_they_took_for_it(family: Family):
    ours = family.grandma.add(family.grandma.list("Ours", recipient=family.grandparents), "A bench")
    made = claim_item(viewer=family.ada.viewer, item_id=ours.pk)
    assert assigned(family.ada) == ["A bench"]
    family.grandparents.member_links.create(household=family.household, member=family.ada.person)

    ada = family.ada.api()
    assert assigned(family.ada) == []
    assert ada.get(f"{API}/items/{ours.pk}").json()["my_claim"] is None
    assert ada.patch(f"{API}/claims/{made.pk}", {"quantity": 1}).status_code == 404
    assert ada.post(f"{API}/items/{ours.pk}/release").status_code == 403


def test_each_step_stands_in_the_diary(family: Family, item: ListItem):
    claim(family.ada.api(), item)
    family.ada.api().post(f"{API}/items/{item.pk}/status", {"status": "ordered"})
    made = Claim.objects.get()
    family.ada.api().patch(f"{API}/claims/{made.pk}", {"actual_price": "3"})
    family.mia.api().patch(f"{API}/claims/{made.pk}", {"giver": str(family.theo.pk)})
    family.mia.api().delete(f"{API}/claims/{Claim.objects.alive().get().pk}")

    verbs = Activity.objects.filter(subject_type="claim").order_by("seq").values_list("verb", flat=True)
    steps = ["made", "moved", "updated", "reassigned", "released"]
    assert list(verbs) == [f"claim.{step}" for step in steps]
    assert not Activity.objects.visible_to(family.leo.viewer).filter(subject_type="claim").exists()
