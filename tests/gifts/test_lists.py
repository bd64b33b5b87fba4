"""Lists: what they are by default, what is fixed, and who may change the rest."""

import datetime

import pytest
from rest_framework.test import APIClient

from gifts.models import GiftList
from households.models import Membership, Occasion, Role
from tests.cast import Family, Member
from tests.gifts.looking import API

CHRISTMAS = datetime.date(2031, 12, 24)


@pytest.fixture
def birthday(family: Family) -> Occasion:
    return Occasion.objects.create(
        household=family.household, name="Leo's birthday", honoree=family.leo.person, date=datetime.date(2031, 5, 1)
    )


def make(api: APIClient, **fields) -> dict:
    answer = api.post(f"{API}/lists", {"name": "A list"} | fields)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_wishlist_is_ones_own_unless_one_says_otherwise(family: Family):
    own = make(family.leo.api(), kind="wishlist")
    assert own["recipient"] == {"id": str(family.leo.person.pk), "display_name": "Leo"}
    assert own["owner"]["id"] == str(family.leo.user.pk)
    assert own["visibility"] == "household"

    for_theo = make(family.leo.api(), kind="wishlist", recipient=str(family.theo.pk))
    assert for_theo["recipient"]["display_name"] == "Theo"
    assert for_theo["visibility"] == "hidden_from_recipient"


def test_a_list_for_an_occasion_is_for_who_is_honoured_on_its_next_date(family: Family, birthday: Occasion):
    row = make(family.mia.api(), occasion=str(birthday.pk))
    assert row["recipient"]["display_name"] == "Leo"
    assert row["occurs_on"] == "2031-05-01"
    assert row["visibility"] == "hidden_from_recipient"
    assert make(family.leo.api(), occasion=str(birthday.pk))["visibility"] == "household"


def test_a_yearly_occasion_gives_the_date_that_comes_next(family: Family):
    occasion = Occasion.objects.create(
        household=family.household, name="Christmas", date=datetime.date(2001, 12, 24), is_yearly=True
    )
    row = make(family.mia.api(), occasion=str(occasion.pk))
    today = family.mia.viewer.belonging().today()
    assert row["occurs_on"] == occasion.next_date(today).isoformat() >= today.isoformat()
    assert make(family.mia.api(), occasion=str(occasion.pk), occurs_on="2030-12-24")["occurs_on"] == "2030-12-24"


def test_the_recipient_named_wins_over_the_one_who_is_honoured(family: Family, birthday: Occasion):
    row = make(family.mia.api(), occasion=str(birthday.pk), recipient=str(family.theo.pk))
    assert row["recipient"]["display_name"] == "Theo"


@pytest.mark.parametrize("fields", [{}, {"kind": "idea"}, {"kind": "gift", "recipient": None, "occasion": None}])
def test_a_list_for_nobody_is_the_households(family: Family, fields: dict):
    row = make(family.mia.api(), **fields)
    assert (row["recipient"], row["occasion"], row["visibility"]) == (None, None, "household")


def test_a_list_for_ones_own_couple_is_ones_own(family: Family):
    row = make(family.grandma.api(), recipient=str(family.grandparents.pk))
    assert row["visibility"] == "household"
    row = make(family.grandma.api(), recipient=str(family.grandpa.pk))
    assert row["visibility"] == "hidden_from_recipient"


@pytest.mark.parametrize("visibility", ["household", "hidden_from_recipient", "private"])
def test_each_visibility_can_be_chosen_for_somebody_else(family: Family, visibility: str):
    row = make(family.mia.api(), recipient=str(family.leo.person.pk), visibility=visibility)
    assert row["visibility"] == visibility


BROKEN = [
    ({"name": ""}, {"name"}),
    ({"name": "   "}, {"name"}),
    ({"name": "x" * 121}, {"name"}),
    ({"name": None}, {"name"}),
    ({"kind": "heap"}, {"kind"}),
    ({"visibility": "secret"}, {"visibility"}),
    ({"visibility": None}, {"visibility"}),
    ({"occurs_on": "tomorrow"}, {"occurs_on"}),
    ({"recipient": "nobody"}, {"recipient"}),
    ({"recipient": ["a"]}, {"recipient"}),
    ({"recipient": "01890a5d-ac96-774b-bcce-b302099a8057"}, {"recipient"}),
    ({"owner": "me"}, {"owner"}),
    ({"companion_of": None}, {"companion_of"}),
    ({"visibility": "hidden_from_recipient"}, {"visibility"}),
    ({"household": "01890a5d-ac96-774b-bcce-b302099a8057"}, {"household"}),
    (
        {"name": "", "kind": "heap", "visibility": "x", "occurs_on": 5, "recipient": 7, "occasion": {}, "bogus": 1},
        {"name", "kind", "visibility", "occurs_on", "recipient", "occasion", "bogus"},
    ),
]


@pytest.mark.parametrize(("fields", "wrong"), BROKEN)
def test_broken_input_is_refused_with_every_field_named_at_once(family: Family, fields: dict, wrong: set[str]):
    answer = family.mia.api().post(f"{API}/lists", {"name": "A list"} | fields)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_FAILED"
    assert set(answer.json()["error"]["details"]) == wrong
    assert not GiftList.objects.exists()


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_a_body_that_is_no_object_is_refused(family: Family, body: object):
    assert family.mia.api().post(f"{API}/lists", body).status_code == 400


def test_nobody_hides_a_list_from_themself(family: Family):
    for fields in (
        {"recipient": str(family.leo.person.pk), "visibility": "hidden_from_recipient"},
        {"kind": "wishlist", "visibility": "hidden_from_recipient"},
    ):
        answer = family.leo.api().post(f"{API}/lists", {"name": "Mine"} | fields)
        assert answer.json()["error"]["details"] == {
            "visibility": ["A list cannot be hidden from its owner, nor by somebody from themself."]
        }


def test_who_is_nobody_yet_has_to_say_whose_wishes_these_are(family: Family):
    Membership.objects.filter(user=family.ada.user).update(person=None)
    answer = family.ada.api().post(f"{API}/lists", {"name": "Wishes", "kind": "wishlist"})
    assert answer.json()["error"]["details"] == {"recipient": ["Say whose wishes these are."]}


def test_a_member_of_two_households_has_to_say_where(family: Family, neighbour: Member):
    next_door = neighbour.person.household
    Membership.objects.create(household=next_door, user=family.leo.user)
    leo = family.leo.api()

    assert set(leo.post(f"{API}/lists", {"name": "Here"}).json()["error"]["details"]) == {"household"}
    assert make(leo, household=str(next_door.pk))["household"] == str(next_door.pk)
    answer = leo.post(f"{API}/lists", {"name": "x", "household": str(next_door.pk), "recipient": str(family.theo.pk)})
    assert set(answer.json()["error"]["details"]) == {"recipient"}


@pytest.mark.parametrize("field", ["recipient", "occasion", "kind", "owner", "household", "companion_of", "id"])
def test_what_is_fixed_cannot_be_patched(family: Family, field: str):
    gift_list = family.mia.list(recipient=family.leo.person)
    for value in (None, "wishlist", str(family.theo.pk)):
        answer = family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {field: value})
        assert answer.status_code == 400
        assert set(answer.json()["error"]["details"]) == {field}


# `who owns the list: who may rename and delete it`. Mia owns the household.
CHANGEABLE = {"mia": {"mia"}, "leo": {"mia", "leo"}, "ada": {"mia", "ada"}, None: {"mia"}}


@pytest.mark.parametrize("owner", CHANGEABLE)
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_list_is_changed_by_its_owner_or_a_household_owner(family: Family, owner: str | None, method: str):
    for actor in ("mia", "leo", "ada"):
        gift_list = family.ada.list(recipient=family.theo)
        GiftList.objects.filter(pk=gift_list.pk).update(owner=owner and getattr(family, owner).user)
        answer = getattr(getattr(family, actor).api(), method)(f"{API}/lists/{gift_list.pk}", {"name": "New"})
        allowed = actor in CHANGEABLE[owner]
        assert answer.status_code == ((200 if method == "patch" else 204) if allowed else 403), actor


# `(actor, from, to): status`, for Ada's list for Theo. Mia owns the household, Leo just plans there.
MOVES = {
    ("ada", "household", "hidden_from_recipient"): 200,
    ("ada", "household", "private"): 200,
    ("ada", "hidden_from_recipient", "household"): 200,
    ("ada", "hidden_from_recipient", "private"): 200,
    ("ada", "private", "hidden_from_recipient"): 200,
    ("ada", "private", "household"): 200,
    ("mia", "household", "hidden_from_recipient"): 200,
    ("mia", "household", "private"): 403,
    ("mia", "hidden_from_recipient", "household"): 403,
    ("mia", "hidden_from_recipient", "private"): 403,
    ("mia", "hidden_from_recipient", "hidden_from_recipient"): 200,
    ("mia", "private", "household"): 404,
    ("leo", "household", "hidden_from_recipient"): 403,
    ("leo", "hidden_from_recipient", "household"): 403,
    ("leo", "private", "household"): 404,
}


@pytest.mark.parametrize(("actor", "before", "after"), MOVES)
def test_only_its_owner_opens_a_list_or_takes_it_away(family: Family, actor: str, before: str, after: str):
    gift_list = family.ada.list(recipient=family.theo, visibility=before)
    answer = getattr(family, actor).api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": after})

    assert answer.status_code == MOVES[actor, before, after]
    gift_list.refresh_from_db()
    assert gift_list.visibility == (after if answer.status_code == 200 else before)


def test_a_list_is_never_hidden_from_its_own_owner_not_even_by_a_household_owner(family: Family):
    own = family.leo.list("Wishes", kind="wishlist")
    ours = family.grandma.list("Ours", recipient=family.grandparents)
    for gift_list in (own, ours):
        answer = family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": "hidden_from_recipient"})
        assert set(answer.json()["error"]["details"]) == {"visibility"}
    assert family.leo.api().get(f"{API}/lists/{own.pk}").status_code == 200


def test_a_list_for_nobody_can_be_hidden_from_nobody(family: Family):
    gift_list = family.mia.list()
    answer = family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": "hidden_from_recipient"})
    assert set(answer.json()["error"]["details"]) == {"visibility"}


def test_a_hidden_list_can_still_be_renamed_when_its_owner_has_become_its_recipient(family: Family):
    gift_list = family.ada.list("Trips", recipient=family.grandparents)
    family.grandparents.member_links.create(household=family.household, member=family.ada.person)

    assert family.ada.api().patch(f"{API}/lists/{gift_list.pk}", {"name": "Trip"}).status_code == 404
    assert family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {"name": "Trip"}).json()["name"] == "Trip"


def test_an_unknown_date_is_said_once_and_never_by_the_recipient(family: Family):
    gift_list = family.mia.list(recipient=family.leo.person, visibility="household")
    path, mia = f"{API}/lists/{gift_list.pk}", family.mia.api()

    assert mia.patch(path, {"occurs_on": "2031-05-01"}).json()["occurs_on"] == "2031-05-01"
    for other in ("2031-05-02", None, "2031-05-01"):
        assert mia.patch(path, {"occurs_on": other}).json()["error"]["code"] == "CONFLICT_STATE"

    wishlist = family.leo.list("Wishes", kind="wishlist")
    answer = family.leo.api().patch(f"{API}/lists/{wishlist.pk}", {"occurs_on": "2020-01-01"})
    assert answer.status_code == 403
    assert mia.patch(f"{API}/lists/{wishlist.pk}", {"occurs_on": "2031-12-24"}).status_code == 200


def test_deleting_a_list_leaves_a_tombstone_with_all_that_stood_on_it(family: Family):
    gift_list = family.mia.list(recipient=family.leo.person)
    item = family.mia.add(gift_list)
    mia = family.mia.api()
    assert mia.delete(f"{API}/lists/{gift_list.pk}").status_code == 204

    for path in (f"lists/{gift_list.pk}", f"lists/{gift_list.pk}/items", f"items/{item.pk}", f"gifts/{item.gift_id}"):
        assert mia.get(f"{API}/{path}").status_code == 404
    assert mia.delete(f"{API}/lists/{gift_list.pk}").status_code == 404
    gift_list.refresh_from_db()
    item.refresh_from_db()
    assert gift_list.deleted_at
    assert item.deleted_at is None


def test_lists_are_found_by_what_they_are_for(family: Family, birthday: Occasion):
    family.mia.list("Birthday", occasion=birthday)
    family.mia.list("Ideas", kind="idea")
    family.mia.list("Theo's", kind="wishlist", recipient=family.theo)
    mia = family.mia.api()

    def found(query: str) -> list[str]:
        return [row["name"] for row in mia.get(f"{API}/lists?{query}").json()["results"]]

    assert found("kind=idea") == ["Ideas"]
    assert found(f"recipient={family.theo.pk}") == ["Theo's"]
    assert found(f"occasion={birthday.pk}") == ["Birthday"]
    assert found("ordering=name") == ["Birthday", "Ideas", "Theo's"]
    assert found("ordering=-occurs_on")[0] == "Birthday"


def test_roles_do_not_reach_next_door(family: Family, neighbour: Member):
    Membership.objects.create(household=family.household, user=neighbour.user, role=Role.MEMBER)
    gift_list = family.ada.list(recipient=family.theo)

    assert neighbour.api().patch(f"{API}/lists/{gift_list.pk}", {"name": "Mine now"}).status_code == 403


def test_an_owner_does_not_hide_a_list_for_themself_from_themself(family: Family):
    gift_list = family.ada.list(recipient=family.mia.person, visibility="household")

    answer = family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": "hidden_from_recipient"})

    assert answer.status_code == 400
    assert family.mia.api().get(f"{API}/lists/{gift_list.pk}").status_code == 200


def test_a_recipient_does_not_choose_the_day_on_which_they_learn_what_was_given(family: Family):
    body = {"name": "Mine", "kind": "wishlist", "occurs_on": "2020-01-01"}
    answer = family.leo.api().post(f"{API}/lists", body)

    assert set(answer.json()["error"]["details"]) == {"occurs_on"}
    assert not GiftList.objects.exists()


def test_nobody_is_the_recipient_where_nobody_is_said_to_be(family: Family):
    birthday = family.mia.api().post(f"{API}/occasions", {"name": "B", "honoree": str(family.theo.pk)}).json()["id"]
    for fields, recipient in (({}, "Theo"), ({"recipient": None}, None)):
        row = family.mia.api().post(f"{API}/lists", {"name": "A", "occasion": birthday} | fields).json()
        assert (row["recipient"] and row["recipient"]["display_name"]) == recipient


def test_a_list_for_an_occasion_of_somebody_deleted_is_for_nobody(family: Family):
    birthday = family.mia.api().post(f"{API}/occasions", {"name": "B", "honoree": str(family.theo.pk)}).json()["id"]
    family.mia.api().delete(f"{API}/people/{family.theo.pk}")

    row = family.mia.api().post(f"{API}/lists", {"name": "A", "occasion": birthday}).json()

    assert row["recipient"] is None
