"""Two who change what belongs together at the same moment take turns: none is refused for it, and nothing is lost."""

import pytest

from gifts.services.claims import claim_item
from gifts.services.shares import share_list
from households.models import Person, Role
from tests.cast import join, make_family
from tests.concurrency import simultaneously
from tests.gifts.looking import API, titles

pytestmark = pytest.mark.django_db(transaction=True)
ATTEMPTS = range(4)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_who_shares_a_list_with_a_guest_and_who_merges_them(attempt: int):
    family = make_family()
    gus = join(family.household, "Gus", Role.GUEST)
    twin = Person.objects.create(household=family.household, display_name="Gus!")
    theos = family.mia.list("For Theo", recipient=family.theo)
    share_list(viewer=family.mia.viewer, list_id=theos.pk, guest=gus.membership)
    claim_item(viewer=gus.viewer, item_id=family.mia.add(theos, "A kite").pk)
    shares = {"guest": str(gus.membership.pk)}
    deeds = [
        ({200}, family.mia.api(), f"lists/{theos.pk}/shares", shares),
        ({200}, family.mia.api(), f"people/{gus.person.pk}/merge", {"into": str(twin.pk)}),
    ]

    def act() -> bool:
        expected, api, path, body = deeds.pop()
        return api.post(f"{API}/{path}", body).status_code in expected

    assert simultaneously(act, 2) == [True, True]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_who_deletes_what_is_beside_a_list_and_who_puts_something_there(attempt: int):
    family = make_family()
    wishes = family.leo.list("Wishes", kind="wishlist")
    beside = family.ada.add(wishes, "A lamp").list_id
    ada, mia = family.ada.api(), family.mia.api()
    deeds = [
        lambda: mia.delete(f"{API}/lists/{beside}"),
        lambda: ada.post(f"{API}/lists/{wishes.pk}/items", {"new_gift": {"title": "A kite"}}),
    ]
    answered = {answer.status_code for answer in simultaneously(lambda: deeds.pop()(), 2)}

    # 404 when it came before the deletion, and was gone with it when it was to be shown.
    assert answered in ({204, 201}, {204, 404})
    undone = mia.post(f"{API}/lists/{beside}/restore")
    # Either it went with what was deleted, and comes back with it; or it stands on a companion of its own.
    assert undone.status_code in {200, 409}, undone.content
    assert "A kite" in titles(ada, f"lists/{wishes.pk}/items")
