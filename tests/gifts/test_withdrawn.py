"""A wish that its recipient takes back: gone for them, kept by those who give, as long as something hangs on it."""

import pytest

from gifts.models import Claim, ListItem
from gifts.services.claims import claim_item
from gifts.services.items import update_item
from tests.cast import Family
from tests.gifts.looking import API


@pytest.fixture
def wish(family: Family) -> ListItem:
    return family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Grinder", quantity=2)


def take_back(family: Family, wish: ListItem, what: str = "items") -> None:
    path = {"items": f"items/{wish.pk}", "lists": f"lists/{wish.list_id}"}[what]
    assert family.leo.api().delete(f"{API}/{path}").status_code == 204


@pytest.mark.parametrize("what", ["items", "lists"])
def test_givers_keep_a_claimed_wish_marked_withdrawn(family: Family, wish: ListItem, what: str):
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    take_back(family, wish, what)

    for giver in (family.mia, family.ada):
        row = giver.api().get(f"{API}/items/{wish.pk}").json()
        assert (row["withdrawn"], row["position"], row["remaining"]) == (True, None, 0)
        assert row["claims"][0]["giver"]["display_name"] == "Mia"
    mine = family.mia.api().get(f"{API}/items?assigned_to=me").json()["results"]
    assert [row["id"] for row in mine] == [str(wish.pk)]
    assert family.mia.api().get(f"{API}/gifts/{wish.gift_id}").status_code == 200


@pytest.mark.parametrize("what", ["items", "lists"])
def test_for_the_recipient_it_is_gone_claimed_or_not(family: Family, wish: ListItem, what: str):
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    take_back(family, wish, what)

    leo = family.leo.api()
    assert leo.get(f"{API}/items").json()["results"] == []
    for path in (f"items/{wish.pk}", f"gifts/{wish.gift_id}"):
        assert leo.get(f"{API}/{path}").status_code == 404
    assert leo.post(f"{API}/items/{wish.pk}/release").status_code == 404


def test_nobody_else_keeps_it(family: Family, neighbour, wish: ListItem):
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    take_back(family, wish)

    assert neighbour.api().get(f"{API}/items/{wish.pk}").status_code == 404


def test_a_wish_that_nobody_thought_of_is_gone_for_everybody(family: Family, wish: ListItem):
    take_back(family, wish)

    assert family.mia.api().get(f"{API}/items/{wish.pk}").status_code == 404


@pytest.mark.parametrize("plan", [{"planned_price": 30}, {"giver_note": "at Miller's"}, {"stage": "shortlisted"}])
def test_a_plan_keeps_it_until_the_plan_is_given_up(family: Family, wish: ListItem, plan: dict):
    update_item(viewer=family.ada.viewer, item_id=wish.pk, changes=dict(plan))
    take_back(family, wish)
    mia = family.mia.api()

    assert mia.get(f"{API}/items/{wish.pk}").json()["withdrawn"] is True
    nothing = {"planned_price": None, "giver_note": "", "stage": "idea"}
    assert mia.patch(f"{API}/items/{wish.pk}", nothing).status_code == 404
    assert mia.get(f"{API}/items/{wish.pk}").status_code == 404


def test_its_claimers_go_on_or_let_go_and_nobody_joins_them(family: Family, wish: ListItem):
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    take_back(family, wish)
    mia, ada = family.mia.api(), family.ada.api()
    path = f"{API}/items/{wish.pk}"

    assert mia.post(f"{path}/status", {"status": "ordered"}).json()["my_claim"]["status"] == "ordered"
    for refused in (
        ada.post(f"{path}/claim", {"quantity": 1}),
        ada.post(f"{path}/status", {"status": "buying"}),
        mia.post(f"{path}/claim", {"quantity": 2}),
        mia.post(f"{path}/status", {"status": "dropped"}),
    ):
        assert refused.status_code == 409
    assert "planned" not in ada.get(path).json()["allowed_transitions"]

    assert mia.post(f"{path}/release").status_code == 404
    assert not Claim.objects.alive().exists()
    assert mia.get(path).status_code == 404


def test_it_is_not_edited_or_deleted_again(family: Family, wish: ListItem):
    openly = family.ada.add(wish.list, "Openly", openly=True)
    claim_item(viewer=family.mia.viewer, item_id=openly.pk)
    assert family.leo.api().delete(f"{API}/items/{openly.pk}").status_code == 204
    ada = family.ada.api()

    assert ada.patch(f"{API}/items/{openly.pk}", {"note": "red"}).status_code == 409
    assert ada.delete(f"{API}/items/{openly.pk}").status_code == 409


def test_wished_for_again_it_is_the_same_row_with_its_claims(family: Family, wish: ListItem):
    """Made inline, so that it is on nothing else: its recipient knows it by the id of its gift."""
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    take_back(family, wish)

    again = family.leo.api().post(f"{API}/lists/{wish.list_id}/items", {"gift": str(wish.gift_id)})

    assert again.status_code == 201
    assert again.json()["id"] == str(wish.pk)
    row = family.mia.api().get(f"{API}/items/{wish.pk}").json()
    assert (row["withdrawn"], row["my_claim"]["quantity"]) == (False, 1)


def test_wishing_again_answers_the_same_whether_or_not_it_was_claimed(family: Family):
    answers = []
    for claimed in (True, False):
        wish = family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Grinder")
        if claimed:
            claim_item(viewer=family.mia.viewer, item_id=wish.pk)
        take_back(family, wish)
        answer = family.leo.api().post(f"{API}/lists/{wish.list_id}/items", {"gift": str(wish.gift_id)})
        row = answer.json()
        assert row["id"] == str(wish.pk)
        changing = {"id", "list", "gift", "created_at", "updated_at"}
        answers.append((answer.status_code, {name: row[name] for name in row if name not in changing}))

    assert answers[0] == answers[1]
