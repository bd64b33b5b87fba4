"""A wish in the middle of a family that plans, and all that can happen behind its recipient's back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from rest_framework.test import APIClient

from gifts.models import GiftList, ListItem
from households.models import Occasion
from households.services.occasions import create_occasion
from tests.cast import Family
from tests.gifts.looking import API, all_paths, looks, plain_paths


@dataclass
class Scene:
    """Leo's wish of three, wanted by everybody; and what the givers already hide from him."""

    family: Family
    wishlist: GiftList
    wish: ListItem
    second_wish: ListItem
    hidden_list: GiftList
    hidden_item: ListItem
    beside: ListItem
    birthday: GiftList
    christmas: Occasion
    mia: APIClient
    ada: APIClient
    leo: APIClient

    def leo_looks(self, *, closely: bool = False) -> dict[str, tuple[int, bytes]]:
        """What Leo is answered by every route, with the ids of hidden rows tried as well."""
        items = [self.wish, self.second_wish, self.hidden_item, self.beside]
        rows = {
            "lists": [self.wishlist.pk, self.hidden_list.pk, self.beside.list_id],
            "items": [item.pk for item in items],
            "gifts": [item.gift_id for item in items],
        }
        persons = [self.family.leo.person.pk, self.family.mia.person.pk]
        return looks(self.leo, all_paths(**rows, persons=persons) if closely else plain_paths(**rows))

    def claim_of(self, api: APIClient, item: ListItem | None = None) -> dict[str, Any]:
        return api.get(f"{API}/items/{(item or self.wish).pk}").json()["my_claim"]


def make_scene(family: Family) -> Scene:
    wishlist = family.leo.list("Wishes", kind="wishlist", recipient=family.leo.person)
    wish = family.leo.add(wishlist, "Socks", quantity=3, note="Wool, please")
    second_wish = family.leo.add(wishlist, "A grinder")
    hidden_list = family.mia.list("For Leo", recipient=family.leo.person)
    return Scene(
        family=family,
        wishlist=wishlist,
        wish=wish,
        second_wish=second_wish,
        hidden_list=hidden_list,
        hidden_item=family.mia.add(hidden_list, "A drill"),
        beside=family.ada.add(wishlist, "A lamp"),
        birthday=family.leo.list("Birthday", recipient=family.leo.person),
        christmas=create_occasion(viewer=family.leo.viewer, name="Christmas", date=date(2031, 12, 24)),
        mia=family.mia.api(),
        ada=family.ada.api(),
        leo=family.leo.api(),
    )


def done(answer: Any) -> Any:
    """The answer's body; the change must have happened, or nothing would be proved by it."""
    assert answer.status_code in {200, 201, 204}, answer.content
    return answer.json() if answer.content else None


def claim(api_name: str, quantity: int = 1) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        done(getattr(scene, api_name).post(f"{API}/items/{scene.wish.pk}/claim", {"quantity": quantity}))

    return change


def move(status: str) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        done(scene.mia.post(f"{API}/items/{scene.wish.pk}/status", {"status": status}))

    return change


def plan(**fields: Any) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        done(scene.mia.patch(f"{API}/items/{scene.wish.pk}", fields))

    return change


def in_turn(*changes: Callable[[Scene], None]) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        for one in changes:
            one(scene)

    return change


def release(scene: Scene) -> None:
    done(scene.mia.post(f"{API}/items/{scene.wish.pk}/release"))


def reprice_claim(scene: Scene) -> None:
    path = f"{API}/claims/{scene.claim_of(scene.mia)['id']}"
    done(scene.mia.patch(path, {"actual_price": "12.00", "quantity": 2, "status": "gifted"}))


def hand_claim_on(scene: Scene) -> None:
    path = f"{API}/claims/{scene.claim_of(scene.mia)['id']}"
    done(scene.mia.patch(path, {"giver": str(scene.family.theo.pk)}))


def release_claim_by_id(scene: Scene) -> None:
    done(scene.mia.delete(f"{API}/claims/{scene.claim_of(scene.mia)['id']}"))


def add_beside(scene: Scene) -> None:
    done(scene.mia.post(f"{API}/lists/{scene.wishlist.pk}/items", {"new_gift": {"title": "A kite", "price": "9"}}))


def first_surprise(scene: Scene) -> None:
    """Beside a list that had none so far."""
    done(scene.mia.post(f"{API}/lists/{scene.birthday.pk}/items", {"new_gift": {"title": "A book"}}))


def change_beside(scene: Scene) -> None:
    path = f"{API}/items/{scene.beside.pk}"
    done(scene.ada.patch(path, {"quantity": 5, "note": "blue", "priority": 2, "position": 1}))
    done(scene.mia.post(f"{path}/claim", {"quantity": 4}))
    done(scene.mia.post(f"{path}/status", {"status": "wrapped"}))
    done(scene.ada.delete(path))


def make_hidden_list(scene: Scene) -> None:
    made = done(scene.ada.post(f"{API}/lists", {"name": "More", "recipient": str(scene.family.leo.person.pk)}))
    done(scene.mia.post(f"{API}/lists/{made['id']}/items", {"new_gift": {"title": "A hat"}}))


def rename_hidden_list(scene: Scene) -> None:
    done(scene.mia.patch(f"{API}/lists/{scene.hidden_list.pk}", {"name": "Renamed", "occurs_on": "2031-12-24"}))


def close_hidden_list(scene: Scene) -> None:
    done(scene.mia.patch(f"{API}/lists/{scene.hidden_list.pk}", {"visibility": "private"}))


def delete_hidden_list(scene: Scene) -> None:
    done(scene.mia.delete(f"{API}/lists/{scene.hidden_list.pk}"))


def edit_hidden_gift(scene: Scene) -> None:
    done(scene.mia.patch(f"{API}/gifts/{scene.hidden_item.gift_id}", {"title": "AAA", "price": "1.00"}))


def delete_hidden_gift(scene: Scene) -> None:
    done(scene.mia.delete(f"{API}/gifts/{scene.hidden_item.gift_id}"))


def plan_in_private(scene: Scene) -> None:
    made = done(
        scene.mia.post(
            f"{API}/lists", {"name": "P", "visibility": "private", "recipient": str(scene.family.leo.person.pk)}
        )
    )
    done(scene.mia.post(f"{API}/lists/{made['id']}/items", {"gift": str(scene.wish.gift_id)}))


def plan_a_hidden_occasion(scene: Scene) -> None:
    party = {"name": "Party", "honoree": str(scene.family.leo.person.pk), "visibility": "hidden_from_honoree"}
    made = done(scene.ada.post(f"{API}/occasions", party))
    done(scene.ada.patch(f"{API}/occasions/{made['id']}", {"name": "Big party", "date": "2031-01-01"}))
    done(scene.mia.post(f"{API}/lists", {"name": "Cake", "occasion": made["id"], "visibility": "household"}))
    done(scene.ada.delete(f"{API}/occasions/{made['id']}"))


def plan_for_an_open_occasion(scene: Scene) -> None:
    surprise = {"name": "Under the tree", "occasion": str(scene.christmas.pk)}
    made = done(scene.ada.post(f"{API}/lists", surprise | {"recipient": str(scene.family.leo.person.pk)}))
    item = done(scene.ada.post(f"{API}/lists/{made['id']}/items", {"new_gift": {"title": "A hat", "price": "30"}}))
    done(scene.mia.post(f"{API}/items/{item['id']}/status", {"status": "ordered"}))


def put_the_wish_on_a_hidden_list(scene: Scene) -> None:
    done(scene.mia.post(f"{API}/lists/{scene.hidden_list.pk}/items", {"gift": str(scene.wish.gift_id)}))


HIDDEN_CHANGES: dict[str, Callable[[Scene], None]] = {
    "somebody claims it": claim("mia"),
    "somebody claims all of it": claim("mia", quantity=3),
    "two share it": in_turn(claim("mia", quantity=2), claim("ada")),
    "a claim grows": in_turn(claim("mia"), claim("mia", quantity=2)),
    "a claim is released": in_turn(claim("mia"), release),
    "a released claim is made again": in_turn(claim("mia"), release, claim("mia")),
    **{f"it moves to {status}": move(status) for status in ("ordered", "gifted")},
    "it moves there and back": in_turn(move("gifted"), move("ordered"), move("idea")),
    "it is shortlisted": move("shortlisted"),
    "it is dropped": move("dropped"),
    "it is dropped and taken up again": in_turn(move("dropped"), move("idea")),
    "its price is planned": plan(planned_price="19.50"),
    "givers write a note": plan(giver_note="He has grey ones"),
    "its stage is patched": plan(stage="shortlisted", planned_price=None),
    "a claim is changed": in_turn(claim("mia"), reprice_claim),
    "a claim is handed on": in_turn(claim("mia"), hand_claim_on),
    "a claim is deleted": in_turn(claim("mia"), release_claim_by_id),
    "a surprise is put beside it": add_beside,
    "a list gets its first surprise": first_surprise,
    "a surprise beside it changes and goes": change_beside,
    "a hidden list is made": make_hidden_list,
    "a hidden list is renamed and dated": rename_hidden_list,
    "a hidden list is closed": close_hidden_list,
    "a hidden list is deleted": delete_hidden_list,
    "a gift on a hidden list is edited": edit_hidden_gift,
    "a gift on a hidden list is deleted": delete_hidden_gift,
    "somebody plans in private": plan_in_private,
    "a hidden occasion comes and goes": plan_a_hidden_occasion,
    "a surprise is planned for an occasion that everybody sees": plan_for_an_open_occasion,
    "the wish is planned on a hidden list, too": put_the_wish_on_a_hidden_list,
}
