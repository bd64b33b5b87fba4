"""A wish in the middle of a family that plans, and all that can happen behind its recipient's back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from gifts.models import Comment, GiftList, ListItem
from households.models import Occasion, Role, Tag
from households.services.tags import create_tag
from tests.cast import Family, Member, join
from tests.factories import TaskFactory
from tests.gifts.looking import API


@dataclass
class Scene:
    """Leo's wish of three, wanted by everybody; and what the givers already hide from him."""

    family: Family
    christmas: Occasion
    wishlist: GiftList
    wish: ListItem
    second_wish: ListItem
    hidden_list: GiftList
    hidden_item: ListItem
    beside: ListItem
    birthday_list: GiftList
    birthday: Occasion
    said: Comment
    tag: Tag
    guest: Member
    mia: APIClient
    ada: APIClient
    leo: APIClient

    def claim_of(self, api: APIClient, item: ListItem | None = None) -> dict[str, Any]:
        return api.get(f"{API}/items/{(item or self.wish).pk}").json()["my_claim"]


def make_scene(family: Family) -> Scene:
    wishlist = family.leo.list("Wishes", kind="wishlist", recipient=family.leo.person)
    wish = family.leo.add(wishlist, "Socks", quantity=3, note="Wool, please")
    second_wish = family.leo.add(wishlist, "A grinder")
    christmas = Occasion.objects.create(household=family.household, name="Christmas", budget_total=100)
    hidden_list = family.mia.list("For Leo", recipient=family.leo.person, occasion=christmas)
    family.ada.say("Which size?", item=wish, hidden_from=[])
    hidden_item = family.mia.add(hidden_list, "A drill")
    # From before it became a surprise for him.
    TaskFactory(owner=family.leo.user, item=hidden_item, title="Fetch the drill", repeat_after_days=7)
    return Scene(
        family=family,
        christmas=christmas,
        wishlist=wishlist,
        wish=wish,
        second_wish=second_wish,
        hidden_list=hidden_list,
        hidden_item=hidden_item,
        beside=family.ada.add(wishlist, "A lamp"),
        birthday_list=family.leo.list("Birthday", recipient=family.leo.person),
        birthday=Occasion.objects.create(household=family.household, name="Birthday", honoree=family.leo.person),
        said=family.mia.say("He has grey ones", item=wish),
        tag=create_tag(viewer=family.mia.viewer, name="Tagged")[0],
        guest=join(family.household, "Gus", Role.GUEST),
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
    done(scene.mia.post(f"{API}/lists/{scene.birthday_list.pk}/items", {"new_gift": {"title": "A book"}}))


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


def restore_hidden_list(scene: Scene) -> None:
    delete_hidden_list(scene)
    done(scene.mia.post(f"{API}/lists/{scene.hidden_list.pk}/restore"))


def restore_what_is_beside(scene: Scene) -> None:
    done(scene.ada.delete(f"{API}/items/{scene.beside.pk}"))
    done(scene.ada.post(f"{API}/items/{scene.beside.pk}/restore"))


def restore_hidden_gift(scene: Scene) -> None:
    delete_hidden_gift(scene)
    done(scene.mia.post(f"{API}/gifts/{scene.hidden_item.gift_id}/restore"))


def tag_hidden_gifts(scene: Scene) -> None:
    tags = [str(scene.tag.pk)]
    done(scene.mia.patch(f"{API}/gifts/{scene.hidden_item.gift_id}", {"tags": tags}))
    done(scene.ada.patch(f"{API}/gifts/{scene.beside.gift_id}", {"tags": tags}))
    tagged = {"new_gift": {"title": "A book", "tags": tags}}
    done(scene.ada.post(f"{API}/lists/{scene.wishlist.pk}/items", tagged))


def untag_a_hidden_gift(scene: Scene) -> None:
    done(scene.mia.patch(f"{API}/gifts/{scene.hidden_item.gift_id}", {"tags": []}))


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
    done(scene.ada.post(f"{API}/occasions/{made['id']}/restore"))


def plan_for_an_open_occasion(scene: Scene) -> None:
    surprise = {"name": "Under the tree", "occasion": str(scene.christmas.pk)}
    made = done(scene.ada.post(f"{API}/lists", surprise | {"recipient": str(scene.family.leo.person.pk)}))
    item = done(scene.ada.post(f"{API}/lists/{made['id']}/items", {"new_gift": {"title": "A hat", "price": "30"}}))
    done(scene.mia.post(f"{API}/items/{item['id']}/status", {"status": "ordered"}))


def put_the_wish_on_a_hidden_list(scene: Scene) -> None:
    done(scene.mia.post(f"{API}/lists/{scene.hidden_list.pk}/items", {"gift": str(scene.wish.gift_id)}))


def comment(kind: str, hidden: str, **fields: Any) -> Callable[[Scene], None]:
    """On something that Leo sees, hidden from him; or on something that is hidden from him."""

    def change(scene: Scene) -> None:
        about = {"person": scene.family.leo.person.pk, "list": scene.wishlist.pk, "item": scene.wish.pk} | {
            "hidden list": scene.hidden_list.pk,
            "hidden item": scene.hidden_item.pk,
            "companion": scene.beside.list_id,
            "gift": scene.wish.gift_id,
        }
        done(scene.mia.post(f"{API}/comments", {kind: str(about[hidden]), "body": "@leo must not know"} | fields))

    return change


def share(list_name: str) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        gift_list = {"hidden": scene.hidden_list.pk, "beside": scene.beside.list_id}[list_name]
        done(scene.mia.post(f"{API}/lists/{gift_list}/shares", {"guest": str(scene.guest.membership.pk)}))

    return change


def comment_on_the_gift(scene: Scene) -> None:
    leo = [str(scene.family.leo.person.pk)]
    comment("gift", "gift", hidden_from=leo)(scene)


def comment_on_his_birthday(scene: Scene) -> None:
    """On the one that he knows of, and on one that he does not."""
    party = {"name": "Party", "honoree": str(scene.family.leo.person.pk), "visibility": "hidden_from_honoree"}
    for day in (scene.birthday.pk, done(scene.ada.post(f"{API}/occasions", party))["id"]):
        done(scene.mia.post(f"{API}/comments", {"occasion": str(day), "body": "A cake?"}))


def edit_comment(scene: Scene) -> None:
    path = f"{API}/comments/{scene.said.pk}"
    done(scene.mia.patch(path, {"body": "@ada and blue ones", "hidden_from": [str(scene.family.leo.person.pk)]}))
    done(scene.ada.patch(path, {"resolved": True}))


def delete_comment(scene: Scene) -> None:
    path = f"{API}/comments/{scene.said.pk}"
    done(scene.mia.delete(path))
    done(scene.mia.post(f"{path}/restore"))
    done(scene.mia.delete(path))


def unshare_hidden_list(scene: Scene) -> None:
    path = f"{API}/lists/{scene.hidden_list.pk}/shares"
    [row] = done(scene.mia.get(path))["results"]
    done(scene.mia.delete(f"{path}/{row['id']}"))


def make_tasks(scene: Scene) -> None:
    """One of a claim, and one of their own words; they are changed, done and deleted."""
    claim("mia")(scene)
    tasks = f"{API}/users/me/tasks"
    one = done(scene.mia.post(f"{API}/items/{scene.wish.pk}/tasks", {"kind": "wrap"}))
    other = {"title": "Hide it", "item": str(scene.hidden_item.pk), "repeat_after_days": 7}
    path = f"{tasks}/{done(scene.ada.post(tasks, other))['id']}"
    done(scene.mia.patch(f"{tasks}/{one['id']}", {"title": "Wrap the socks"}))
    done(scene.ada.patch(f"{path}/toggle"))
    done(scene.ada.delete(path))


HIDDEN_CHANGES: dict[str, Callable[[Scene], None]] = {
    "somebody makes tasks of it": make_tasks,
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
    "a hidden list is shown to a guest": share("hidden"),
    "a hidden list is shown to a guest no more": in_turn(share("hidden"), unshare_hidden_list),
    "what is beside it is shown to a guest": share("beside"),
    "a gift on a hidden list is edited": edit_hidden_gift,
    "a gift on a hidden list is deleted": delete_hidden_gift,
    "a deleted hidden list is restored": restore_hidden_list,
    "what was deleted beside it is restored": restore_what_is_beside,
    "a deleted gift on a hidden list is restored": restore_hidden_gift,
    "hidden gifts are tagged": tag_hidden_gifts,
    "a tag is taken off a hidden gift": in_turn(tag_hidden_gifts, untag_a_hidden_gift),
    "somebody plans in private": plan_in_private,
    "a hidden occasion comes and goes": plan_a_hidden_occasion,
    "a surprise is planned for an occasion that everybody sees": plan_for_an_open_occasion,
    "the wish is planned on a hidden list, too": put_the_wish_on_a_hidden_list,
    "somebody comments on it": comment("item", "item"),
    "somebody comments on its list": comment("list", "list"),
    "somebody comments on its gift": comment_on_the_gift,
    "somebody comments on its recipient": comment("person", "person"),
    "somebody comments on a hidden list": comment("list", "hidden list"),
    "somebody comments openly on a hidden list": comment("list", "hidden list", hidden_from=[]),
    "somebody comments openly on a hidden item": comment("item", "hidden item", hidden_from=[]),
    "somebody comments openly beside it": comment("list", "companion", hidden_from=[]),
    "somebody comments on the day": comment_on_his_birthday,
    "a comment is edited and resolved": edit_comment,
    "a comment is deleted": delete_comment,
}
