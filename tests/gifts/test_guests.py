"""The guest's column: what a guest sees, and what a guest may do with it."""

from typing import Any

import pytest
from django.utils import timezone

from gifts.models import Claim, Comment, Gift, GiftList, GiftTag, ItemPlan, ListItem, ListShare
from gifts.services.claims import claim_item
from gifts.services.gifts import create_gift
from gifts.services.items import place_item
from gifts.services.merging import merge_people
from gifts.services.shares import unshare_list
from households.models import Activity, Membership, Occasion, Person, PersonTag, Role, Tag
from households.services.members import update_member
from households.services.people import update_person
from tests.accounts.steps import error
from tests.cast import Family, Member, join
from tests.gifts.looking import API, essence, titles


@pytest.fixture
def gus(family: Family) -> Member:
    return join(family.household, "Gus", Role.GUEST)


def show(gift_list: GiftList, guest: Member) -> GiftList:
    ListShare.objects.create(household=gift_list.household, list=gift_list, guest=guest.membership)
    return gift_list


def status(member: Member, place: str) -> int:
    return member.api().get(f"{API}/{place}").status_code


def page(member: Member, place: str) -> list[dict[str, Any]]:
    return member.api().get(f"{API}/{place}").json()["results"]


def hidden_party(family: Family, honoree: Person) -> Occasion:
    return Occasion.objects.create(
        household=family.household, name="Party", honoree=honoree, visibility=Occasion.Visibility.HIDDEN
    )


# --- What a guest sees ---------------------------------------------------------------------------

COLUMN = {
    # visibility: what a guest is answered when it is (not shared, shared, their own)
    "household": (404, 200, 200),
    "hidden_from_recipient": (404, 200, 404),
    "private": (404, 404, 200),
}


@pytest.mark.parametrize("visibility", COLUMN)
@pytest.mark.parametrize("case", ["not shared", "shared", "their own"])
def test_a_list_and_all_that_hangs_on_it(family: Family, gus: Member, visibility: str, case: str):
    expected = COLUMN[visibility][["not shared", "shared", "their own"].index(case)]
    gift_list = GiftList.objects.create(
        household=family.household,
        name="For Theo",
        owner=(gus if case == "their own" else family.mia).user,
        recipient=family.theo,
        occasion=hidden_party(family, family.leo.person),
        visibility=visibility,
    )
    gift = Gift.objects.create(household=family.household, title="A kite", currency="EUR")
    item = place_item(gift_list, gift, added_by=family.mia.user)
    if case == "shared":
        show(gift_list, gus)

    for place in ("lists", "items", "gifts", "occasions", "people"):
        row = {"lists": gift_list, "items": item, "gifts": gift, "people": family.theo}.get(place, gift_list.occasion)
        assert status(gus, f"{place}/{row.pk}") == expected, place
        assert [found["id"] for found in page(gus, place)] == ([str(row.pk)] if expected == 200 else []), place
    assert status(gus, f"lists/{gift_list.pk}/items") == expected
    assert status(gus, f"lists/{gift_list.pk}/shares") == expected


def test_whatever_is_not_shared_answers_like_what_never_was(family: Family, gus: Member):
    item = family.mia.add(family.mia.list(recipient=family.theo))
    api, never = gus.api(), "01890a5d-ac96-774b-bcce-b302099a8057"
    for place, pk in (("lists", item.list_id), ("items", item.pk), ("gifts", item.gift_id), ("people", family.theo.pk)):
        for method in ("get", "patch", "delete"):
            real, unreal = (getattr(api, method)(f"{API}/{place}/{key}") for key in (pk, never))
            assert real.status_code == 404
            assert essence(real) == essence(unreal)


def test_a_guest_reads_an_item_as_givers_do(family: Family, gus: Member):
    item = family.leo.add(show(family.leo.list("Wishes", kind="wishlist"), gus), "Socks", quantity=3)
    claim_item(viewer=family.ada.viewer, item_id=item.pk)
    family.mia.api().patch(f"{API}/items/{item.pk}", {"planned_price": "9.50", "giver_note": "He has grey ones"})
    for_mia, for_gus = (member.api().get(f"{API}/items/{item.pk}").json() for member in (family.mia, gus))

    assert for_gus["claims"][0]["giver"]["display_name"] == "Ada"
    assert (for_gus["remaining"], for_gus["planned_price"], for_gus["giver_note"]) == (2, "9.50", "He has grey ones")
    differing = {name for name in for_mia if for_mia[name] != for_gus[name]}
    assert differing == {"allowed_transitions"}
    assert titles(gus.api(), "items?status=idea") == ["Socks"]


def test_their_own_wishes_are_concealed_from_them(family: Family, gus: Member):
    """Their wishlist from when they were a member; and one that another keeps for them, openly."""
    own = GiftList.objects.create(
        household=family.household,
        name="Wishes",
        kind="wishlist",
        owner=gus.user,
        recipient=gus.person,
        visibility="household",
    )
    kept = family.mia.list("For Gus", recipient=gus.person, visibility="household")
    for gift_list in (own, kept):
        item = family.mia.add(gift_list, openly=True)
        claim_item(viewer=family.ada.viewer, item_id=item.pk)
        row = gus.api().get(f"{API}/items/{item.pk}").json()
        assert {row[name] for name in ("claims", "status", "stage", "remaining", "allowed_transitions")} == {None}
        assert error(gus.api().post(f"{API}/items/{item.pk}/claim", {})) == (403, "RESOURCE_FORBIDDEN")


def become_the_recipient_by_a_couple(family: Family, gus: Member) -> None:
    family.grandparents.member_links.create(household=family.household, member=gus.person)


def become_the_recipient_by_an_update(family: Family, gus: Member) -> None:
    update_person(
        viewer=family.ada.viewer,
        person_id=family.grandparents.pk,
        changes={"members": [family.grandma.person, family.grandpa, gus.person]},
    )


def become_the_recipient_by_a_merge(family: Family, gus: Member) -> None:
    family.grandparents.member_links.create(household=family.household, member=family.theo)
    merge_people(viewer=family.mia.viewer, source_id=family.theo.pk, target_id=gus.person.pk)


def turn_out_to_be_somebody_else(family: Family, gus: Member) -> None:
    family.grandparents.member_links.create(household=family.household, member=family.theo)
    update_member(viewer=family.mia.viewer, membership_id=gus.membership.pk, person=family.theo)


@pytest.mark.parametrize(
    "become",
    [
        become_the_recipient_by_a_couple,
        become_the_recipient_by_an_update,
        become_the_recipient_by_a_merge,
        turn_out_to_be_somebody_else,
    ],
    ids=lambda become: become.__name__,
)
def test_being_the_recipient_beats_being_a_guest_also_later(family: Family, gus: Member, become):
    hidden = family.ada.add(show(family.ada.list(recipient=family.grandparents), gus))
    open_list = show(family.ada.list(recipient=family.grandparents, visibility="household"), gus)
    open_item = family.ada.add(open_list, openly=True)
    assert status(gus, f"items/{hidden.pk}") == 200
    become(family, gus)

    for place in (f"lists/{hidden.list_id}", f"items/{hidden.pk}", f"gifts/{hidden.gift_id}"):
        assert status(gus, place) == 404
    assert status(gus, f"lists/{hidden.list_id}/shares") == 404
    assert gus.api().get(f"{API}/items/{open_item.pk}").json()["claims"] is None


def test_an_occasion_hidden_from_a_guest_hides_its_lists_too(family: Family, gus: Member):
    party = hidden_party(family, gus.person)
    gift_list = show(family.mia.list(occasion=party, recipient=family.theo), gus)
    item = family.mia.add(gift_list)

    for place in (f"lists/{gift_list.pk}", f"items/{item.pk}", f"occasions/{party.pk}", f"people/{family.theo.pk}"):
        assert status(gus, place) == 404
    assert page(gus, "occasions") == []


def test_of_a_deleted_list_nothing_is_left_but_what_somebody_takes(family: Family, gus: Member):
    occasion = Occasion.objects.create(household=family.household, name="Christmas")
    gift_list = show(family.mia.list(occasion=occasion, recipient=family.theo), gus)
    taken, left = family.mia.add(gift_list, "Taken"), family.mia.add(gift_list, "Left")
    claim_item(viewer=gus.viewer, item_id=taken.pk)
    family.mia.api().delete(f"{API}/lists/{gift_list.pk}")

    assert gus.api().get(f"{API}/items/{taken.pk}").json()["withdrawn"] is True
    for place in (f"lists/{gift_list.pk}", f"items/{left.pk}", f"people/{family.theo.pk}", f"occasions/{occasion.pk}"):
        assert status(gus, place) == 404


def test_the_catalog_is_not_for_guests(family: Family, gus: Member):
    create_gift(viewer=family.mia.viewer, title="In the catalog")
    on_list = family.mia.add(show(family.mia.list(recipient=family.theo), gus), "On a list")

    assert [row["id"] for row in page(gus, "gifts")] == [str(on_list.gift_id)]
    assert page(gus, "gifts?in_catalog=true") == []


def test_what_nobody_tells_a_guest(family: Family, gus: Member):
    gift_list = show(family.mia.list(recipient=family.theo), gus)
    Tag.objects.create(household=family.household, name="books")
    family.mia.api().patch(f"{API}/lists/{gift_list.pk}", {"name": "Renamed"})

    assert Activity.objects.filter(household=family.household).exists()
    for model in (Activity, Tag, Membership):
        assert not model.objects.visible_to(gus.viewer).exists()
    assert status(gus, f"households/{family.household.pk}/members") == 404


def test_comments_on_what_they_see_and_on_nobody(family: Family, gus: Member):
    item = family.mia.add(show(family.mia.list(recipient=family.theo), gus))
    rows = {"household": family.household, "author": family.mia.user, "body": "x"}
    seen = [Comment.objects.create(**rows, **{name: row}) for name, row in (("item", item), ("list", item.list))]
    Comment.objects.create(**rows, person=family.theo)
    Comment.objects.create(**rows, list=family.mia.list())

    assert set(Comment.objects.visible_to(gus.viewer)) == set(seen)


def test_a_guest_knows_the_household_and_who_is_in_it_by_name(family: Family, gus: Member):
    assert [(row["name"], row["role"]) for row in page(gus, "households")] == [("The Bauers", "guest")]
    assert {row["name"] for row in page(gus, "users")} == {"Mia", "Leo", "Ada", "Grandma", "Gus"}


# --- Persons: the name alone ---------------------------------------------------------------------


@pytest.fixture
def known_well(family: Family, gus: Member) -> list[Person]:
    """Two persons with everything about them filled in, and a list for each that Gus sees."""
    people = [family.theo, family.grandparents]
    for number, person in enumerate(people):
        row = {
            "relationship": "kin",
            "birthdate": f"20{number}0-01-01",
            "interests": "trains",
            "sizes": {"shoes": "29"},
            "constraints": "no plushies",
            "photo_url": "https://example.org/x.jpg",
            "notes": "sleeps late",
            "archived": person == family.theo,
        }
        assert family.mia.api().patch(f"{API}/people/{person.pk}", row).status_code == 200
        show(family.mia.list(recipient=person), gus)
    return people


def test_of_a_person_a_guest_reads_the_name_in_the_usual_shape(family: Family, gus: Member, known_well: list[Person]):
    nobody_in_particular = family.mia.api().post(f"{API}/people", {"display_name": "New"}).json()
    for person in known_well:
        for row in (
            gus.api().get(f"{API}/people/{person.pk}").json(),
            *(row for row in page(gus, "people") if row["id"] == str(person.pk)),
        ):
            told = {"id": str(person.pk), "household": str(family.household.pk), "display_name": person.display_name}
            untold = {"created_at": None, "updated_at": None}
            assert row == nobody_in_particular | untold | told
            assert list(row) == list(nobody_in_particular)


def test_no_tag_of_a_gift_finds_whom_else_it_is_put_on(family: Family, gus: Member):
    wool = Tag.objects.create(household=family.household, name="Wool")
    gift = family.mia.add(show(family.mia.list(recipient=family.theo), gus)).gift
    GiftTag.objects.create(household=family.household, gift=gift, tag=wool)
    PersonTag.objects.create(household=family.household, person=family.theo, tag=wool)

    assert [row["name"] for row in page(gus, "gifts")[0]["tags"]] == ["Wool"]
    assert [row["display_name"] for row in page(family.leo, f"people?tag={wool.pk}")] == ["Theo"]
    assert page(gus, f"people?tag={wool.pk}") == []
    assert gus.api().get(f"{API}/people/{family.theo.pk}").json()["tags"] == []


def test_no_filter_or_ordering_of_people_tells_a_guest_more(family: Family, gus: Member, known_well: list[Person]):
    newest_first = [row["id"] for row in page(gus, "people")]
    assert len(newest_first) == 2
    assert page(gus, "people?archived=true") == []
    assert [row["id"] for row in page(gus, "people?archived=false")] == newest_first
    for ordering in ("birthdate", "-birthdate"):
        first = gus.api().get(f"{API}/people?ordering={ordering}&limit=1").json()
        second = gus.api().get(first["next"]).json()
        found = [row["id"] for row in first["results"] + second["results"]]
        assert found == (newest_first if ordering == "-birthdate" else newest_first[::-1])
    assert [row["display_name"] for row in page(gus, "people?ordering=display_name")] == ["Grandma & Grandpa", "Theo"]


def test_a_guest_is_not_told_on_their_dashboard_either_who_is_put_aside(gus: Member, known_well: list[Person]):
    board = gus.api().get(f"{API}/dashboard").json()
    assert board["people"] == {"covered": 0, "total": 2}
    assert [row["display_name"] for row in board["people_needing_gifts"]] == ["Grandma & Grandpa", "Theo"]


def test_those_who_plan_filter_and_sort_people_as_ever(family: Family, known_well: list[Person]):
    assert [row["display_name"] for row in page(family.leo, "people?archived=true")] == ["Theo"]
    assert [row["display_name"] for row in page(family.leo, "people?ordering=birthdate")][:2] == [
        "Theo",
        "Grandma & Grandpa",
    ]


# --- Companions ----------------------------------------------------------------------------------


@pytest.fixture
def joined(family: Family) -> tuple[GiftList, GiftList]:
    """Leo's wishes, and what is hidden beside them: between his own, in time."""
    wishlist = family.leo.list("Wishes", kind="wishlist")
    family.leo.add(wishlist, "a")
    beside = family.mia.add(wishlist, "hidden 1").list
    family.leo.add(wishlist, "b")
    family.mia.add(wishlist, "hidden 2")
    return wishlist, beside


def read(member: Member, gift_list: GiftList) -> list[tuple[str, int]]:
    return [(row["gift"]["title"], row["position"]) for row in page(member, f"lists/{gift_list.pk}/items")]


def test_a_shared_wishlist_does_not_bring_what_is_beside_it(gus: Member, joined: tuple[GiftList, GiftList]):
    wishlist, beside = joined
    show(wishlist, gus)

    assert read(gus, wishlist) == [("a", 1), ("b", 2)]
    assert status(gus, f"lists/{beside.pk}") == 404
    assert len(page(gus, "items")) == 2
    assert gus.api().get(f"{API}/lists/{wishlist.pk}").json()["companion_of"] is None


def test_what_is_beside_alone_tells_nothing_of_the_wishlist(gus: Member, joined: tuple[GiftList, GiftList]):
    wishlist, beside = joined
    show(beside, gus)

    assert read(gus, beside) == [("hidden 1", 1), ("hidden 2", 2)]
    assert gus.api().get(f"{API}/lists/{beside.pk}").json()["companion_of"] is None
    assert [(row["id"], row["companion_of"]) for row in page(gus, "lists")] == [(str(beside.pk), None)]
    assert status(gus, f"lists/{wishlist.pk}/items") == 404
    assert page(gus, f"items?list={wishlist.pk}") == []
    assert len(page(gus, f"items?list={beside.pk}")) == 2
    Comment.objects.create(household=beside.household, author=beside.items.first().added_by, list=beside, body="x")
    assert page(gus, f"comments?list={wishlist.pk}") == []
    assert len(page(gus, f"comments?list={beside.pk}")) == 1


def test_a_guest_of_both_reads_them_as_one(gus: Member, joined: tuple[GiftList, GiftList]):
    wishlist, beside = (show(gift_list, gus) for gift_list in joined)

    assert read(gus, wishlist) == [("a", 1), ("b", 2), ("hidden 1", 3), ("hidden 2", 4)]
    assert [row["id"] for row in page(gus, "lists")] == [str(wishlist.pk)]
    assert gus.api().get(f"{API}/lists/{beside.pk}").json()["companion_of"] == str(wishlist.pk)
    assert len(page(gus, f"items?list={wishlist.pk}")) == 4


# --- What a guest may do -------------------------------------------------------------------------


@pytest.fixture
def item(family: Family, gus: Member) -> ListItem:
    """Of a list that is shared with Gus; nobody in particular made the gift or added it, so that all may change it."""
    christmas = Occasion.objects.create(household=family.household, name="Christmas")
    gift_list = show(family.mia.list("For Theo", recipient=family.theo, occasion=christmas), gus)
    item = family.mia.add(gift_list, "A kite", quantity=3)
    Gift.objects.filter(pk=item.gift_id).update(created_by=None)
    ListItem.objects.filter(pk=item.pk).update(added_by=None)
    return item


FORBIDDEN = [
    ("post", "lists", {"name": "Mine"}),
    ("post", "gifts", {"title": "A drum"}),
    ("post", "people", {"display_name": "Zoe"}),
    ("post", "occasions", {"name": "Easter"}),
    ("patch", "lists/{list}", {"name": "Mine"}),
    ("patch", "lists/{list}", {"visibility": "household"}),
    ("delete", "lists/{list}", None),
    ("post", "lists/{list}/items", {"new_gift": {"title": "A drum"}}),
    ("post", "lists/{list}/items", {"new_gift": {"title": "A drum"}, "openly": True}),
    ("post", "lists/{list}/items", {"gift": "{gift}"}),
    ("delete", "lists/{list}/shares/{share}", None),
    ("patch", "items/{item}", {"note": "blue"}),
    ("patch", "items/{item}", {"quantity": 1}),
    ("patch", "items/{item}", {"position": 1}),
    ("patch", "items/{item}", {"stage": "shortlisted"}),
    ("patch", "items/{item}", {"stage": "idea"}),
    ("patch", "items/{item}", {"planned_price": "5.00"}),
    ("patch", "items/{item}", {"giver_note": "cheaper"}),
    ("delete", "items/{item}", None),
    ("post", "items/{item}/status", {"status": "shortlisted"}),
    ("post", "items/{item}/status", {"status": "dropped"}),
    ("patch", "claims/{claim}", {"quantity": 2}),
    ("patch", "claims/{claim}", {"giver": "{person}"}),
    ("delete", "claims/{claim}", None),
    ("patch", "gifts/{gift}", {"title": "A drum"}),
    ("delete", "gifts/{gift}", None),
    ("post", "gifts/{gift}/publish", None),
    ("patch", "people/{person}", {"notes": "likes drums"}),
    ("delete", "people/{person}", None),
    ("post", "people/{person}/merge", {"into": "{other}"}),
    ("patch", "occasions/{occasion}", {"notes": "with drums"}),
    ("delete", "occasions/{occasion}", None),
    ("patch", "households/{household}", {"name": "Mine"}),
]


def moments() -> dict[str, Any]:
    """What there is, and when it was last changed."""
    models = (GiftList, ListItem, ItemPlan, Gift, Claim, ListShare, Person, Occasion, Activity)
    return {model.__name__: list(model.objects.order_by("pk").values_list("pk", "updated_at")) for model in models}


def test_a_guest_changes_nothing_of_what_they_only_see(family: Family, gus: Member, item: ListItem):
    claim = claim_item(viewer=family.ada.viewer, item_id=item.pk)
    Membership.objects.filter(user=family.ada.user).update(is_active=False)  # whoever plans may take it over now
    show(family.mia.list(recipient=family.grandpa), gus)
    rows = {
        "list": item.list_id,
        "item": item.pk,
        "gift": item.gift_id,
        "claim": claim.pk,
        "person": family.theo.pk,
        "other": family.grandpa.pk,
        "occasion": item.list.occasion_id,
        "household": family.household.pk,
        "share": item.list.shares.get().pk,
    }
    api, before = gus.api(), moments()
    for method, place, body in FORBIDDEN:
        known = body and {
            name: value.format(**rows) if isinstance(value, str) else value for name, value in body.items()
        }
        answer = getattr(api, method)(f"{API}/{place.format(**rows)}", known)
        assert error(answer) == (403, "RESOURCE_FORBIDDEN"), (method, place, body, answer.content)
        assert moments() == before, (method, place, body)


def test_those_who_plan_may_do_all_that(family: Family, item: ListItem):
    """Or the test above would prove little: the same kite, in a member's hands."""
    api = family.leo.api()
    for place, body in (
        (f"items/{item.pk}", {"note": "blue", "planned_price": "5.00", "stage": "shortlisted"}),
        (f"gifts/{item.gift_id}", {"title": "A drum"}),
        (f"people/{family.theo.pk}", {"notes": "likes drums"}),
        (f"occasions/{item.list.occasion_id}", {"notes": "with drums"}),
    ):
        assert api.patch(f"{API}/{place}", body).status_code == 200


def test_a_guest_claims_moves_and_releases(family: Family, gus: Member, item: ListItem):
    api, place = gus.api(), f"{API}/items/{item.pk}"
    claimed = api.post(f"{place}/claim", {"quantity": 2}).json()
    assert (claimed["my_claim"]["quantity"], claimed["remaining"]) == (2, 1)
    assert claimed["my_claim"]["giver"]["display_name"] == "Gus"
    assert api.post(f"{place}/status", {"status": "ordered"}).json()["my_claim"]["status"] == "ordered"
    mine = f"{API}/claims/{claimed['my_claim']['id']}"
    assert api.patch(mine, {"actual_price": "7.00", "quantity": 1}).json()["actual_price"] == "7.00"
    assert error(api.patch(mine, {"giver": str(family.theo.pk)})) == (403, "RESOURCE_FORBIDDEN")
    assert [row["id"] for row in page(gus, "items?assigned_to=me")] == [str(item.pk)]
    assert api.post(f"{place}/release").json()["my_claim"] is None
    assert api.post(f"{place}/claim", {}).json()["my_claim"]["status"] == "planned"
    assert api.delete(mine).status_code == 204


def test_of_the_last_one_a_guest_gets_none_either(family: Family, gus: Member, item: ListItem):
    claim_item(viewer=family.ada.viewer, item_id=item.pk, quantity=3)
    answer = gus.api().post(f"{API}/items/{item.pk}/claim", {})
    assert error(answer) == (409, "CONFLICT_CLAIM_UNAVAILABLE")


def test_a_guest_who_is_nobody_yet_takes_nothing(family: Family, gus: Member, item: ListItem):
    Membership.objects.filter(user=gus.user).update(person=None)
    assert error(gus.api().post(f"{API}/items/{item.pk}/claim", {})) == (409, "CONFLICT_PERSON_REQUIRED")


@pytest.mark.parametrize("stage", ["idea", "shortlisted"])
def test_back_to_where_the_plan_stands_a_guest_lets_go_and_the_plan_stays(family, gus, item, stage):
    family.mia.api().patch(f"{API}/items/{item.pk}", {"stage": stage, "giver_note": "from all of us"})
    api, place = gus.api(), f"{API}/items/{item.pk}/status"
    api.post(place, {"status": "ordered", "quantity": 1})
    plan = ItemPlan.objects.get(item=item)

    row = api.post(place, {"status": stage}).json()
    assert (row["my_claim"], row["stage"], row["giver_note"]) == (None, stage, "from all of us")
    assert ItemPlan.objects.get(item=item).updated_at == plan.updated_at
    assert Activity.objects.latest("seq").verb == "claim.released"


def test_a_guest_is_told_exactly_the_moves_that_they_have(family: Family, gus: Member, item: ListItem):
    """Each allowed one goes through, and no other does."""
    everything = {"idea", "shortlisted", "dropped", "planned", "buying", "ordered", "delivered", "wrapped", "gifted"}
    api, place = gus.api(), f"{API}/items/{item.pk}"
    allowed = set(api.get(place).json()["allowed_transitions"])

    assert allowed == everything - {"shortlisted", "dropped"}
    for move in sorted(everything):
        assert (api.post(f"{place}/status", {"status": move}).status_code == 200) == (move in allowed), move
    api.post(f"{place}/release")
    family.mia.api().post(f"{place}/status", {"status": "dropped"})
    assert api.get(place).json()["allowed_transitions"] == []
    assert error(api.post(f"{place}/status", {"status": "ordered"})) == (409, "CONFLICT_INVALID_TRANSITION")


def test_what_a_guest_took_stays_taken_when_the_list_is_no_longer_theirs_to_see(family, gus, item):
    """And whoever plans may release it: the guest cannot, and perhaps the only owner must not know of the list."""
    claim = claim_item(viewer=gus.viewer, item_id=item.pk)
    ada = family.ada.api()
    assert error(ada.delete(f"{API}/claims/{claim.pk}")) == (403, "RESOURCE_FORBIDDEN")
    unshare_list(viewer=family.mia.viewer, list_id=item.list_id, share_id=item.list.shares.get().pk)

    assert error(gus.api().delete(f"{API}/claims/{claim.pk}")) == (404, "RESOURCE_NOT_FOUND")
    assert page(gus, "items?assigned_to=me") == []
    assert ada.get(f"{API}/items/{item.pk}").json()["claims"][0]["giver"]["display_name"] == "Gus"
    assert ada.delete(f"{API}/claims/{claim.pk}").status_code == 204


# --- What is their own ---------------------------------------------------------------------------


@pytest.fixture
def former(family: Family) -> Member:
    """Leo, who kept a list for Theo, and is a guest by now."""
    family.leo.add(family.leo.list("For Theo", recipient=family.theo, visibility="household"), "A kite", openly=True)
    Membership.objects.filter(user=family.leo.user).update(role=Role.GUEST)
    return family.leo


def test_who_becomes_a_guest_keeps_what_they_made(family: Family, former: Member):
    api, own = former.api(), GiftList.objects.get()
    item = own.items.get()

    assert api.patch(f"{API}/lists/{own.pk}", {"name": "Theo"}).json()["name"] == "Theo"
    assert api.patch(f"{API}/items/{item.pk}", {"note": "blue", "giver_note": "x"}).json()["note"] == "blue"
    assert api.patch(f"{API}/gifts/{item.gift_id}", {"title": "A red kite"}).json()["title"] == "A red kite"
    added = api.post(f"{API}/lists/{own.pk}/items", {"new_gift": {"title": "A drum"}, "openly": True})
    assert added.status_code == 201
    assert api.patch(f"{API}/lists/{own.pk}", {"visibility": "private"}).status_code == 200
    assert api.delete(f"{API}/lists/{own.pk}").status_code == 204


def test_but_brings_nobody_else_in_and_hides_nothing_any_more(family: Family, former: Member, gus: Member):
    api, own = former.api(), GiftList.objects.get()
    gift = own.items.get().gift_id

    for method, place, body in (
        ("patch", f"lists/{own.pk}", {"visibility": "hidden_from_recipient"}),
        ("post", f"lists/{own.pk}/items", {"new_gift": {"title": "A drum"}}),
        ("post", f"gifts/{gift}/publish", None),
    ):
        assert error(getattr(api, method)(f"{API}/{place}", body)) == (403, "RESOURCE_FORBIDDEN")
    shares = api.post(f"{API}/lists/{own.pk}/shares", {"guest": str(gus.membership.pk)})
    assert shares.json()["error"]["details"] == {"guest": ["There is no such row."]}
    Gift.objects.filter(pk=gift).update(in_catalog=True)
    for answer in (api.patch(f"{API}/gifts/{gift}", {"title": "Mine"}), api.delete(f"{API}/gifts/{gift}")):
        assert error(answer) == (403, "RESOURCE_FORBIDDEN")


def test_a_guest_wishes_on_a_list_that_is_kept_for_them(family: Family, gus: Member):
    kept = family.mia.list("For Gus", kind="wishlist", recipient=gus.person, visibility="household")
    added = gus.api().post(f"{API}/lists/{kept.pk}/items", {"new_gift": {"title": "A drum"}})
    assert added.status_code == 201

    place = f"{API}/items/{added.json()['id']}"
    assert gus.api().patch(place, {"note": "a loud one"}).json()["note"] == "a loud one"
    assert gus.api().delete(place).status_code == 204
    assert error(gus.api().patch(f"{API}/lists/{kept.pk}", {"name": "Mine"})) == (403, "RESOURCE_FORBIDDEN")


# --- Here a guest, there something else ----------------------------------------------------------


@pytest.mark.parametrize("role", [Role.GUEST, Role.MEMBER])
def test_what_somebody_is_next_door_changes_nothing_here(family: Family, neighbour: Member, gus: Member, role: Role):
    next_door = neighbour.person.household
    twin = Person.objects.create(household=next_door, display_name="Gus")
    Membership.objects.create(household=next_door, user=gus.user, person=twin, role=role)
    Person.objects.filter(pk__in=[family.theo.pk, neighbour.person.pk]).update(notes="everything about them")
    here, unseen = family.mia.list(recipient=family.theo), family.mia.list(recipient=family.grandpa)
    there = neighbour.list(recipient=neighbour.person)
    for gift_list, guest in ((here, gus.membership), *([(there, twin.membership)] if role == Role.GUEST else [])):
        ListShare.objects.create(household=gift_list.household, list=gift_list, guest=guest)

    assert {row["id"] for row in page(gus, "lists")} == {str(here.pk), str(there.pk)}
    assert status(gus, f"lists/{unseen.pk}") == status(gus, f"people/{family.grandpa.pk}") == 404
    people = {row["display_name"]: row["notes"] for row in page(gus, "people")}
    about_eve = "everything about them" if role == Role.MEMBER else ""
    assert (people["Theo"], people["Eve"]) == ("", about_eve)
    household = {"household": str(family.household.pk), "name": "Mine"}
    assert error(gus.api().post(f"{API}/lists", household)) == (403, "RESOURCE_FORBIDDEN")
    made = gus.api().post(f"{API}/lists", household | {"household": str(next_door.pk)})
    assert made.status_code == (201 if role == Role.MEMBER else 403)


def test_a_person_put_away_is_shown_to_a_guest_no_more_than_to_others(family: Family, gus: Member):
    show(family.mia.list(recipient=family.theo), gus)
    assert status(gus, f"people/{family.theo.pk}") == 200
    Person.objects.filter(pk=family.theo.pk).update(deleted_at=timezone.now())
    assert status(gus, f"people/{family.theo.pk}") == status(family.mia, f"people/{family.theo.pk}") == 404
