"""A household full of secrets: whatever Ada hides from Mia, who is its owner, each in words of its own."""

import json
from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from accounts.models import DeviceSession
from gifts.models import Claim, Comment, Gift, GiftList, ListItem, ListShare
from households.models import Membership, Occasion, Role
from households.services.tags import create_tag
from tasks.models import Task
from tests.cast import Family, Member, invited, join

API = "/api/v1"


@dataclass
class Home:
    """What everybody may see, before anybody has hidden anything. `rows` are found by the name of their kind."""

    family: Family
    guest: Member
    second_guest: Member
    neighbour: Member
    wishlist: GiftList
    wish: ListItem
    rows: dict[str, Any] = field(default_factory=dict)

    @property
    def recipient(self) -> Member:
        return self.family.mia

    @property
    def giver(self) -> Member:
        return self.family.ada

    def actors(self) -> dict[str, APIClient]:
        """Those who may not know first, so that nothing they try is spoilt by those who may."""
        nobody = APIClient()
        others = {"guest": self.guest, "other": self.neighbour, "recipient": self.recipient, "giver": self.giver}
        return {"nobody": nobody} | {name: member.api() for name, member in others.items()}


def open_household(family: Family, neighbour: Member) -> Home:
    mia = family.mia
    wishlist = mia.list("Mia's wishes", kind="wishlist")
    wish = mia.add(wishlist, "A grinder", quantity=3, note="by hand, please")
    guests = [join(family.household, name, Role.GUEST) for name in ("Gus", "Ruth")]
    home = Home(family, *guests, neighbour, wishlist, wish)
    mia.add(wishlist, "A scarf")
    family.leo.add(family.leo.list("For Theo", recipient=family.theo), "A kite")
    neighbour.add(neighbour.list("Eve's own"), "A fence")
    tag, _ = create_tag(viewer=mia.viewer, name="wool")
    home.rows |= {
        "household": family.household.pk,
        "user": family.grandma.user.pk,
        "person": family.theo.pk,
        "tag": tag.pk,
        "membership": Membership.objects.get(person=family.grandma.person).pk,
        "invitation": invited(neighbour, family.ada.user).pk,
    }
    return home


def hide(home: Home) -> list[str]:
    """Ada hides one of everything; returns the words and numbers that must never reach Mia."""
    ada, mia = home.giver.api(), home.recipient.person
    party = made(ada, "occasions", name="canary-party", notes="canary-party-notes", budget_total="27182.81")
    hidden = made(ada, "lists", name="canary-list", recipient=mia.pk, occurs_on="2031-07-13")
    for_party = made(ada, "lists", name="canary-party-list", occasion=party, visibility="household")
    private = made(ada, "lists", name="canary-private", visibility="private")
    in_party = made(
        ada, "occasions", name="canary-tea", honoree=mia.pk, visibility="hidden_from_honoree", date="2031-07-14"
    )
    ada.patch(f"{API}/occasions/{party}", {"honoree": str(mia.pk), "visibility": "hidden_from_honoree"})
    # A word that everybody knows, on what nobody may know of: neither tells of the other.
    tags = [str(home.rows["tag"])]
    items = [surprise(ada, list_id, name, tags) for list_id, name in ((hidden, "hidden"), (for_party, "party"))]
    surprise(ada, private, "private", tags)
    beside = surprise(ada, home.wishlist.pk, "beside", tags)
    for item in (items[0], beside, home.wish.pk):
        plan(ada, item, "canary-giver-note")
    about = {"item": home.wish.pk, "list": home.wishlist.pk, "person": mia.pk, "occasion": party}
    comments = [made(ada, "comments", **{name: pk, "body": f"canary-comment-{name}"}) for name, pk in about.items()]
    guest = home.second_guest.membership.pk
    home.rows |= {
        "comment": comments[0],
        "share": made(ada, f"lists/{hidden}/shares", guest=guest),
        "occasion": party,
        "list": hidden,
        "item": items[0],
        "gift": ListItem.objects.get(pk=items[0]).gift_id,
        "claim": Claim.objects.get(item=items[0]).pk,
        "task": made(
            ada,
            "users/me/tasks",
            title="canary-task",
            description="canary-task-words",
            item=items[0],
            repeat_after_days=7,
        ),
        "whose": home.giver.user.pk,
        "session": DeviceSession.objects.filter(user=home.giver.user).earliest("id").pk,
    }
    return [*CANARIES, *ids_of_hidden_rows(home, [party, in_party])]


CANARIES = ["canary", "48151.62", "16234.21", "31415.92", "27182.81", "2031-07-13", "2031-07-14"]


def ids_of_hidden_rows(home: Home, occasions: list[str]) -> list[str]:
    lists = GiftList.objects.filter(owner=home.giver.user) | GiftList.objects.filter(companion_of=home.wishlist)
    items = ListItem.objects.filter(list__in=lists)
    gifts = Gift.objects.filter(items__in=items)
    claims = Claim.objects.filter(giver=home.giver.person)
    comments = Comment.objects.filter(author=home.giver.user)
    shares = ListShare.objects.filter(list__in=lists)
    parties = Occasion.objects.filter(pk__in=occasions)
    tasks = Task.objects.filter(owner=home.giver.user)
    rows = [*tasks, *lists, *items, *gifts, *claims, *comments, *shares, *parties]
    return [str(row.pk) for row in rows]


def surprise(api: APIClient, list_id: Any, name: str, tags: list[str]) -> str:
    gift = {
        "title": f"canary-{name}-title",
        "description": f"canary-{name}-description",
        "url": f"https://example.org/canary-{name}",
        "image_url": f"https://example.org/canary-{name}.png",
        "source": f"canary-{name}-source",
        "price": "48151.62",
        "tags": tags,
    }
    return made(api, f"lists/{list_id}/items", new_gift=gift, note=f"canary-{name}-note", quantity=7, priority=3)


def plan(api: APIClient, item: Any, note: str) -> None:
    """The givers' side of an item, with a claim that is under way."""
    changed = api.patch(f"{API}/items/{item}", {"giver_note": note, "planned_price": "16234.21"})
    assert changed.status_code == 200, changed.json()
    moved = api.post(f"{API}/items/{item}/status", {"status": "ordered", "quantity": 2})
    assert moved.status_code == 200, moved.json()
    claim = moved.json()["my_claim"]["id"]
    assert api.patch(f"{API}/claims/{claim}", {"actual_price": "31415.92"}).status_code == 200


def made(api: APIClient, path: str, **fields: Any) -> str:
    body = {name: value if isinstance(value, dict | int) else str(value) for name, value in fields.items()}
    answer = api.post(f"{API}/{path}", body)
    assert answer.status_code == 201, answer.json()
    return answer.json()["id"]


def words_in(answer: Any) -> str:
    """All that somebody can read of an answer: its body and its headers."""
    body = answer.getvalue().decode() if answer.streaming else answer.content.decode()
    return body + json.dumps(dict(answer.items()))
