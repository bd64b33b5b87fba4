"""Words on gifts: public as words, and as secret as the gift that they are on."""

import pytest
from rest_framework.test import APIClient

from gifts.models import Gift, GiftTag, ListItem, ListShare
from households.models import Activity, Role, Tag
from households.services.tags import create_tag, put_tags
from tests.accounts.steps import error
from tests.cast import Family, Member, join
from tests.gifts.looking import API, NEVER


@pytest.fixture
def wool(family: Family) -> Tag:
    return a_tag(family, "Wool")


@pytest.fixture
def books(family: Family) -> Tag:
    return a_tag(family, "Books")


def a_tag(family: Family, name: str) -> Tag:
    return create_tag(viewer=family.mia.viewer, name=name, kind="mood", colour="#aabbcc")[0]


def ids(*tags: Tag) -> list[str]:
    return [str(tag.pk) for tag in tags]


def names(row: dict) -> list[str]:
    return [tag["name"] for tag in row["tags"]]


def found(api: APIClient, route: str, *tags) -> list[str]:
    rows = api.get(f"{API}/{route}", {"tag": [str(tag) for tag in tags]}).json()["results"]
    return sorted((row.get("gift") or row)["title"] for row in rows)


def test_a_gift_is_made_with_tags_and_loses_them(family: Family, wool: Tag, books: Tag):
    leo = family.leo.api()
    made = leo.post(f"{API}/gifts", {"title": "A kite", "tags": ids(wool, books)}).json()
    assert made["tags"] == [
        {"id": str(books.pk), "name": "Books", "kind": "mood", "colour": "#aabbcc"},
        {"id": str(wool.pk), "name": "Wool", "kind": "mood", "colour": "#aabbcc"},
    ]
    path = f"{API}/gifts/{made['id']}"
    assert names(leo.patch(path, {"tags": ids(wool), "title": "A book"}).json()) == ["Wool"]
    assert leo.patch(path, {"tags": []}).json()["tags"] == leo.get(path).json()["tags"] == []
    assert not GiftTag.objects.exists()


def test_a_gift_made_on_a_list_has_them_too_and_shows_them_on_its_item(family: Family, wool: Tag):
    theos = family.mia.list("For Theo", recipient=family.theo)
    new_gift = {"title": "A kite", "tags": ids(wool)}
    item = family.ada.api().post(f"{API}/lists/{theos.pk}/items", {"new_gift": new_gift}).json()
    assert names(item["gift"]) == ["Wool"]
    for path in (f"items/{item['id']}", f"gifts/{item['gift']['id']}"):
        row = family.leo.api().get(f"{API}/{path}").json()
        assert names(row.get("gift") or row) == ["Wool"]


def test_a_gift_counts_as_changed_by_its_tags(family: Family, wool: Tag):
    leo = family.leo.api()
    made = leo.post(f"{API}/gifts", {"title": "A kite"}).json()
    path = f"{API}/gifts/{made['id']}"
    after = leo.patch(path, {"tags": ids(wool)}).json()
    assert after["updated_at"] > made["updated_at"]
    assert leo.patch(path, {"tags": ids(wool)}).json() == after
    assert Activity.objects.get(verb="gift.updated").payload == {"fields": ["tags"]}
    assert Gift.objects.get().search_text == "a kite\n"


def test_tagging_is_for_those_who_may_change_the_gift(family: Family, wool: Tag):
    row = family.leo.api().post(f"{API}/gifts", {"title": "A kite"}).json()
    path, body = f"{API}/gifts/{row['id']}", {"tags": ids(wool)}
    assert error(family.ada.api().patch(path, body)) == (403, "RESOURCE_FORBIDDEN")
    assert family.mia.api().patch(path, body).status_code == 200


def test_a_gift_takes_existing_tags_of_its_household_only(family: Family, neighbour: Member, wool: Tag):
    hers, _ = create_tag(viewer=neighbour.viewer, name="Hers")
    family.mia.api().delete(f"{API}/tags/{wool.pk}")
    leo = family.leo.api()
    refusals = [
        leo.post(f"{API}/gifts", {"title": "A kite", "tags": [tag]}) for tag in (str(hers.pk), str(wool.pk), str(NEVER))
    ]
    assert [error(answer) for answer in refusals] == [(400, "VALIDATION_FAILED")] * 3
    assert len({str(answer.json()["error"]["details"]) for answer in refusals}) == 1
    assert error(leo.post(f"{API}/gifts", {"title": "A kite", "tags": ["Wool"]})) == (400, "VALIDATION_FAILED")
    assert not Gift.objects.exists()


def test_gifts_and_items_are_found_by_all_of_several_tags(family: Family, wool: Tag, books: Tag):
    theos = family.mia.list("For Theo", recipient=family.theo)
    for title, tags in {"Socks": [wool], "Pattern book": [wool, books], "Kite": []}.items():
        put_tags(family.mia.add(theos, title).gift, tags)
    leo = family.leo.api()
    for route in ("gifts", "items", f"lists/{theos.pk}/items"):
        assert found(leo, route, wool.pk) == ["Pattern book", "Socks"]
        assert found(leo, route, wool.pk, books.pk) == ["Pattern book"]
        assert found(leo, route, NEVER) == found(leo, route, wool.pk, NEVER) == []
        assert found(leo, route) == ["Kite", "Pattern book", "Socks"]
    family.mia.api().delete(f"{API}/tags/{books.pk}")
    assert found(leo, "gifts", books.pk) == []
    assert names(leo.get(f"{API}/gifts/{Gift.objects.get(title='Pattern book').pk}").json()) == ["Wool"]


def test_a_stranger_finds_nothing_by_a_tag(family: Family, neighbour: Member, wool: Tag):
    put_tags(Gift.objects.get(pk=family.leo.api().post(f"{API}/gifts", {"title": "A"}).json()["id"]), [wool])
    for route in ("gifts", "items", "people"):
        assert neighbour.api().get(f"{API}/{route}?tag={wool.pk}").json()["results"] == []


def test_a_recipient_finds_no_surprise_by_its_tag(family: Family, wool: Tag):
    wish = family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Socks")
    surprise = family.mia.add(family.mia.list(recipient=family.leo.person), "Scarf")
    beside = family.ada.add(wish.list, "Hat")
    for item in (wish, surprise, beside):
        put_tags(item.gift, [wool])
    assert found(family.leo.api(), "items", wool.pk) == found(family.leo.api(), "gifts", wool.pk) == ["Socks"]
    assert found(family.ada.api(), "items", wool.pk) == ["Hat", "Scarf", "Socks"]


@pytest.fixture
def shared(family: Family, wool: Tag) -> tuple[Member, ListItem]:
    """A guest, and an item on a list shown to them."""
    item = family.mia.add(family.mia.list("For Theo", recipient=family.theo), "Socks")
    put_tags(item.gift, [wool])
    guest = join(family.household, "Gus", role=Role.GUEST)
    ListShare.objects.create(household=family.household, list=item.list, guest=guest.membership)
    return guest, item


def test_a_guest_reads_the_tags_of_a_gift_they_see_and_no_other(family: Family, shared, wool: Tag, books: Tag):
    guest, item = shared
    put_tags(family.mia.add(family.mia.list("For Ada", recipient=family.ada.person), "Book").gift, [wool, books])
    api = guest.api()
    assert names(api.get(f"{API}/items/{item.pk}").json()["gift"]) == ["Wool"]
    assert names(api.get(f"{API}/gifts/{item.gift_id}").json()) == ["Wool"]
    assert found(api, "items", wool.pk) == ["Socks"]
    assert found(api, "gifts", books.pk) == []
    assert api.get(f"{API}/tags").json()["results"] == []
    assert api.get(f"{API}/tags/{wool.pk}").status_code == 404


def test_of_a_person_a_guest_learns_no_tag(family: Family, shared, wool: Tag):
    guest, _ = shared
    put_tags(family.theo, [wool])
    assert guest.api().get(f"{API}/people/{family.theo.pk}").json()["tags"] == []
    assert guest.api().get(f"{API}/people?tag={wool.pk}").json()["results"] == []
    assert len(family.leo.api().get(f"{API}/people?tag={wool.pk}").json()["results"]) == 1


def test_a_guest_names_no_tag(family: Family, shared, wool: Tag):
    guest, item = shared
    answer = guest.api().post(
        f"{API}/lists/{item.list_id}/items", {"new_gift": {"title": "A", "tags": ids(wool)}, "openly": True}
    )
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert answer.json()["error"]["details"] == {"new_gift": {"tags": ["There is no such row."]}}
