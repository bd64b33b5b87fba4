"""What is concealed from a recipient in their own wish: what they read, filter by, and may not write.

That they notice nothing of what happens behind their back is proved for every route in tests/secrecy.
"""

import pytest

from gifts.models import Claim, ItemPlan, ListItem
from gifts.services.claims import claim_item
from tests.cast import Family
from tests.gifts.looking import API, essence
from tests.gifts.scene import HIDDEN_CHANGES, Scene, claim, done, make_scene, move


@pytest.fixture
def scene(family: Family) -> Scene:
    return make_scene(family)


@pytest.mark.parametrize("narrowed", ["status=idea", "status=wrapped", "stage=idea", "stage=dropped", "assigned_to=me"])
def test_filters_over_the_concealed_side_match_no_wish_of_ones_own(scene: Scene, narrowed: str):
    move("wrapped")(scene)
    assert scene.leo.get(f"{API}/items?{narrowed}").json()["results"] == []


def test_givers_can_filter_by_what_they_see(scene: Scene):
    claim("ada", quantity=2)(scene)
    move("ordered")(scene)

    def found(query: str) -> set[str]:
        return {row["gift"]["title"] for row in scene.mia.get(f"{API}/items?{query}").json()["results"]}

    assert found("assigned_to=me") == {"Socks"}
    assert found("status=idea") == {"Socks", "A grinder", "A drill", "A lamp"}  # Ada only plans to, so it is no more
    done(scene.ada.post(f"{API}/items/{scene.wish.pk}/status", {"status": "wrapped"}))
    assert found("status=ordered") == {"Socks"}
    assert found("stage=idea&status=ordered") == {"Socks"}
    assert found(f"person={scene.family.leo.person.pk}") == {"Socks", "A grinder", "A drill", "A lamp"}
    assert found(f"person={scene.family.ada.person.pk}") == set()
    assert found(f"list={scene.hidden_list.pk}") == {"A drill"}
    assert found(f"gift={scene.wish.gift_id}") == {"Socks"}


@pytest.mark.parametrize("wrong", ["status=lost", "stage=wrapped", "assigned_to=ada", "list=1", "bogus=1"])
def test_a_filter_that_cannot_be_is_refused_by_name(scene: Scene, wrong: str):
    answer = scene.leo.get(f"{API}/items?{wrong}")
    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [wrong.split("=")[0]]


ACTIONS = [
    ("claim", {"quantity": 1}),
    ("claim", {}),
    ("claim", {"quantity": "many", "bogus": 1}),
    ("release", None),
    ("release", {"bogus": 1}),
    ("status", {"status": "ordered"}),
    ("status", {"status": "idea"}),
    ("status", {"status": "dropped"}),
    ("status", {"status": "no such thing"}),
    ("status", {}),
    ("status", ["not", "an", "object"]),
]


def test_status_claim_and_release_of_ones_own_wish_are_always_the_same_403(scene: Scene):
    def said() -> set[tuple[int, bytes]]:
        answers = [scene.leo.post(f"{API}/items/{scene.wish.pk}/{action}", body) for action, body in ACTIONS]
        answers += [
            scene.leo.post(f"{API}/items/{scene.wish.pk}/{action}", b"{broken", content_type=kind)
            for action in ("claim", "release", "status")
            for kind in ("application/json", "text/plain")
        ]
        return {(answer.status_code, essence(answer)) for answer in answers}

    before = said()
    assert [status for status, _ in before] == [403]
    for change in ("somebody claims all of it", "it is shortlisted", "it is dropped"):
        HIDDEN_CHANGES[change](scene)
        assert said() == before


CONCEALED_FIELDS = [
    {"stage": "dropped"},
    {"stage": "idea"},
    {"planned_price": "5.00"},
    {"planned_price": None},
    {"giver_note": ""},
    {"giver_note": "x", "note": "mine"},
]


@pytest.mark.parametrize("body", CONCEALED_FIELDS, ids=str)
def test_a_concealed_field_cannot_be_written_before_nor_after(scene: Scene, body: dict):
    path = f"{API}/items/{scene.wish.pk}"
    before = scene.leo.patch(path, body)
    HIDDEN_CHANGES["its price is planned"](scene)
    plan = ItemPlan.objects.filter(item=scene.wish).values()[0]
    after = scene.leo.patch(path, body)

    assert (before.status_code, essence(before)) == (after.status_code, essence(after))
    assert before.status_code == 403
    assert ItemPlan.objects.filter(item=scene.wish).values()[0] == plan
    assert scene.leo.get(path).json()["note"] == "Wool, please"


def test_concealed_fields_cannot_be_given_with_a_new_wish_either(scene: Scene):
    path = f"{API}/lists/{scene.wishlist.pk}/items"
    for field in ({"planned_price": "1"}, {"giver_note": "x"}):
        answer = scene.leo.post(path, {"new_gift": {"title": "A wish"}} | field)
        assert answer.status_code == 403
    assert not ListItem.objects.filter(gift__title="A wish").exists()


EDITS = [
    ("patch", {"quantity": 1}),
    ("patch", {"quantity": 9, "note": "Cotton", "priority": 3}),
    ("patch", {"position": 2}),
    ("patch", {"quantity": 0, "priority": 9}),
    ("patch", {"bogus": 1}),
    ("delete", None),
]


@pytest.mark.parametrize(("method", "body"), EDITS, ids=str)
@pytest.mark.parametrize("change", ["two share it"])
def test_editing_a_claimed_wish_answers_like_editing_one_that_nobody_wants(scene: Scene, method, body, change: str):
    """The same edit of two wishes that are alike in all but what givers made of one of them."""
    answers = []
    for gift_title in ("left alone", "wanted"):
        wishlist = scene.family.leo.list("Mine", kind="wishlist")
        scene.wish = scene.family.leo.add(wishlist, "Socks", quantity=3)
        scene.family.leo.add(wishlist, "Shoes")
        if gift_title == "wanted":
            HIDDEN_CHANGES[change](scene)
        answer = getattr(scene.leo, method)(f"{API}/items/{scene.wish.pk}", body)
        rest = scene.leo.get(f"{API}/lists/{wishlist.pk}/items").json()["results"]
        gone = scene.leo.get(f"{API}/items/{scene.wish.pk}").status_code
        answers.append((answer.status_code, _without_identity(answer), [_plain(row) for row in rest], gone))

    assert answers[0] == answers[1]


def _without_identity(answer) -> object:
    return _plain(answer.json()) if answer.status_code == 200 else essence(answer)


def _plain(row: dict) -> dict:
    """The row without ids and moments, which differ between any two wishes."""
    own = {key: row[key] for key in row if key not in {"id", "list", "created_at", "updated_at"}}
    return own | {"gift": row["gift"] | {"id": None}}


def test_givers_see_what_a_shrunk_wish_leaves_over_claimed(scene: Scene):
    HIDDEN_CHANGES["two share it"](scene)
    assert done(scene.leo.patch(f"{API}/items/{scene.wish.pk}", {"quantity": 1}))["over_claimed"] is None

    row = scene.mia.get(f"{API}/items/{scene.wish.pk}").json()
    assert (row["over_claimed"], row["remaining"], len(row["claims"])) == (True, 0, 2)


def test_deleting_a_wish_touches_no_claim_on_it(scene: Scene):
    made = claim_item(viewer=scene.family.mia.viewer, item_id=scene.wish.pk)
    before = Claim.objects.filter(pk=made.pk).values()[0]
    done(scene.leo.delete(f"{API}/items/{scene.wish.pk}"))

    assert Claim.objects.filter(pk=made.pk).values()[0] == before


def test_deleting_the_wishlist_touches_nothing_that_is_hidden_beside_it(scene: Scene):
    before = ListItem.objects.filter(pk=scene.beside.pk).values()[0]
    done(scene.leo.delete(f"{API}/lists/{scene.wishlist.pk}"))

    assert ListItem.objects.filter(pk=scene.beside.pk).values()[0] == before
    assert scene.ada.get(f"{API}/items/{scene.beside.pk}").status_code == 200


def test_no_hidden_write_touches_a_row_that_the_recipient_reads(scene: Scene):
    """The same promise one floor down: the rows themselves stay as they are, moments included."""

    def rows() -> list:
        wishes = [scene.wish, scene.second_wish]
        return [
            *ListItem.objects.filter(pk__in=[wish.pk for wish in wishes]).order_by("pk").values(),
            *[type(wish.gift).objects.filter(pk=wish.gift_id).values()[0] for wish in wishes],
            type(scene.wishlist).objects.filter(pk=scene.wishlist.pk).values()[0],
        ]

    before = rows()
    for name in ("two share it", "it is shortlisted", "its price is planned", "a surprise is put beside it"):
        HIDDEN_CHANGES[name](scene)
        assert rows() == before, name
