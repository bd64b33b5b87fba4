"""A household that grows by a thousand rows of everything, quickly; and what each read of it costs."""

import datetime
from collections import Counter

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from gifts.models import Claim, Comment, Gift, GiftList, GiftTag, ItemPlan, ListItem, ListShare
from households.models import Activity, DiaryCounter, Membership, Occasion, Person, PersonMember, Role, Tag
from tests.cast import Member
from tests.secrecy.asking import Questions
from tests.secrecy.before_after import Play, rows_of
from tests.secrecy.doors import NOTHING, Door, reads


def grow(play: Play, rows: int) -> None:
    """So many more of everything: each with what hangs on it, half of it hidden from Leo."""
    scene, family = play.scenes[0], play.scenes[0].family
    home, leo, numbers = family.household, family.leo.person, range(rows)
    start = User.objects.count()
    users = User.objects.bulk_create(
        User(name=f"Cousin {n}", handle=f"cousin-{start + n}", activated_at=timezone.now()) for n in numbers
    )
    people = Person.objects.bulk_create(Person(household=home, display_name=f"Cousin {n}") for n in numbers)
    couples = Person.objects.bulk_create(Person(household=home, display_name=f"Couple {n}") for n in numbers)
    PersonMember.objects.bulk_create(
        PersonMember(household=home, group=couple, member=person)
        for couple, person in zip(couples, people, strict=True)
    )
    members = Membership.objects.bulk_create(
        Membership(household=home, user=user, person=person, role=Role.GUEST if n % 2 else Role.MEMBER)
        for n, (user, person) in enumerate(zip(users, people, strict=True))
    )
    occasions = Occasion.objects.bulk_create(
        Occasion(household=home, name="A day", honoree=person, date=datetime.date(2031, 5, 1), is_yearly=True)
        for person in people
    )
    tags = Tag.objects.bulk_create(Tag(household=home, name=f"word {start + n}") for n in numbers)
    lists = GiftList.objects.bulk_create(
        GiftList(
            household=home,
            name=f"List {n}",
            owner=family.mia.user,
            recipient=leo if n % 2 else person,
            occasion=occasion,
            occurs_on=occasion.date,
            visibility="hidden_from_recipient",
        )
        for n, (person, occasion) in enumerate(zip(people, occasions, strict=True))
    )
    gifts = Gift.objects.bulk_create(
        Gift(household=home, title=f"Gift {n}", price=n, currency="EUR", in_catalog=True, created_by=family.mia.user)
        for n in numbers
    )
    GiftTag.objects.bulk_create(
        GiftTag(household=home, gift=gift, tag=tag) for gift, tag in zip(gifts, tags, strict=True)
    )
    items = [
        *_items(scene.wishlist, gifts, family.leo.user),
        *_items(scene.hidden_list, gifts, family.mia.user),
        *(ListItem(household=home, list=one, gift=gift) for one, gift in zip(lists, gifts, strict=True)),
    ]
    ListItem.objects.bulk_create(items)
    ItemPlan.objects.bulk_create(ItemPlan(household=home, item=item) for item in items)
    Claim.objects.bulk_create(
        Claim(household=home, item=item, giver=people[n % rows], claimed_by=users[n % rows], status="ordered")
        for n, item in enumerate(items)
    )
    Claim.objects.bulk_create(
        Claim(household=home, item=item, giver=family.ada.person, status="gifted", gifted_on="2020-12-24")
        for item in items
    )
    Comment.objects.bulk_create(
        Comment(household=home, author=user, body="Hm", **subject)
        for user in users
        for subject in ({"item": scene.wish}, {"person": family.theo}, {"occasion": scene.christmas})
    )
    guests = [member for member in members if member.role == Role.GUEST]
    ListShare.objects.bulk_create(ListShare(household=home, list=scene.hidden_list, guest=guest) for guest in guests)
    counter = DiaryCounter.objects.get(household=home)
    Activity.objects.bulk_create(
        Activity(
            household=home,
            seq=counter.last_seq + n + 1,
            actor=family.mia.user,
            verb="item.added",
            subject_type="listitem",
            subject_id=item.pk,
        )
        for n, item in enumerate(items)
    )
    DiaryCounter.objects.filter(household=home).update(last_seq=counter.last_seq + len(items))


def _items(gift_list: GiftList, gifts: list[Gift], by: User) -> list[ListItem]:
    home = gift_list.household
    return [
        ListItem(household=home, list=gift_list, gift=gift, added_by=by, quantity=3, position=n)
        for n, gift in enumerate(gifts, start=10)
    ]


def askable(play: Play) -> list[tuple[Member, str]]:
    """Each read for who gives and for who gets, with pages as long as they can be."""
    family, found = play.scenes[0].family, []
    for member in (family.mia, family.leo):
        known, _ = rows_of(member)
        known |= {"list": play.scenes[0].wishlist.pk, "item": play.scenes[0].wish.pk, "person": family.theo.pk}
        known |= {"occasion": play.scenes[0].christmas.pk}
        questions = Questions([NOTHING | known], [], ["gift"], ["5"], ["2031-12-24"])
        for door in reads():
            if "/health" not in door.place and "/stream" not in door.place:
                found += [(member, _longest(url, door)) for url in questions.of(door)]
    return found


def _longest(url: str, door: Door) -> str:
    if "limit" not in door.parameters or "limit=" in url:
        return url
    return url + ("&" if "?" in url else "?") + "limit=100"


def costs(asked: list[tuple[Member, str]]) -> dict[tuple[str, str], int]:
    """How many statements each of them takes."""
    found, apis = {}, {member.user.pk: member.api() for member, _ in asked}
    for member, url in asked:
        with CaptureQueriesContext(connection) as queries:
            apis[member.user.pk].get(url)
        found[member.person.display_name, url] = len(queries)
    return found


def rows_there() -> Counter:
    return Counter({model.__name__: model.objects.count() for model in (ListItem, Claim, Gift, GiftList, Activity)})
