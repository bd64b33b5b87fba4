"""What one step does not tell, several might: take off and put on again, close and open, date and wait.

Each time the recipient does the same twice, once with and once without somebody planning behind their back.
"""

import datetime
from typing import Any

import pytest

from gifts.models import Claim, Gift, GiftList, ListItem
from gifts.services.claims import move_item
from gifts.services.gifts import create_gift
from gifts.services.items import add_item
from households.models import Occasion, Person
from tests.accounts.steps import error
from tests.cast import Family
from tests.gifts.looking import API
from tests.gifts.scene import done


@pytest.fixture
def wishes(family: Family) -> GiftList:
    return family.leo.list("Wishes", kind="wishlist")


@pytest.mark.parametrize("is_planned", [False, True])
def test_closing_and_opening_ones_own_list_brings_back_the_same_rows(
    family: Family, wishes: GiftList, is_planned: bool
):
    leo, gift = family.leo.api(), create_gift(viewer=family.leo.viewer, title="A kite")
    item = add_item(viewer=family.leo.viewer, list_id=wishes.pk, gift_id=gift.pk)
    done(leo.delete(f"{API}/items/{item.pk}"))
    if is_planned:
        add_item(viewer=family.mia.viewer, list_id=wishes.pk, gift_id=gift.pk)
    for visibility in ("private", "household"):
        done(leo.patch(f"{API}/lists/{wishes.pk}", {"visibility": visibility}))

    told = leo.get(f"{API}/activity?subject={item.pk}").json()["results"]
    again = done(leo.post(f"{API}/lists/{wishes.pk}/items", {"gift": str(gift.pk)}))
    assert ([entry["verb"] for entry in told], again["id"]) == (["item.deleted", "item.added"], str(item.pk))


@pytest.mark.parametrize("is_beside", [False, True])
def test_what_was_on_a_list_while_it_was_hidden_does_not_come_back_when_it_is_opened(family: Family, is_beside: bool):
    ideas = family.mia.list("Ideas", recipient=family.leo.person)
    gift = create_gift(viewer=family.mia.viewer, title="A drill")
    secret = add_item(viewer=family.mia.viewer, list_id=ideas.pk, gift_id=gift.pk)
    mia, leo = family.mia.api(), family.leo.api()
    done(mia.delete(f"{API}/items/{secret.pk}"))
    if is_beside:
        done(mia.patch(f"{API}/lists/{ideas.pk}", {"visibility": "household"}))
        add_item(viewer=family.ada.viewer, list_id=ideas.pk, gift_id=gift.pk)
        done(mia.patch(f"{API}/lists/{ideas.pk}", {"visibility": "hidden_from_recipient"}))
        other = create_gift(viewer=family.mia.viewer, title="A saw")
        secret = add_item(viewer=family.mia.viewer, list_id=ideas.pk, gift_id=other.pk)
        done(mia.delete(f"{API}/items/{secret.pk}"))
        gift = other
    done(mia.patch(f"{API}/lists/{ideas.pk}", {"visibility": "household"}))

    assert leo.get(f"{API}/activity?subject={secret.pk}").json()["results"] == []
    again = done(leo.post(f"{API}/lists/{ideas.pk}/items", {"gift": str(gift.pk)}))
    assert again["id"] != str(secret.pk)


def test_undo_outlives_that_a_list_was_hidden_for_a_while(family: Family):
    ideas = family.mia.list("Ideas", recipient=family.leo.person, visibility="household")
    item = family.leo.add(ideas, "A kite")
    done(family.leo.api().delete(f"{API}/items/{item.pk}"))
    for visibility in ("hidden_from_recipient", "household"):
        done(family.mia.api().patch(f"{API}/lists/{ideas.pk}", {"visibility": visibility}))

    assert done(family.leo.api().post(f"{API}/items/{item.pk}/restore"))["id"] == str(item.pk)


def lamp_taken_off(family: Family, wishes: GiftList) -> ListItem:
    """Mia put it openly on Leo's list, he took it off, and she goes on with it in secret."""
    lamp = family.mia.add(wishes, "A cheap lamp", openly=True)
    hidden = family.mia.list("For Leo", recipient=family.leo.person)
    add_item(viewer=family.mia.viewer, list_id=hidden.pk, gift_id=lamp.gift_id)
    done(family.leo.api().delete(f"{API}/items/{lamp.pk}"))
    return lamp


CHANGES: list[tuple[str, Any]] = [("patch", {"title": "SECRET E-bike"}), ("patch", {"tags": []}), ("delete", None)]


@pytest.mark.parametrize(("method", "body"), CHANGES, ids=str)
def test_a_gift_that_its_reader_may_want_back_stays_as_they_knew_it(
    family: Family, wishes: GiftList, method: str, body: Any
):
    lamp = lamp_taken_off(family, wishes)
    assert error(getattr(family.mia.api(), method)(f"{API}/gifts/{lamp.gift_id}", body)) == (409, "CONFLICT_STATE")
    back = done(family.leo.api().post(f"{API}/items/{lamp.pk}/restore"))
    assert back["gift"]["title"] == "A cheap lamp"
    # Once he sees it again, so does he see what becomes of it.
    assert getattr(family.mia.api(), method)(f"{API}/gifts/{lamp.gift_id}", body).status_code in {200, 204}


def test_a_gift_of_hidden_lists_alone_is_changed_at_will(family: Family):
    hidden = family.mia.list("For Leo", recipient=family.leo.person)
    first, second = family.mia.add(hidden, "A drill"), family.mia.list("More", recipient=family.leo.person)
    add_item(viewer=family.mia.viewer, list_id=second.pk, gift_id=first.gift_id)
    done(family.mia.api().delete(f"{API}/items/{first.pk}"))
    assert done(family.mia.api().patch(f"{API}/gifts/{first.gift_id}", {"title": "A saw"}))["title"] == "A saw"


def test_what_was_said_of_such_a_gift_waits_unchanged(family: Family, wishes: GiftList):
    wish = family.leo.add(wishes, "A kite")
    said = family.ada.say("Nice!", gift=wish.gift, hidden_from=[])
    hidden = family.mia.list("For Leo", recipient=family.leo.person)
    add_item(viewer=family.mia.viewer, list_id=hidden.pk, gift_id=wish.gift_id)
    leo, ada = family.leo.api(), family.ada.api()
    before = leo.get(f"{API}/comments?gift={wish.gift_id}").json()["results"]
    done(leo.delete(f"{API}/items/{wish.pk}"))
    for method, body in (("patch", {"resolved": True}), ("patch", {"body": "Hm"}), ("delete", None)):
        assert error(getattr(ada, method)(f"{API}/comments/{said.pk}", body)) == (409, "CONFLICT_STATE")
    family.mia.say("The red one", gift=wish.gift, hidden_from=[])
    done(leo.post(f"{API}/items/{wish.pk}/restore"))
    assert leo.get(f"{API}/comments?gift={wish.gift_id}").json()["results"] == before


def chapters(family: Family) -> list[dict[str, Any]]:
    return family.leo.api().get(f"{API}/people/{family.leo.person.pk}/history").json()["chapters"]


@pytest.mark.parametrize("day", ["2020-01-01", "today"])
def test_a_recipient_cannot_bring_the_day_forward_by_dating_an_occasion(family: Family, day: str):
    today = family.leo.viewer.belonging().today()
    date = today if day == "today" else datetime.date.fromisoformat(day)
    party = Occasion.objects.create(household=family.household, name="Party", date=date)
    own = family.leo.list("Mine", kind="wishlist", occasion=party)
    surprise = family.mia.add(own, "A drill")
    move_item(viewer=family.mia.viewer, item_id=surprise.pk, status="gifted")
    assert own.occurs_on is None
    assert chapters(family) == []


def test_a_list_made_for_a_day_that_is_over_has_no_day(family: Family):
    past = Occasion.objects.create(household=family.household, name="Party", date=datetime.date(2020, 1, 1))
    assert family.mia.list("For Leo", recipient=family.leo.person, occasion=past).occurs_on is None


def test_history_keeps_the_words_of_the_day(family: Family):
    hidden = family.mia.list("For Leo", recipient=family.leo.person, occurs_on=family.leo.viewer.belonging().today())
    book = family.mia.add(hidden, "Book 1")
    move_item(viewer=family.mia.viewer, item_id=book.pk, status="gifted")
    done(family.mia.api().patch(f"{API}/gifts/{book.gift_id}", {"title": "Book 2, SECRET"}))
    assert [gift["title"] for gift in chapters(family)[0]["gifts"]] == ["Book 1"]


def hidden_party(family: Family) -> Occasion:
    made = {"name": "Party", "honoree": str(family.leo.person.pk), "visibility": "hidden_from_honoree"}
    return Occasion.objects.get(pk=done(family.ada.api().post(f"{API}/occasions", made))["id"])


OPENINGS = [{"visibility": "household"}, {"honoree": None, "visibility": "household"}, {"honoree": "theo"}]


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_an_occasion_does_not_open_what_others_plan_for_it(family: Family, opening: dict[str, Any]):
    party = hidden_party(family)
    cake = family.mia.list("Cake", occasion=party, visibility="household")
    body = opening | ({"honoree": str(family.theo.pk)} if opening.get("honoree") else {})
    assert error(family.ada.api().patch(f"{API}/occasions/{party.pk}", body)) == (409, "CONFLICT_STATE")
    assert family.leo.api().get(f"{API}/lists/{cake.pk}").status_code == 404


def test_an_occasion_without_plans_can_be_opened(family: Family):
    party = hidden_party(family)
    done(family.ada.api().patch(f"{API}/occasions/{party.pk}", {"visibility": "household"}))
    assert family.leo.api().get(f"{API}/occasions/{party.pk}").status_code == 200


def test_ones_own_list_stays_when_its_occasion_is_hidden(family: Family):
    birthday = Occasion.objects.create(household=family.household, name="Birthday", honoree=family.leo.person)
    own = family.leo.list("Mine", kind="wishlist", occasion=birthday)
    done(family.ada.api().patch(f"{API}/occasions/{birthday.pk}", {"visibility": "hidden_from_honoree"}))
    leo = family.leo.api()
    assert leo.get(f"{API}/occasions/{birthday.pk}").status_code == 404
    assert leo.get(f"{API}/lists/{own.pk}").status_code == 200


def test_a_merge_does_not_make_a_claim_larger_than_any(family: Family):
    item = family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Gold", quantity=2)
    twins = [Person.objects.create(household=family.household, display_name=name) for name in ("Tom", "Tommy")]
    for twin in twins:
        Claim.objects.create(household=family.household, item=item, giver=twin, actual_price="9999999999.99")
    answer = family.mia.api().post(f"{API}/people/{twins[0].pk}/merge", {"into": str(twins[1].pk)})
    assert error(answer) == (409, "CONFLICT_STATE")
    assert family.mia.api().get(f"{API}/items/{item.pk}").status_code == 200
    assert Gift.objects.count() == 1
