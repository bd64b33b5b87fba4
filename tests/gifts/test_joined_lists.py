"""A list and its companion, read as one by those who give."""

from gifts.models import ListItem
from gifts.services.claims import claim_item
from gifts.services.items import delete_item
from households.models import PersonMember
from tests.cast import Family, Member
from tests.gifts.looking import API


def joined(family: Family) -> tuple[str, dict[str, ListItem]]:
    wishlist = family.leo.list("Wishes", kind="wishlist")
    items = {"a": family.leo.add(wishlist, "a"), "hidden 1": family.mia.add(wishlist, "hidden 1")}
    items |= {"b": family.leo.add(wishlist, "b"), "hidden 2": family.mia.add(wishlist, "hidden 2")}
    return f"{API}/lists/{wishlist.pk}/items", items


def read(reader: Member, path: str) -> list[tuple[str, int]]:
    return [(row["gift"]["title"], row["position"]) for row in reader.api().get(path).json()["results"]]


def test_positions_are_counted_through_for_givers(family: Family):
    path, _ = joined(family)

    assert read(family.mia, path) == [("a", 1), ("b", 2), ("hidden 1", 3), ("hidden 2", 4)]
    assert read(family.leo, path) == [("a", 1), ("b", 2)]


def test_a_giver_moves_a_surprise_to_the_place_that_they_read(family: Family):
    path, items = joined(family)

    moved = family.mia.api().patch(f"{API}/items/{items['hidden 2'].pk}", {"position": 3})

    assert moved.json()["position"] == 3
    assert read(family.mia, path) == [("a", 1), ("b", 2), ("hidden 2", 3), ("hidden 1", 4)]
    assert read(family.leo, path) == [("a", 1), ("b", 2)]


def test_a_companion_of_a_closed_list_counts_from_one(family: Family):
    path, items = joined(family)
    family.leo.api().patch(path.removesuffix("/items"), {"visibility": "private"})

    rows = family.mia.api().get(f"{API}/lists/{items['hidden 1'].list_id}/items").json()["results"]

    assert [row["position"] for row in rows] == [1, 2]


def test_a_page_of_a_joined_list_goes_on_where_it_ended(family: Family):
    path, _ = joined(family)
    mia = family.mia.api()
    page = mia.get(f"{path}?limit=3").json()

    rows = page["results"] + mia.get(page["next"]).json()["results"]

    assert [row["gift"]["title"] for row in rows] == ["a", "b", "hidden 1", "hidden 2"]


def test_filtering_items_by_a_list_finds_what_is_hidden_beside_it(family: Family):
    _, items = joined(family)
    filtered = f"{API}/items?list={items['a'].list_id}"

    assert len(family.mia.api().get(filtered).json()["results"]) == 4
    assert len(family.leo.api().get(filtered).json()["results"]) == 2


def test_what_was_taken_off_while_a_list_was_hidden_does_not_come_back_as_it_was(family: Family):
    """Leo puts a catalog gift on the list once it is open: the row that Mia had put there tells him nothing."""
    surprises = family.mia.list("For Leo", recipient=family.leo.person)
    kite = family.mia.api().post(f"{API}/gifts", {"title": "A kite"}).json()["id"]
    put = family.mia.api().post(f"{API}/lists/{surprises.pk}/items", {"gift": kite}).json()
    claim_item(viewer=family.ada.viewer, item_id=put["id"])
    delete_item(viewer=family.mia.viewer, item_id=put["id"])
    opened = family.mia.api().patch(f"{API}/lists/{surprises.pk}", {"visibility": "household"})
    assert opened.status_code == 200

    row = family.leo.api().post(f"{API}/lists/{surprises.pk}/items", {"gift": kite}).json()

    assert row["id"] != put["id"]
    assert row["created_at"] > opened.json()["updated_at"]
    assert family.ada.api().get(f"{API}/items/{put['id']}").json()["withdrawn"] is True


def test_only_what_one_takes_oneself_is_assigned_to_one(family: Family):
    """A couple that Grandma is half of takes something: that is the couple's, as `my_claim` says, too."""
    item = family.mia.add(family.mia.list("For Theo", recipient=family.theo))
    claim = claim_item(viewer=family.mia.viewer, item_id=item.pk)
    family.mia.api().patch(f"{API}/claims/{claim.pk}", {"giver": str(family.grandparents.pk)})
    assert PersonMember.objects.filter(group=family.grandparents, member=family.grandma.person).exists()

    grandma = family.grandma.api()
    assert grandma.get(f"{API}/items/{item.pk}").json()["my_claim"] is None
    assert grandma.get(f"{API}/items?assigned_to=me").json()["results"] == []
