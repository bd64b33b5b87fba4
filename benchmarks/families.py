"""Families of any size, with something of everything that decides what somebody sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from benchmarks.loading import Row, load
from config.models import search_key
from gifts.models import Claim, Gift, GiftList, GiftTag, ItemPlan, ListItem
from households.models import Activity, DiaryCounter, Household, Membership, Occasion, Person, PersonMember, Role, Tag

PEOPLE = ("Mia", "Leo", "Ada", "Theo", "Grandma", "Grandpa", "Ruth", "Noah")
MEMBERS = 4
WORDS = ("books", "music", "outdoors", "kitchen", "games", "garden", "tools", "colours", "sports", "travel")
ITEMS_ON_A_LIST = 50
GIFTS_PER_ITEM = 0.4
CHUNK = 20_000
AT_ONCE = 100
STATUSES = tuple(Claim.Status.values)
numbers = count()


@dataclass(frozen=True)
class Family:
    """The ids of a household and of who is in it; `user_ids[0]` is half of a couple."""

    household_id: UUID
    user_ids: list[UUID]
    person_ids: list[UUID]
    tag_ids: list[UUID]
    list_ids: list[UUID]


def make_family(items: int) -> Family:
    """A household with so many items, two gifts for every five of them, and a list for every fifty."""
    family = Family(uuid7(), _ids(MEMBERS), _ids(len(PEOPLE) + 1), _ids(len(WORDS)), _ids(max(items // 50, 10)))
    _make_people(family)
    _make_lists(family)
    gift_ids = _ids(max(int(items * GIFTS_PER_ITEM), ITEMS_ON_A_LIST))
    for start in range(0, len(gift_ids), CHUNK):
        _make_gifts(family, gift_ids, range(start, min(start + CHUNK, len(gift_ids))))
    for start in range(0, items, CHUNK):
        _make_items(family, gift_ids, range(start, min(start + CHUNK, items)))
    last = Activity.objects.filter(household_id=family.household_id).order_by("-seq").first()
    counter = {"household_id": family.household_id, "last_seq": last.seq if last else 0}
    load(DiaryCounter, [counter | {"last_entry": last.pk if last else None}])
    return family


def make_households(many: int, items: int = 20) -> None:
    """Other families beside the one that is looked at."""
    for start in range(0, many, AT_ONCE):
        with transaction.atomic():
            for _ in range(start, min(start + AT_ONCE, many)):
                make_family(items)


def _ids(many: int) -> list[UUID]:
    return [uuid7() for _ in range(many)]


def _make_people(family: Family) -> None:
    home = {"household_id": family.household_id}
    load(
        Household, [{"id": family.household_id, "name": "The Winters", "currency": "EUR", "timezone": "Europe/Berlin"}]
    )
    handles = [f"{name.lower()}{next(numbers)}-{family.household_id.hex[-6:]}" for name in PEOPLE[:MEMBERS]]
    people = zip(family.user_ids, PEOPLE, handles, strict=False)
    load(User, [{"id": pk, "name": name, "handle": handle, "handle_key": handle} for pk, name, handle in people])
    names = [*PEOPLE, "Mia & Leo"]
    load(Person, [home | {"id": pk, "display_name": name} for pk, name in zip(family.person_ids, names, strict=True)])
    couple = family.person_ids[-1]
    load(PersonMember, [home | {"group_id": couple, "member_id": member} for member in family.person_ids[:2]])
    roles = [Role.OWNER, *[Role.MEMBER] * (MEMBERS - 1)]
    places = zip(family.user_ids, family.person_ids, roles, strict=False)
    load(Membership, [home | {"user_id": user, "person_id": person, "role": role} for user, person, role in places])
    tags = zip(family.tag_ids, WORDS, strict=True)
    load(Tag, [home | {"id": pk, "name": w, "name_key": w, "search_text": w, "colour": "#c0ffee"} for pk, w in tags])


def _make_lists(family: Family) -> None:
    home = {"household_id": family.household_id}
    today = timezone.now().date()
    christmas, surprise, birthday = _ids(3)
    base = home | {"date": today + timedelta(days=33), "is_yearly": True}
    load(
        Occasion,
        [
            base | {"id": christmas, "name": "Christmas", "kind": "christmas", "budget_total": Decimal(900)},
            base | {"id": surprise, "name": "A party", "honoree_id": family.person_ids[0]} | {"visibility": _HONOREE},
            base | {"id": birthday, "name": "Birthday", "honoree_id": family.person_ids[3], "kind": "birthday"},
        ],
    )
    lists = [_list(family, place, [christmas, surprise, birthday]) for place in range(len(family.list_ids))]
    load(GiftList, [home | {"occurs_on": today + timedelta(days=33)} | row for row in lists])


_HONOREE = Occasion.Visibility.HIDDEN
_OPEN, _HIDDEN, _PRIVATE = GiftList.Visibility.HOUSEHOLD, GiftList.Visibility.HIDDEN, GiftList.Visibility.PRIVATE


def _list(family: Family, place: int, occasions: list[UUID]) -> Row:
    """By its last digit: wishlists and their companions, hidden lists, private ones, ideas for nobody."""
    people = family.person_ids
    owner, recipient = family.user_ids[place // 10 % MEMBERS], people[(place // 10 + place) % len(people)]
    row: Row = {"id": family.list_ids[place], "name": f"List {place}", "owner_id": owner, "companion_of_id": None}
    hidden = row | {"recipient_id": recipient, "visibility": _HIDDEN, "occasion_id": occasions[0]}
    wished_by = people[place // 10 % MEMBERS]
    kinds = [
        row | {"kind": "wishlist", "recipient_id": wished_by, "visibility": _OPEN, "occasion_id": occasions[0]},
        hidden | {"owner_id": None, "recipient_id": wished_by, "companion_of_id": family.list_ids[place - 1]},
        hidden,
        hidden,
        hidden | {"occasion_id": occasions[2]},
        hidden | {"occasion_id": None, "occurs_on": None},
        row | {"visibility": _PRIVATE},
        row | {"kind": "idea", "visibility": _OPEN, "occurs_on": None},
        row | {"recipient_id": recipient, "visibility": _OPEN, "occasion_id": occasions[place // 10 % 3]},
        hidden | {"recipient_id": people[-1]},
    ]
    return kinds[place % 10]


def _make_gifts(family: Family, gift_ids: list[UUID], places: range) -> None:
    home = {"household_id": family.household_id}
    load(Gift, (home | _gift(family, gift_ids[place], place) for place in places))
    tags = family.tag_ids
    on_gifts = ((gift_ids[place], tags[(place * 3 + step) % len(tags)]) for place in places for step in (0, 1))
    load(GiftTag, (home | {"gift_id": gift, "tag_id": tag} for gift, tag in on_gifts))


def _gift(family: Family, pk: UUID, place: int) -> Row:
    title = f"{WORDS[place % len(WORDS)].capitalize()} for a long winter, number {place}"
    description = "Seen in the shop by the river; comes in green, too. " * (place % 4)
    return {
        "id": pk,
        "title": title,
        "description": description,
        "url": f"https://shop.example.org/things/{place}",
        "image_url": f"https://shop.example.org/pictures/{place}.jpg",
        "price": None if place % 9 == 0 else Decimal(place % 20_000) / 100,
        "currency": "EUR",
        "source": "shop.example.org",
        "created_by_id": family.user_ids[place % MEMBERS],
        "in_catalog": place % 3 != 0,
        "search_text": f"{search_key(title)}\n{search_key(description)}",
    }


def _make_items(family: Family, gift_ids: list[UUID], places: range) -> None:
    home = {"household_id": family.household_id}
    item_ids = dict(zip(places, _ids(len(places)), strict=True))
    load(ListItem, (home | _item(family, pk, gift_ids, place) for place, pk in item_ids.items()))
    load(ItemPlan, (home | _plan(pk, place) for place, pk in item_ids.items()))
    load(Claim, (home | claim for place, pk in item_ids.items() for claim in _claims(family, pk, place)))
    load(Activity, (home | entry for place, pk in item_ids.items() for entry in _entries(family, pk, place)))


def _item(family: Family, pk: UUID, gift_ids: list[UUID], place: int) -> Row:
    # The second term keeps a list from getting the same gift twice.
    gift = gift_ids[(place + place // len(gift_ids)) % len(gift_ids)]
    return {
        "id": pk,
        "list_id": family.list_ids[place % len(family.list_ids)],
        "gift_id": gift,
        "quantity": 1 + place % 3,
        "priority": place % 4,
        "note": "In green, if you can." if place % 2 else "",
        "position": place // len(family.list_ids) + 1,
        "added_by_id": family.user_ids[place % MEMBERS],
        "deleted_at": timezone.now() if place % 40 == 7 else None,
    }


def _plan(item_id: UUID, place: int) -> Row:
    stage = "dropped" if place % 23 == 1 and place % 3 == 0 else ("idea", "shortlisted")[place % 2]
    price = Decimal("19.90") if place % 5 == 0 else None
    return {"item_id": item_id, "stage": stage, "planned_price": price, "giver_note": "Ask Ruth." if place % 7 else ""}


def _claims(family: Family, item_id: UUID, place: int) -> Iterator[Row]:
    """On two of three items, by one or two givers: somewhere else in the row of statuses each time."""
    for step in range(place % 3):
        status = STATUSES[(place + step) % len(STATUSES)]
        yield {
            "item_id": item_id,
            "giver_id": family.person_ids[(place // 3 + step) % MEMBERS],
            "claimed_by_id": family.user_ids[(place // 3 + step) % MEMBERS],
            "quantity": 1,
            "status": status,
            "actual_price": Decimal("17.50") if place % 4 == 0 else None,
            "gifted_on": timezone.now().date() if status == "gifted" else None,
            "deleted_at": timezone.now() if place % 31 == 4 else None,
        }


def _entries(family: Family, item_id: UUID, place: int) -> Iterator[Row]:
    verb, subject = ("item.added", ("listitem", item_id))
    if place % 10 == 9:
        verb, subject = "list.created", ("giftlist", family.list_ids[place // 10 % len(family.list_ids)])
    yield {
        "seq": place + 1,
        "actor_id": family.user_ids[place % MEMBERS],
        "verb": verb,
        "subject_type": subject[0],
        "subject_id": subject[1],
        "payload": {},
    }
