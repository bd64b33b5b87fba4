"""Who may see what: each table reads `thing: who sees it`; everybody else gets the 404 of a thing that never was."""

from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from gifts.models import Claim, GiftList, ItemPlan, ListItem
from gifts.services.claims import claim_item
from gifts.services.items import add_item
from households.models import Membership, Occasion, Person, PersonMember, Role
from households.viewer import Viewer
from tests.cast import Family, Member, join
from tests.factories import UserFactory
from tests.gifts.looking import API, essence

SEES = {
    "open to all": "mia leo ada grandma grandpa",
    "hidden from Leo": "mia ada grandma grandpa",
    "hidden from Mia, who owns the household": "leo ada grandma grandpa",
    "hidden from Ada, who is a superuser": "mia leo grandma grandpa",
    "hidden from the couple": "mia leo ada",
    "private to Mia, for Leo": "mia",
    "private to Leo": "leo",
    "private to the guest": "guest",
    "for an occasion hidden from Leo": "mia ada grandma grandpa",
    "for nobody": "mia leo ada grandma grandpa",
    "Leo's wishes": "mia leo ada grandma grandpa",
    "beside Leo's wishes": "mia ada grandma grandpa",
}


@dataclass
class World:
    """One list of each kind with one item each, and everybody who might look at them."""

    apis: dict[str, APIClient]
    items: dict[str, ListItem] = field(default_factory=dict)

    def answers(self, path: str) -> dict[str, int]:
        return {name: api.get(f"{API}/{path}").status_code for name, api in self.apis.items()}

    def who_finds(self, page: str, pk: object) -> set[str]:
        """Those on whose page of this name the row is."""
        return {
            name
            for name, api in self.apis.items()
            if name != "nobody"
            and str(pk) in {row["id"] for row in api.get(f"{API}/{page}?limit=100").json()["results"]}
        }

    def expected(self, thing: str) -> dict[str, int]:
        seeing = SEES[thing].split()
        return {name: 200 if name in seeing else 404 for name in self.apis} | {"nobody": 401}


@pytest.fixture
def world(family: Family, neighbour: Member) -> World:
    guest, gone = join(family.household, "Gus", Role.GUEST), join(family.household, "Gone")
    Membership.objects.filter(user=gone.user).update(is_active=False)
    family.ada.user.is_superuser = family.ada.user.is_staff = True
    family.ada.user.save()
    grandpas_login = UserFactory(name="Grandpa")
    Membership.objects.create(household=family.household, user=grandpas_login, person=family.grandpa)
    root = UserFactory(name="Root", is_superuser=True, is_staff=True)
    members = {
        "mia": family.mia,
        "leo": family.leo,
        "ada": family.ada,
        "grandma": family.grandma,
        "grandpa": Member(grandpas_login, family.grandpa),
        "guest": guest,
        "gone": gone,
        "root": Member(root, family.theo),
        "eve": neighbour,
    }
    world = World({name: member.api() for name, member in members.items()} | {"nobody": APIClient()})
    for thing, (maker, gift_list) in lists_of(family, guest).items():
        openly = thing != "beside Leo's wishes"
        world.items[thing] = maker.add(gift_list, thing, openly=openly)
    return world


def lists_of(family: Family, guest: Member) -> dict[str, tuple[Member, GiftList]]:
    mia, leo = family.mia, family.leo
    surprise_party = Occasion.objects.create(
        household=family.household, name="Surprise party", honoree=leo.person, visibility=Occasion.Visibility.HIDDEN
    )
    guests_own = GiftList.objects.create(
        household=family.household, name="Mine", owner=guest.user, visibility=GiftList.Visibility.PRIVATE
    )
    wishes = leo.list(kind="wishlist")
    return {
        "open to all": (mia, mia.list(recipient=leo.person, visibility="household")),
        "hidden from Leo": (mia, mia.list(recipient=leo.person)),
        "hidden from Mia, who owns the household": (leo, leo.list(recipient=mia.person)),
        "hidden from Ada, who is a superuser": (leo, leo.list(recipient=family.ada.person)),
        "hidden from the couple": (mia, mia.list(recipient=family.grandparents)),
        "private to Mia, for Leo": (mia, mia.list(recipient=leo.person, visibility="private")),
        "private to Leo": (leo, leo.list(visibility="private")),
        "private to the guest": (guest, guests_own),
        "for an occasion hidden from Leo": (
            mia,
            mia.list(occasion=surprise_party, recipient=family.theo, visibility="household"),
        ),
        "for nobody": (mia, mia.list(kind="idea")),
        "Leo's wishes": (leo, wishes),
        "beside Leo's wishes": (mia, wishes),
    }


@pytest.mark.parametrize("thing", SEES)
def test_a_list_its_items_and_their_gifts_are_seen_by_the_same_people(world: World, thing: str):
    item = world.items[thing]

    expected = world.expected(thing)
    assert world.answers(f"lists/{item.list_id}") == expected
    assert world.answers(f"lists/{item.list_id}/items") == expected
    assert world.answers(f"items/{item.pk}") == expected
    assert world.answers(f"gifts/{item.gift_id}") == expected


@pytest.mark.parametrize("thing", SEES)
def test_pages_hold_what_can_be_fetched_and_nothing_else(world: World, thing: str):
    item = world.items[thing]
    seeing = set(SEES[thing].split())

    assert world.who_finds("items", item.pk) == seeing
    assert world.who_finds("gifts", item.gift_id) == seeing
    # A companion is read as a part of its list.
    assert world.who_finds("lists", item.list_id) == (set() if thing == "beside Leo's wishes" else seeing)


def test_who_belongs_nowhere_gets_empty_pages(world: World):
    for name in ("gone", "root", "guest", "eve"):
        for page in ("lists", "items", "gifts"):
            rows = world.apis[name].get(f"{API}/{page}").json()["results"]
            assert len(rows) == (1 if name == "guest" else 0), (name, page)


@pytest.mark.parametrize("thing", ["hidden from Leo", "private to Mia, for Leo", "beside Leo's wishes"])
def test_what_is_hidden_answers_every_method_like_what_never_was(world: World, thing: str):
    leo, item = world.apis["leo"], world.items[thing]
    claim = claim_item(
        viewer=Viewer.of(Membership.objects.get(role=Role.OWNER, person__display_name="Mia").user), item_id=item.pk
    )
    asked = {
        "lists/{}": (item.list_id, ["get", "patch", "delete"]),
        "lists/{}/items": (item.list_id, ["get", "post"]),
        "items/{}": (item.pk, ["get", "patch", "delete"]),
        "items/{}/claim": (item.pk, ["post"]),
        "items/{}/release": (item.pk, ["post"]),
        "items/{}/status": (item.pk, ["post"]),
        "gifts/{}": (item.gift_id, ["get", "patch", "delete"]),
        "gifts/{}/publish": (item.gift_id, ["post"]),
        "claims/{}": (claim.pk, ["patch", "delete", "get"]),
    }
    for path, (pk, methods) in asked.items():
        for method in methods:
            for body in ({}, {"name": "x", "note": 1, "bogus": True}):
                real = getattr(leo, method)(f"{API}/{path.format(pk)}", body)
                unreal = getattr(leo, method)(f"{API}/{path.format(uuid4())}", body)
                assert real.status_code in {404, 405}, (method, path)
                assert essence(real) == essence(unreal), (method, path)


@pytest.mark.parametrize("thing", ["hidden from Leo", "private to Mia, for Leo", "for an occasion hidden from Leo"])
def test_a_hidden_row_named_in_a_body_is_refused_like_one_that_never_was(world: World, family: Family, thing: str):
    leo, item = world.apis["leo"], world.items[thing]
    own = family.leo.list("Mine")
    hidden_occasion = Occasion.objects.get(name="Surprise party")
    for path, name, hidden in (
        (f"lists/{own.pk}/items", "gift", item.gift_id),
        ("lists", "occasion", hidden_occasion.pk),
    ):
        real = leo.post(f"{API}/{path}", {"name": "x", name: str(hidden)} if path == "lists" else {name: str(hidden)})
        unreal = leo.post(
            f"{API}/{path}", {"name": "x", name: str(uuid4())} if path == "lists" else {name: str(uuid4())}
        )
        assert real.status_code == 400
        assert essence(real) == essence(unreal)


GIVERS_SIDE = {
    "status",
    "stage",
    "planned_price",
    "giver_note",
    "withdrawn",
    "remaining",
    "over_claimed",
    "claims",
    "my_claim",
    "allowed_transitions",
}


def test_the_givers_side_is_null_for_recipients_in_the_same_shape(world: World, family: Family):
    item = world.items["open to all"]
    claim_item(viewer=family.ada.viewer, item_id=item.pk)
    seen = {name: world.apis[name].get(f"{API}/items/{item.pk}").json() for name in SEES["open to all"].split()}

    assert {name for name, row in seen.items() if all(row[field] is None for field in GIVERS_SIDE)} == {"leo"}
    assert len({tuple(row) for row in seen.values()}) == 1
    assert seen["mia"]["claims"][0]["giver"]["display_name"] == "Ada"
    assert seen["mia"]["my_claim"] is None
    assert seen["ada"]["my_claim"] == seen["mia"]["claims"][0]
    assert {key: seen["leo"][key] for key in seen["leo"] if key not in GIVERS_SIDE} == {
        key: seen["mia"][key] for key in seen["mia"] if key not in GIVERS_SIDE
    }


def test_both_halves_of_a_couple_are_its_recipient(world: World, family: Family):
    item = family.mia.add(
        family.mia.list(recipient=family.grandparents, visibility="household"), "A cruise", openly=True
    )
    for name in ("grandma", "grandpa"):
        row = world.apis[name].get(f"{API}/items/{item.pk}").json()
        assert {row[field] for field in GIVERS_SIDE} == {None}
        assert world.apis[name].post(f"{API}/items/{item.pk}/claim", {}).status_code == 403


def test_claims_and_plans_go_through_the_same_door(world: World, family: Family):
    """`thing: who sees the claims and plans of its items`, as the models' own door has it."""
    known = {
        "open to all": {"mia", "ada"},
        "hidden from Leo": {"mia", "ada"},
        "hidden from Mia, who owns the household": {"leo", "ada"},
        "hidden from Ada, who is a superuser": {"leo", "mia"},
        "private to Mia, for Leo": {"mia"},
        "Leo's wishes": {"mia", "ada"},
        "for nobody": {"mia", "leo", "ada"},
    }
    viewers = {name: getattr(family, name).viewer for name in ("mia", "leo", "ada")}
    for thing, expected in known.items():
        item = world.items[thing]
        claim = Claim.objects.create(household=family.household, item=item, giver=family.theo)
        for model, row in ((Claim, claim), (ItemPlan, item.plan)):
            found = {name for name, viewer in viewers.items() if model.objects.visible_to(viewer).filter(pk=row.pk)}
            assert found == expected, (thing, model)
            assert not model.objects.visible_to(None).exists()


@pytest.mark.parametrize("change", [{"archived_at": timezone.now}, {"deleted_at": timezone.now}])
def test_nobody_sees_again_because_their_person_is_archived_or_deleted(family: Family, change: dict):
    own = family.mia.add(family.mia.list(recipient=family.leo.person))
    couples = family.mia.add(family.mia.list(recipient=family.grandparents))
    open_item = family.mia.add(family.leo.list(kind="wishlist"), openly=True)
    values = {name: now() for name, now in change.items()}
    Person.objects.filter(pk__in=[family.leo.person.pk, family.grandparents.pk, family.grandma.person.pk]).update(
        **values
    )

    assert family.leo.api().get(f"{API}/items/{own.pk}").status_code == 404
    assert family.grandma.api().get(f"{API}/items/{couples.pk}").status_code == 404
    assert family.leo.api().get(f"{API}/items/{open_item.pk}").json()["claims"] is None
    assert family.leo.api().post(f"{API}/items/{open_item.pk}/claim", {}).status_code == 403


def test_who_joins_a_couple_goes_blind_even_to_a_list_of_their_own(family: Family):
    gift_list = family.ada.list(recipient=family.grandparents)
    item = family.ada.add(gift_list)
    PersonMember.objects.create(household=family.household, group=family.grandparents, member=family.ada.person)

    for path in (f"lists/{gift_list.pk}", f"items/{item.pk}", f"gifts/{item.gift_id}"):
        assert family.ada.api().get(f"{API}/{path}").status_code == 404


def test_who_is_nobody_in_particular_yet_sees_what_members_see(family: Family):
    newcomer = UserFactory()
    Membership.objects.create(household=family.household, user=newcomer)
    item = family.mia.add(family.mia.list(recipient=family.leo.person))
    api = Member(newcomer, family.theo).api()

    assert api.get(f"{API}/items/{item.pk}").json()["allowed_transitions"]
    assert api.post(f"{API}/items/{item.pk}/claim", {}).json()["error"]["code"] == "CONFLICT_PERSON_REQUIRED"


def test_blindness_reaches_across_households(family: Family, neighbour: Member):
    """Leo belongs to both households; being an owner next door opens nothing at home."""
    Membership.objects.create(household=neighbour.person.household, user=family.leo.user, role=Role.OWNER)
    hidden = family.mia.add(family.mia.list(recipient=family.leo.person))
    next_door = neighbour.add(neighbour.list(visibility="household"))

    leo = family.leo.api()
    assert leo.get(f"{API}/items/{hidden.pk}").status_code == 404
    assert leo.get(f"{API}/items/{next_door.pk}").status_code == 200
    assert neighbour.api().get(f"{API}/items/{hidden.pk}").status_code == 404


def test_pages_can_be_narrowed_to_one_household(family: Family, neighbour: Member):
    Membership.objects.create(household=neighbour.person.household, user=family.leo.user)
    home, next_door = family.mia.add(family.mia.list()), neighbour.add(neighbour.list())
    leo = family.leo.api()

    for page in ("items", "lists", "gifts"):
        both = leo.get(f"{API}/{page}").json()["results"]
        one = leo.get(f"{API}/{page}?household={family.household.pk}").json()["results"]
        assert {row["household"] for row in both} == {str(home.household_id), str(next_door.household_id)}
        assert {row["household"] for row in one} == {str(home.household_id)}


def test_a_guest_makes_no_lists_and_adds_nothing_where_they_could_not_see_it(family: Family):
    guest = join(family.household, "Gus", Role.GUEST)
    assert guest.api().post(f"{API}/lists", {"name": "Mine"}).status_code == 403

    own = GiftList.objects.create(
        household=family.household,
        name="For Leo",
        owner=guest.user,
        recipient=family.leo.person,
        visibility=GiftList.Visibility.HOUSEHOLD,
    )
    answer = guest.api().post(f"{API}/lists/{own.pk}/items", {"new_gift": {"title": "A drum"}})
    assert answer.status_code == 403
    assert not ListItem.objects.exists()
    assert guest.api().get(f"{API}/lists/{own.pk}").status_code == 200


def test_nobody_may_give_what_they_do_not_see(family: Family, neighbour: Member):
    item = family.mia.add(family.mia.list(recipient=family.leo.person))
    gift = neighbour.add(neighbour.list()).gift

    assert neighbour.api().post(f"{API}/items/{item.pk}/claim", {}).status_code == 404
    answer = family.mia.api().post(f"{API}/lists/{item.list_id}/items", {"gift": str(gift.pk)})
    assert answer.json()["error"]["details"] == {"gift": ["There is no such row."]}


def test_a_gift_of_one_household_never_stands_on_a_list_of_another(family: Family, neighbour: Member):
    Membership.objects.create(household=neighbour.person.household, user=family.leo.user)
    gift, next_door = family.mia.add(family.mia.list()).gift, neighbour.list()

    answer = family.leo.api().post(f"{API}/lists/{next_door.pk}/items", {"gift": str(gift.pk)})
    assert answer.status_code == 400
    with pytest.raises(Exception, match="VALIDATION_FAILED"):
        add_item(viewer=family.leo.viewer, list_id=next_door.pk, gift_id=gift.pk)
