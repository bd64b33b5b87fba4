"""Showing a list to a guest: who may, which lists, to whom, and until when."""

from contextlib import suppress

import pytest

from config.errors import Refusal
from gifts.models import GiftList, ListShare
from gifts.services.lists import update_list
from gifts.services.shares import share_list
from households.models import Activity, Occasion, Role
from households.services.households import create_household
from households.services.members import remove_member, update_member
from tests.accounts.steps import error
from tests.cast import Family, Member, found, join, make_family
from tests.concurrency import simultaneously
from tests.gifts.looking import API, NEVER


@pytest.fixture
def gus(family: Family) -> Member:
    return join(family.household, "Gus", Role.GUEST)


def path(gift_list: GiftList, share: ListShare | None = None) -> str:
    return f"{API}/lists/{gift_list.pk}/shares" + (f"/{share.pk}" if share else "")


def share(actor: Member, gift_list: GiftList, guest: Member):
    return actor.api().post(path(gift_list), {"guest": str(guest.membership.pk)})


def shared(gift_list: GiftList, guest: Member) -> ListShare:
    return ListShare.objects.create(household=gift_list.household, list=gift_list, guest=guest.membership)


def guests_of(actor: Member, gift_list: GiftList) -> list[str]:
    rows = actor.api().get(path(gift_list)).json()["results"]
    return sorted(row["guest"]["person"]["display_name"] for row in rows)


WHO = {
    # Leo made it, for Theo; Mia owns the household
    "leo": (200, 201, 204),
    "mia": (200, 201, 204),
    "ada": (200, 403, 403),
    "gus": (404, 404, 404),
    "eve": (404, 404, 404),
}


@pytest.mark.parametrize(("who", "statuses"), WHO.items(), ids=WHO)
def test_who_may_read_share_and_unshare(family: Family, neighbour: Member, gus: Member, who, statuses):
    gift_list, ruth = family.leo.list("For Theo", recipient=family.theo), join(family.household, "Ruth", Role.GUEST)
    api = {"gus": gus, "eve": neighbour}.get(who, getattr(family, who, None)).api()
    theirs = shared(gift_list, ruth)

    assert api.get(path(gift_list)).status_code == statuses[0]
    assert api.post(path(gift_list), {"guest": str(gus.membership.pk)}).status_code == statuses[1]
    assert api.delete(path(gift_list, theirs)).status_code == statuses[2]
    assert ListShare.objects.filter(guest=gus.membership).exists() == (statuses[1] == 201)
    assert ListShare.objects.filter(pk=theirs.pk).exists() == (statuses[2] != 204)


def test_a_share_says_who_sees_what(family: Family, gus: Member):
    gift_list = family.leo.list("For Theo", recipient=family.theo)
    row = share(family.leo, gift_list, gus).json()

    assert row["list"] == str(gift_list.pk)
    assert row["household"] == str(family.household.pk)
    assert row["guest"]["id"] == str(gus.membership.pk)
    assert (row["guest"]["user"]["name"], row["guest"]["person"]["display_name"]) == ("Gus", "Gus")
    assert gus.api().get(f"{API}/lists/{gift_list.pk}").status_code == 200


def test_sharing_twice_is_answered_with_what_is_there(family: Family, gus: Member):
    gift_list = family.leo.list("For Theo", recipient=family.theo)
    first, second = share(family.leo, gift_list, gus), share(family.mia, gift_list, gus)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Activity.objects.filter(verb="list.shared").count() == 1


def test_both_stand_in_the_diary_as_secret_as_the_list(family: Family, gus: Member):
    gift_list = family.leo.list("For Theo", recipient=family.theo)
    made = share(family.mia, gift_list, gus).json()
    family.leo.api().delete(f"{path(gift_list)}/{made['id']}")

    entries = Activity.objects.filter(verb__in=["list.shared", "list.unshared"]).order_by("seq")
    assert [(entry.verb, entry.actor.name) for entry in entries] == [("list.shared", "Mia"), ("list.unshared", "Leo")]
    for entry in entries:
        assert (entry.subject_type, entry.subject_id) == ("giftlist", gift_list.pk)
        assert entry.payload == {"guest": str(gus.membership.pk)}


def test_nothing_about_the_list_itself_changes(family: Family, gus: Member):
    gift_list = family.leo.list("Wishes", kind="wishlist")
    before = family.leo.api().get(f"{API}/lists/{gift_list.pk}").content
    share(family.leo, gift_list, gus)

    assert family.leo.api().get(f"{API}/lists/{gift_list.pk}").content == before


def test_those_who_plan_read_all_shares_and_a_guest_their_own(family: Family, gus: Member):
    ruth, gift_list = join(family.household, "Ruth", Role.GUEST), family.leo.list("For Theo", recipient=family.theo)
    for guest in (gus, ruth):
        shared(gift_list, guest)

    assert guests_of(family.ada, gift_list) == ["Gus", "Ruth"]
    assert guests_of(gus, gift_list) == ["Gus"]
    assert error(gus.api().delete(path(gift_list, ListShare.objects.get(guest=gus.membership))))[0] == 403
    assert error(gus.api().delete(path(gift_list, ListShare.objects.get(guest=ruth.membership))))[0] == 404


def test_a_recipient_finds_no_shares_of_what_is_hidden_from_them(family: Family, gus: Member):
    """Nor can they share it, though they own the household."""
    gift_list = family.leo.list("For Mia", recipient=family.mia.person)
    hidden = shared(gift_list, gus)
    mia = family.mia.api()
    for answer in (mia.get(path(gift_list)), mia.delete(path(gift_list, hidden)), share(family.mia, gift_list, gus)):
        assert error(answer) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize(
    ("whom", "message"),
    [
        ("a member", "This is no guest: whoever plans here sees the list anyway."),
        ("who has left", "This is no guest: whoever plans here sees the list anyway."),
        ("next door", "There is no such guest in this household."),
        ("somebody else's guest", "There is no such row."),
        ("nobody", "There is no such row."),
    ],
)
def test_only_a_guest_of_this_household_is_shown_a_list(family, neighbour, gus, whom, message):
    club = create_household(owner=family.mia.user, name="The club")
    gone = join(family.household, "Gone", Role.GUEST)
    remove_member(viewer=family.mia.viewer, membership_id=gone.membership.pk)
    guest = {
        "a member": lambda: family.leo.membership.pk,
        "who has left": lambda: gone.membership.pk,
        "next door": lambda: join(club, "Clubber", Role.GUEST).membership.pk,
        "somebody else's guest": lambda: join(neighbour.person.household, "Zed", Role.GUEST).membership.pk,
        "nobody": lambda: NEVER,
    }[whom]()
    gift_list = family.mia.list("For Theo", household=family.household, recipient=family.theo)

    answer = family.mia.api().post(path(gift_list), {"guest": str(guest)})
    assert answer.json()["error"]["details"] == {"guest": [message]}
    assert not ListShare.objects.exists()


@pytest.mark.parametrize("visibility", ["household", "hidden_from_recipient"])
@pytest.mark.parametrize("recipient", ["gus", "couple"])
def test_a_list_is_never_shared_with_its_recipient(family, gus, visibility, recipient):
    couple = family.grandparents
    couple.member_links.create(household=family.household, member=gus.person)
    gift_list = family.mia.list(recipient={"gus": gus.person, "couple": couple}[recipient], visibility=visibility)

    answer = share(family.mia, gift_list, gus)
    assert answer.json()["error"]["details"] == {"guest": ["The list is for them, so it cannot be shared with them."]}
    assert not ListShare.objects.exists()


def test_nor_with_whom_its_occasion_is_hidden_from(family: Family, gus: Member):
    party = Occasion.objects.create(
        household=family.household, name="Party", honoree=gus.person, visibility=Occasion.Visibility.HIDDEN
    )
    gift_list = family.mia.list(occasion=party, recipient=family.theo)

    answer = share(family.mia, gift_list, gus)
    assert answer.json()["error"]["details"] == {"guest": ["The occasion is hidden from them."]}


def test_a_private_list_is_not_shared(family: Family, gus: Member):
    gift_list = family.leo.list("Mine", visibility="private")

    assert error(share(family.leo, gift_list, gus)) == (409, "CONFLICT_STATE")
    assert error(share(family.mia, gift_list, gus)) == (404, "RESOURCE_NOT_FOUND")
    assert not ListShare.objects.exists()


def test_closing_a_list_ends_its_shares_for_good(family: Family, gus: Member):
    gift_list = family.leo.list("For Theo", recipient=family.theo)
    shared(gift_list, gus)
    for visibility in ("private", "household"):
        answer = family.leo.api().patch(f"{API}/lists/{gift_list.pk}", {"visibility": visibility})
        assert answer.status_code == 200
        assert gus.api().get(f"{API}/lists/{gift_list.pk}").status_code == 404
    assert guests_of(family.leo, gift_list) == []


def test_what_is_beside_a_wishlist_is_shared_by_an_owner_of_the_household(family: Family, gus: Member):
    """It belongs to nobody in particular."""
    companion = family.ada.add(family.leo.list("Wishes", kind="wishlist"), "A lamp").list

    assert error(share(family.ada, companion, gus)) == (403, "RESOURCE_FORBIDDEN")
    assert error(share(family.leo, companion, gus)) == (404, "RESOURCE_NOT_FOUND")
    assert share(family.mia, companion, gus).status_code == 201


@pytest.mark.parametrize("body", [{}, {"guest": None}, {"guest": "x"}, {"guest": [], "list": "x"}])
def test_it_has_to_be_said_with_whom(family: Family, body):
    answer = family.mia.api().post(path(family.mia.list()), body)
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert set(answer.json()["error"]["details"]) == {"guest", *body}


def test_a_share_is_found_under_its_own_list_only(family: Family, gus: Member):
    one, other = family.mia.list("One"), family.mia.list("Other")
    row = shared(one, gus)

    assert error(family.mia.api().delete(path(other, row))) == (404, "RESOURCE_NOT_FOUND")
    assert ListShare.objects.filter(pk=row.pk).exists()


def test_who_is_no_guest_any_more_keeps_no_share(family: Family, gus: Member):
    gift_list, mia = family.mia.list("For Theo", recipient=family.theo), family.mia.viewer
    pk = gus.membership.pk
    ways = {
        "a member and a guest again": [{"role": Role.MEMBER}, {"role": Role.GUEST}],
        "out and in again": [{"is_active": False}, {"is_active": True}],
    }
    for name, changes in ways.items():
        shared(gift_list, gus)
        for change in changes:
            update_member(viewer=mia, membership_id=pk, **change)
        assert gus.api().get(f"{API}/lists/{gift_list.pk}").status_code == 404, name
        assert not ListShare.objects.exists(), name
    shared(gift_list, gus)
    remove_member(viewer=mia, membership_id=pk)
    assert not ListShare.objects.exists()


def test_a_former_guest_sees_nothing_even_if_a_share_was_left(family: Family, gus: Member):
    """The door does not rely on the rows having been cleared away."""
    gift_list = family.mia.list("For Theo", recipient=family.theo)
    item = family.mia.add(gift_list)
    remove_member(viewer=family.mia.viewer, membership_id=gus.membership.pk)
    shared(gift_list, gus)

    for place in (f"lists/{gift_list.pk}", f"items/{item.pk}", f"gifts/{item.gift_id}", f"people/{family.theo.pk}"):
        assert gus.api().get(f"{API}/{place}").status_code == 404
    assert not ListShare.objects.visible_to(gus.viewer).exists()


def test_a_member_with_a_share_left_sees_no_more_by_it(family: Family, neighbour: Member):
    """As a guest next door they hold shares there; a share here would be none of a guest."""
    gift_list = family.mia.list("For Leo", recipient=family.leo.person)
    shared(gift_list, family.leo)
    found("Further off", "Sam")

    assert family.leo.api().get(f"{API}/lists/{gift_list.pk}").status_code == 404
    assert not ListShare.objects.visible_to(family.leo.viewer).exists()
    assert not ListShare.objects.visible_to(neighbour.viewer).exists()
    assert not ListShare.objects.visible_to(None).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("meanwhile", ["they become a member", "the list is closed"])
def test_no_share_outlives_what_ends_it_at_the_same_moment(meanwhile: str):
    family = make_family()
    gus, gift_list = join(family.household, "Gus", Role.GUEST), family.mia.list("For Theo", recipient=family.theo)
    mia, guest = family.mia.viewer, gus.membership
    deeds = [
        lambda: share_list(viewer=mia, list_id=gift_list.pk, guest=guest),
        {
            "they become a member": lambda: update_member(viewer=mia, membership_id=guest.pk, role=Role.MEMBER),
            "the list is closed": lambda: update_list(
                viewer=mia, list_id=gift_list.pk, changes={"visibility": "private"}
            ),
        }[meanwhile],
    ]

    def act() -> None:
        with suppress(Refusal):
            deeds.pop()()

    simultaneously(act, 2)
    assert not ListShare.objects.exists()
