"""Two entries that mean one person become one. Nobody sees more afterwards, and nobody gives to themself."""

from datetime import date
from decimal import Decimal

import pytest

from config.errors import Code, Refusal
from gifts.models import Claim, Comment, GiftList, ListItem
from gifts.services.claims import claim_item, move_item
from gifts.services.merging import merge_people
from households.models import Activity, Membership, Occasion, Person, PersonMember, Role
from households.services.households import create_household
from households.services.occasions import create_occasion
from households.viewer import Viewer
from tests.accounts.steps import error
from tests.cast import Family, Member, make_family
from tests.concurrency import simultaneously


@pytest.fixture
def leonard(family) -> Person:
    """Leo once more, by another name, and without a login."""
    return Person.objects.create(household=family.household, display_name="Leonard")


def merge(actor: Member, source: Person, target: Person):
    return actor.api().post(f"/api/v1/people/{source.pk}/merge", {"into": str(target.pk)})


def couple(family: Family, name: str, *members: Person) -> Person:
    group = Person.objects.create(household=family.household, display_name=name)
    for member in members:
        group.member_links.create(household=family.household, member=member)
    return group


def claim(item: ListItem, giver: Person, **fields) -> Claim:
    return Claim.objects.create(household_id=item.household_id, item=item, giver=giver, **fields)


def test_the_answer_is_who_is_left(family, leonard):
    answer = merge(family.mia, leonard, family.leo.person)
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["display_name"]) == (str(family.leo.person.pk), "Leo")
    assert family.mia.api().get(f"/api/v1/people/{leonard.pk}").status_code == 404


@pytest.mark.parametrize(
    ("source", "target", "actor", "status"),
    [
        ("theo", "grandpa", "ada", 200),
        ("theo", "grandpa", "grandma", 200),
        ("theo", "leo", "ada", 403),
        ("leo", "theo", "ada", 403),
        ("theo", "leo", "leo", 403),
        ("leo", "theo", "leo", 403),
        ("theo", "mia", "mia", 403),
        ("mia", "theo", "mia", 403),
        ("theo", "leo", "mia", 200),
        ("leo", "theo", "mia", 200),
        ("leo", "ada", "mia", 409),
        ("grandparents", "theo", "mia", 400),
        ("theo", "grandparents", "mia", 400),
        ("theo", "theo", "mia", 400),
    ],
)
def test_who_may_merge_whom(family, source, target, actor, status):
    one, other = (getattr(getattr(family, name), "person", getattr(family, name)) for name in (source, target))
    assert merge(getattr(family, actor), one, other).status_code == status
    one.refresh_from_db()
    assert (one.deleted_at is not None) == (status == 200)
    assert Activity.objects.filter(verb="person.merged").exists() == (status == 200)


@pytest.mark.parametrize(("actor", "status"), [("mia", 200), ("ada", 403), ("grandma", 403)])
def test_a_couple_of_somebody_who_signs_in_is_merged_by_an_owner_who_is_none_of_them(family, actor, status):
    other = couple(family, "Theo & Grandpa", family.theo, family.grandpa)
    assert merge(getattr(family, actor), other, family.grandparents).status_code == status


def test_an_owner_who_is_half_of_either_couple_merges_neither(family):
    mine = couple(family, "Mia & Theo", family.mia.person, family.theo)
    for source, target in ((mine, family.grandparents), (family.grandparents, mine)):
        assert error(merge(family.mia, source, target)) == (403, "RESOURCE_FORBIDDEN")


def test_a_stranger_finds_nobody_to_merge(family, neighbour):
    assert error(merge(neighbour, family.theo, family.grandpa)) == (404, "RESOURCE_NOT_FOUND")
    answer = merge(neighbour, neighbour.person, family.theo)
    assert answer.json()["error"]["details"] == {"into": ["There is no such row."]}


def test_two_households_share_nobody(family):
    elsewhere = Person.objects.get(household=create_household(owner=family.mia.user, name="The club"))
    answer = merge(family.mia, family.theo, elsewhere)
    assert answer.json()["error"]["details"] == {"into": ["There is no such person in this household."]}


@pytest.mark.parametrize("body", [{}, {"into": None}, {"into": "x"}, {"onto": "x"}])
def test_it_has_to_be_said_into_whom(family, body):
    answer = family.mia.api().post(f"/api/v1/people/{family.theo.pk}/merge", body)
    assert error(answer) == (400, "VALIDATION_FAILED")


def test_what_was_hidden_from_either_is_hidden_from_the_one(family, leonard):
    surprise = family.ada.list("For Leonard", recipient=leonard)
    gone = family.ada.list("Old", recipient=leonard)
    family.ada.api().delete(f"/api/v1/lists/{gone.pk}")
    party = create_occasion(viewer=family.ada.viewer, name="Party", honoree=leonard, visibility="hidden_from_honoree")
    leo = family.leo.api()
    assert leo.get(f"/api/v1/lists/{surprise.pk}").status_code == 200
    merge(family.mia, leonard, family.leo.person)
    assert leo.get(f"/api/v1/lists/{surprise.pk}").status_code == 404
    assert leo.get(f"/api/v1/occasions/{party.pk}").status_code == 404
    assert not GiftList.objects.filter(recipient=leonard).exists()
    assert not Occasion.objects.filter(honoree=leonard).exists()


def test_a_login_moves_with_its_person(family, leonard):
    for_leo = family.ada.list("For Leo", recipient=family.leo.person)
    merge(family.mia, family.leo.person, leonard)
    assert Membership.objects.get(user=family.leo.user).person == leonard
    assert family.leo.api().get(f"/api/v1/lists/{for_leo.pk}").status_code == 404


def test_what_was_said_about_either_is_said_about_the_one(family, leonard):
    about_him, beside_him = family.ada.say(person=leonard), family.ada.say(person=family.leo.person)
    gone = family.ada.say(person=leonard)
    family.ada.api().delete(f"/api/v1/comments/{gone.pk}")
    path = f"/api/v1/comments?person={family.leo.person.pk}"
    merge(family.mia, leonard, family.leo.person)
    found = family.ada.api().get(path).json()["results"]
    assert [row["id"] for row in found] == [str(beside_him.pk), str(about_him.pk)]
    assert all(row["updated_at"] == row["created_at"] for row in found)
    assert family.leo.api().get(path).json()["results"] == []
    assert not Comment.objects.filter(person=leonard).exists()


def test_what_was_kept_from_either_is_kept_from_the_one(family, leonard):
    open_list = family.mia.list("Open")
    for hidden in ([leonard], [family.leo.person], [leonard, family.leo.person], [leonard, family.ada.person], []):
        family.mia.say(list=open_list, hidden_from=hidden)
    leo, mia, path = family.leo.api(), family.mia.api(), "/api/v1/comments"
    assert len(leo.get(path).json()["results"]) == 3
    merge(family.mia, leonard, family.leo.person)
    kept_from = [[person["display_name"] for person in row["hidden_from"]] for row in mia.get(path).json()["results"]]
    assert kept_from == [[], ["Leo", "Ada"], ["Leo"], ["Leo"], ["Leo"]]
    assert [row["hidden_from"] for row in leo.get(path).json()["results"]] == [[]]


def test_what_is_kept_from_a_couple_is_kept_from_all_of_the_merged_one(family):
    again = couple(family, "Granny & Ada", family.grandma.person, family.ada.person)
    comment = family.mia.say(person=family.theo, hidden_from=[again])
    merge(family.mia, again, family.grandparents)
    assert list(comment.hidden_from.all()) == [family.grandparents]
    for member in (family.grandma, family.ada):
        assert member.api().get(f"/api/v1/comments/{comment.pk}").status_code == 404
    assert family.leo.api().get(f"/api/v1/comments/{comment.pk}").status_code == 200


def test_what_is_kept_from_one_by_the_other_is_kept_from_both_who_are_one(family, leonard):
    """Leo hid it from Leonard, and is Leonard. The others keep it."""
    comment = family.leo.say(person=leonard)
    merge(family.mia, leonard, family.leo.person)
    assert family.leo.api().get(f"/api/v1/comments/{comment.pk}").status_code == 404
    assert family.ada.api().get(f"/api/v1/comments/{comment.pk}").status_code == 200


def test_couples_keep_the_one_who_is_left(family, leonard):
    with_ada = couple(family, "Leonard & Ada", leonard, family.ada.person)
    both = couple(family, "All", leonard, family.leo.person)
    for_two = family.mia.list("For Leonard & Ada", recipient=with_ada)
    merge(family.mia, leonard, family.leo.person)
    assert set(with_ada.members.all()) == {family.leo.person, family.ada.person}
    assert set(both.members.all()) == {family.leo.person}
    assert family.leo.api().get(f"/api/v1/lists/{for_two.pk}").status_code == 404


def test_merged_couples_are_made_of_all_of_them(family):
    again = couple(family, "Granny & Theo", family.grandma.person, family.theo)
    for_both = family.ada.list("For Granny", recipient=again)
    answer = merge(family.mia, again, family.grandparents)
    assert [member["display_name"] for member in answer.json()["members"]] == ["Grandma", "Grandpa", "Theo"]
    for_both.refresh_from_db()
    assert for_both.recipient == family.grandparents
    assert family.grandma.api().get(f"/api/v1/lists/{for_both.pk}").status_code == 404


def test_a_list_that_came_too_late_is_hidden_from_the_one_who_is_left(family, leonard):
    """It was being made for the source while the two were merged: the tombstone goes on meaning the target."""
    merge(family.mia, leonard, family.leo.person)
    late = GiftList.objects.create(
        household=family.household,
        name="Late",
        recipient=leonard,
        owner=family.ada.user,
        visibility="hidden_from_recipient",
    )
    assert family.leo.api().get(f"/api/v1/lists/{late.pk}").status_code == 404
    assert family.ada.api().get(f"/api/v1/lists/{late.pk}").status_code == 200


def test_who_was_merged_twice_is_the_last_one(family, leonard):
    merge(family.mia, leonard, family.theo)
    merge(family.mia, family.theo, family.leo.person)
    assert {leonard.pk, family.theo.pk, family.leo.person.pk} == family.leo.viewer.person_ids


def test_who_is_left_may_become_a_couple_still(family, leonard):
    merge(family.mia, leonard, family.theo)
    answer = family.mia.api().patch(f"/api/v1/people/{family.theo.pk}", {"members": [str(family.grandpa.pk)]})
    assert answer.status_code == 200


def test_who_hid_a_list_from_themself_does_not_decide_about_it(family, leonard):
    """Leo hid something from Leonard, and is Leonard. The other givers keep it, and he never sees it again."""
    mine = family.leo.list("For Leonard", recipient=leonard)
    for_the_couple = family.leo.list("For two", recipient=couple(family, "Leonard & Theo", leonard, family.theo))
    for_ada = family.leo.list("For Ada", recipient=family.ada.person)
    family.ada.add(mine, "Drill")
    merge(family.mia, leonard, family.leo.person)
    leo = family.leo.api()
    for gift_list in (mine, for_the_couple):
        gift_list.refresh_from_db()
        assert gift_list.owner is None
        assert leo.get(f"/api/v1/lists/{gift_list.pk}").status_code == 404
        assert leo.patch(f"/api/v1/lists/{gift_list.pk}", {"visibility": "household"}).status_code == 404
        assert family.ada.api().get(f"/api/v1/lists/{gift_list.pk}").status_code == 200
    for_ada.refresh_from_db()
    assert for_ada.owner == family.leo.user


def test_a_private_list_stays_its_owners_and_conceals_what_is_for_them(family, leonard):
    private = family.leo.list("For Leonard", recipient=leonard, visibility="private")
    item = family.leo.add(private, "Drill")
    merge(family.mia, leonard, family.leo.person)
    shown = family.leo.api().get(f"/api/v1/items/{item.pk}").json()
    assert (shown["claims"], shown["stage"]) == (None, None)
    for other in (family.mia, family.ada):
        assert other.api().get(f"/api/v1/lists/{private.pk}").status_code == 404


def test_an_open_list_becomes_ones_own_wishes_with_its_companion_hidden(family, leonard):
    wishes = family.mia.list("Leonard's wishes", recipient=leonard, visibility="household")
    surprise = family.ada.add(wishes, "Drill")
    wish = family.ada.add(wishes, "Socks", openly=True)
    claim_item(viewer=family.ada.viewer, item_id=wish.pk)
    leo = family.leo.api()
    assert leo.get(f"/api/v1/items/{surprise.pk}").status_code == 200
    merge(family.mia, leonard, family.leo.person)
    assert leo.get(f"/api/v1/items/{surprise.pk}").status_code == 404
    assert leo.get(f"/api/v1/items/{wish.pk}").json()["claims"] is None


def test_claims_move_to_the_giver_who_is_left(family, leonard):
    item = family.mia.add(family.mia.list("For Ada", recipient=family.ada.person), "Bike")
    made = claim(item, leonard, status="ordered")
    merge(family.mia, leonard, family.leo.person)
    made.refresh_from_db()
    assert (made.giver, made.status, made.deleted_at) == (family.leo.person, "ordered", None)
    assert family.leo.api().get(f"/api/v1/items/{item.pk}").json()["my_claim"]["id"] == str(made.pk)


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (
            {"quantity": 2, "status": "wrapped"},
            {"quantity": 1, "status": "ordered"},
            {"quantity": 3, "status": "ordered", "actual_price": None, "gifted_on": None},
        ),
        (
            {"quantity": 1, "status": "planned", "actual_price": "10.00"},
            {"quantity": 1, "status": "buying"},
            {"quantity": 2, "status": "planned", "actual_price": Decimal("10.00")},
        ),
        (
            {"status": "gifted", "gifted_on": date(2026, 1, 2), "actual_price": "10.00"},
            {"status": "gifted", "gifted_on": date(2026, 1, 1), "actual_price": "2.50"},
            {"status": "gifted", "gifted_on": date(2026, 1, 2), "actual_price": Decimal("12.50")},
        ),
        (
            {"status": "gifted", "gifted_on": date(2026, 1, 2)},
            {"status": "buying"},
            {"status": "buying", "gifted_on": None},
        ),
    ],
)
def test_two_claims_on_one_item_become_one(family, leonard, source, target, expected):
    item = family.mia.add(family.mia.list("For Ada", recipient=family.ada.person), "Cups", quantity=5)
    merged, kept = claim(item, leonard, **source), claim(item, family.leo.person, **target)
    merge(family.mia, leonard, family.leo.person)
    assert Claim.objects.alive().get() == kept
    kept.refresh_from_db()
    assert {name: getattr(kept, name) for name in expected} == expected
    merged.refresh_from_db()
    assert merged.deleted_at is not None


def test_a_claim_that_was_released_counts_for_nothing(family, leonard):
    item = family.mia.add(family.mia.list("For Ada", recipient=family.ada.person), "Cups", quantity=5)
    claim(item, leonard, quantity=2, status="ordered", claimed_by=family.mia.user)
    claim_item(viewer=family.leo.viewer, item_id=item.pk, quantity=3)
    family.leo.api().post(f"/api/v1/items/{item.pk}/release")
    merge(family.mia, leonard, family.leo.person)
    kept = Claim.objects.alive().get()
    assert (kept.giver, kept.quantity, kept.status, kept.claimed_by) == (
        family.leo.person,
        2,
        "ordered",
        family.mia.user,
    )


def test_released_claims_of_the_source_are_left_alone(family, leonard):
    item = family.mia.add(family.mia.list("For Ada", recipient=family.ada.person), "Cups")
    claim(item, leonard)
    Claim.objects.update(deleted_at=item.created_at)
    merge(family.mia, leonard, family.leo.person)
    assert not Claim.objects.alive().exists()


def test_nobody_gives_to_themself(family, leonard):
    """What Leo had taken for Leonard is free again; what he had given him stays given."""
    for_leonard = family.mia.list("For Leonard", recipient=leonard)
    taken, given, adas = (family.mia.add(for_leonard, title) for title in ("Drill", "Socks", "Pens"))
    claim_item(viewer=family.leo.viewer, item_id=taken.pk)
    move_item(viewer=family.leo.viewer, item_id=given.pk, status="gifted")
    claim_item(viewer=family.ada.viewer, item_id=adas.pk)
    merge(family.mia, leonard, family.leo.person)
    assert set(Claim.objects.alive().values_list("item", flat=True)) == {given.pk, adas.pk}
    assert family.ada.api().get(f"/api/v1/items/{taken.pk}").json()["remaining"] == 1
    assert Activity.objects.filter(verb="claim.released").count() == 1


@pytest.mark.parametrize("giver", ["half", "couple"])
def test_nobody_gives_to_their_own_couple_nor_the_couple_to_them(family, giver):
    again = couple(family, "Leonard & Ada", family.leo.person, family.ada.person)
    other = couple(family, "Theo & Co.", family.theo)
    if giver == "half":
        item = family.mia.add(family.mia.list("For them", recipient=other), "Lamp")
        made = claim(item, family.leo.person)
    else:
        item = family.mia.add(family.mia.list("For Leo", recipient=family.leo.person), "Lamp")
        made = claim(item, other)
    merge(family.mia, other, again)
    made.refresh_from_db()
    assert made.deleted_at is not None


def test_what_was_known_of_either_is_known_of_the_one(family, leonard):
    Person.objects.filter(pk=leonard.pk).update(
        relationship="son",
        birthdate=date(1999, 1, 1),
        constraints="no nuts",
        notes="likes tea",
        sizes={"shoes": "44", "shirt": "L"},
    )
    Person.objects.filter(pk=family.leo.person.pk).update(
        birthdate=date(1998, 1, 1), constraints="no plushies", notes="likes tea", sizes={"shoes": "43"}
    )
    shown = merge(family.mia, leonard, family.leo.person).json()
    assert (shown["display_name"], shown["relationship"], shown["birthdate"]) == ("Leo", "son", "1998-01-01")
    assert (shown["constraints"], shown["notes"]) == ("no plushies\nno nuts", "likes tea")
    assert shown["sizes"] == {"shoes": "43", "shirt": "L"}


def test_everybody_reads_of_the_merge_and_of_nothing_hidden(family, leonard):
    family.ada.add(family.ada.list("For Leonard", recipient=leonard), "Drill")
    merge(family.mia, leonard, family.leo.person)
    for member in (family.leo, family.ada):
        entry = Activity.objects.visible_to(member.viewer).latest("seq")
        assert (entry.verb, entry.subject_id, entry.actor) == ("person.merged", family.leo.person.pk, family.mia.user)
        assert entry.payload == {"merged": str(leonard.pk)}


def test_the_answer_is_the_same_with_and_without_surprises(family, leonard):
    other = make_family()
    twin = Person.objects.create(household=other.household, display_name="Leonard")
    other.ada.add(other.ada.list("For Leonard", recipient=twin), "Drill")
    plain = merge(family.mia, leonard, family.leo.person).json()
    hiding = merge(other.mia, twin, other.leo.person).json()
    personal = {"id", "household", "created_at", "updated_at"}
    assert {k: v for k, v in plain.items() if k not in personal} == {
        k: v for k, v in hiding.items() if k not in personal
    }


@pytest.mark.django_db(transaction=True)
def test_crosswise_merges_wait_for_each_other():
    """Theo into Grandpa and Grandpa into Theo at once: one wins, the other finds nobody to merge."""
    family = make_family()
    PersonMember.objects.all().delete()
    pairs = [(family.theo.pk, family.grandpa.pk), (family.grandpa.pk, family.theo.pk)]

    def go() -> str:
        source, target = pairs.pop()
        try:
            merge_people(viewer=Viewer.of(family.mia.user), source_id=source, target_id=target)
        except Exception as refusal:
            return str(refusal)
        return "merged"

    assert sorted(simultaneously(go, 2)) == ["RESOURCE_NOT_FOUND", "merged"]
    assert Person.objects.alive().filter(pk__in=[family.theo.pk, family.grandpa.pk]).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_a_merge_and_those_who_put_its_lists_in_order_take_turns(family: Family, leonard: Person, attempt: int):
    """All of them take the list's lock before its items', or two could each wait for the other."""
    wishes = family.leo.list("Wishes", kind="wishlist")
    items = [family.leo.add(wishes, f"Wish {number}") for number in range(4)]
    changes = [lambda: merge(family.mia, leonard, family.leo.person).status_code]
    for item in items:
        clients = [family.leo.api(), family.leo.api()]
        changes += [
            lambda item=item, api=api: (
                api.patch(f"/api/v1/items/{item.pk}", {"position": 1}, headers={"If-Match": "*"}).status_code
            )
            for api in clients
        ]

    assert simultaneously(lambda: changes.pop()(), len(changes)) == [200] * 9


@pytest.mark.django_db(transaction=True)
def test_words_about_somebody_who_is_being_merged_are_not_lost():
    """Ada speaks of Theo while he is merged into Grandpa: it comes in time to go along, or she is told."""
    family = make_family()
    tasks = [
        lambda: family.ada.say(person=family.theo),
        lambda: merge_people(viewer=family.mia.viewer, source_id=family.theo.pk, target_id=family.grandpa.pk),
    ]

    def go() -> str:
        try:
            tasks.pop()()
        except Refusal as refusal:
            return str(refusal)
        return "done"

    outcome = sorted(simultaneously(go, 2))
    said = Comment.objects.visible_to(family.ada.viewer).filter(person=family.grandpa)
    assert (outcome, said.count()) in [(["VALIDATION_FAILED", "done"], 0), (["done", "done"], 1)]
    assert Comment.objects.count() == said.count()


def test_owners_are_asked_for_at_the_moment_of_merging(family, leonard):
    Membership.objects.filter(user=family.ada.user).update(role=Role.OWNER)
    assert merge(family.ada, leonard, family.leo.person).status_code == 200


def test_who_joins_a_couple_while_they_wait_cannot_merge_it_with_what_they_knew(family: Family):
    stale = family.mia.viewer
    family.grandparents.member_links.create(household=family.household, member=family.mia.person)
    others = Person.objects.create(household=family.household, display_name="Others")
    others.member_links.create(household=family.household, member=family.theo)

    with pytest.raises(Refusal) as refused:
        merge_people(viewer=stale, source_id=family.grandparents.pk, target_id=others.pk)
    assert refused.value.code is Code.RESOURCE_FORBIDDEN
