"""A family with one of every kind of secret, and who may know of each."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, Model
from rest_framework.test import APIClient

from gifts.models import Comment, CommentHiddenFrom, CommentMention, GiftList, GiftTag, ImportedRow, ListItem, ListShare
from gifts.services.claims import move_item, update_claim
from gifts.services.gifts import create_gift
from gifts.services.items import add_item, delete_item
from households.models import Activity, DiaryCounter, HouseholdRow, Occasion, Person, PersonMember, PersonTag, Role, Tag
from households.services.occasions import create_occasion
from tests.cast import Family, Member, found, invited, join, make_family
from tests.envelope import NOWHERE
from tests.factories import TaskFactory, UserFactory
from tests.secrecy.doors import Rows

VIEWERS = ("nobody", "other", "guest", "recipient", "half", "giver", "owner")

# The table of who may see what, by kind of secret. Mia, who owns the household, is the recipient; Grandma is half of a
# couple; Leo gives; Ada owns a private list; Gus is a guest with one list shared; Eve is the neighbour.
SEES: dict[str, set[str]] = {
    "household": {"guest", "recipient", "half", "giver", "owner"},
    "home": {"recipient", "half", "giver", "owner"},
    "shared": {"guest", "recipient", "half", "giver", "owner"},  # a list for Theo
    "beside": {"half", "giver", "owner"},  # what stands beside Mia's wishes
    "surprise": {"half", "giver", "owner"},  # a list for Mia
    "behind": {"half", "giver", "owner"},  # the givers' side of Mia's wishes
    "party": {"half", "giver", "owner"},  # an occasion of Mia's, and a list that is open to all but for it
    "couple": {"recipient", "giver", "owner"},  # a list for the couple
    "private": {"owner"},
    "session": {"owner"},
    "invitation": {"recipient"},  # of somebody who belongs nowhere yet: who owns the household may know which account
    "lost": {"recipient"},  # a task of Mia's about what has become her own surprise: she reads that there is one
    "nextdoor": {"other"},
}

# Which row a part of a path, a parameter or a field speaks of.
NAME_OF = {"giftlist": "list", "listitem": "item", "listshare": "share", "devicesession": "session"}
PARENTS = ("comment", "claim", "item", "list", "gift", "occasion", "tag", "person")
GIFT = {
    "description": "d",
    "url": "https://example.org/u",
    "image_url": "https://example.org/i.png",
    "price": "9.00",
    "source": "s",
}


@dataclass
class World:
    family: Family
    guest: Member
    other: Member
    # By the row's id. What is not here holds no secret, like a person's name before a guest.
    kinds: dict[UUID, str] = field(default_factory=dict)

    @property
    def members(self) -> dict[str, Member]:
        family = self.family
        return {
            "other": self.other,
            "guest": self.guest,
            "recipient": family.mia,
            "half": family.grandma,
            "giver": family.leo,
            "owner": family.ada,
        }

    def apis(self) -> dict[str, APIClient]:
        return {"nobody": APIClient()} | {name: member.api() for name, member in self.members.items()}

    def rows(self) -> list[Model]:
        """Every row of both households."""
        homes = [self.family.household, self.other.person.household]
        rows = (model._base_manager.filter(household__in=homes).order_by("pk") for model in domain())
        return [row for found in rows for row in found]

    def kind_of(self, row: Model) -> str | None:
        """What kind of secret a row is: its own, or that of what it hangs on."""
        if row.pk not in self.kinds:
            kind = self._kind_by_parent(row)
            if kind:
                self.kinds[row.pk] = kind
        return self.kinds.get(row.pk)

    def _kind_by_parent(self, row: Model) -> str | None:
        if isinstance(row, Activity):
            return self.kinds.get(row.subject_id)
        if row._meta.model_name == "gift":
            item = ListItem.objects.filter(gift=row).order_by("pk").first()
            return self.kind_of(item) if item else self._of_household(row)
        for name in PARENTS:
            parent = getattr(row, name, None) if hasattr(row, f"{name}_id") else None
            if parent:
                return self.kind_of(parent)
        return None

    def _of_household(self, row: Any) -> str:
        return "nextdoor" if row.household_id == self.other.person.household_id else "home"

    def rows_of(self, kind: str) -> Rows:
        """One row of each sort that is a secret of this kind."""
        found: Rows = {}
        for row in self.rows():
            if self.kind_of(row) == kind:
                found.setdefault(NAME_OF.get(row._meta.model_name, row._meta.model_name), row.pk)
        return found

    def row_sets(self) -> dict[str, Rows]:
        """For each kind of secret, and for what never was, the rows that can stand in a path or in a parameter."""
        found = {kind: self.rows_of(kind) for kind in SEES}
        home = found["home"] | {
            "household": self.family.household.pk,
            "user": self.family.grandma.user.pk,
            "membership": self.family.grandma.membership.pk,
            "session": self.family.ada.user.sessions.earliest("id").pk,
        }
        never = dict.fromkeys(home, NOWHERE)
        next_door = {"household": self.other.person.household_id, "user": self.other.user.pk}
        found["nextdoor"] |= next_door | {"membership": self.other.membership.pk}
        return {kind: home | rows for kind, rows in found.items() if kind != "session"} | {"never": never}


def domain() -> list[type[Model]]:
    """Every table whose rows belong to a household."""
    return [model for model in apps.get_models() if issubclass(model, HouseholdRow)]


def make_world() -> World:
    """Everything that anybody hides from anybody. Only what a service can do is done by one."""
    family = make_family()
    world = World(family, join(family.household, "Gus", Role.GUEST), found("The Neighbours", "Eve"))
    world.kinds[family.household.pk] = "household"
    # Far along, so that the diary's numbers are like nothing else.
    homes = [family.household, world.other.person.household]
    Activity.objects.filter(household__in=homes).update(seq=F("seq") + 600_000_000)
    DiaryCounter.objects.filter(household__in=homes).update(last_seq=700_000_000)
    _home(world)
    _shared(world)
    _surprises(world)
    _next_door(world)
    _tasks(world)
    for member in world.members.values():
        _sign_in(member)
    return world


def _sign_in(member: Member) -> None:
    member.api()
    member.user.sessions.update(device_name="a phone", platform="p", app_version="a")


def _home(world: World) -> None:
    """What everybody who plans may see, and what givers do behind Mia's back."""
    family = world.family
    ada, leo, mia = family.ada, family.leo, family.mia
    christmas = _occasion(ada, "Christmas")
    birthday = _occasion(ada, "Her birthday", honoree=mia.person)
    wishlist = mia.list("Wishes", kind="wishlist")
    tag = Tag.objects.create(household=family.household, name="wood", colour="#c0ffee")
    aunt = Person.objects.create(household=family.household, display_name="Aunt", **PERSON)
    world.kinds |= dict.fromkeys([christmas.pk, birthday.pk, wishlist.pk, tag.pk, aunt.pk], "home")
    PersonTag.objects.create(household=family.household, person=aunt, tag=tag)
    gift = create_gift(viewer=ada.viewer, title="In the catalog", **GIFT)
    GiftTag.objects.create(household=family.household, gift=gift, tag=tag)
    world.kinds[gift.pk] = "home"
    invitation = invited(mia, UserFactory(name="Finn"))
    world.kinds |= {invitation.pk: "invitation", invitation.person_id: "home"}
    couple = PersonMember.objects.filter(group=family.grandparents)
    world.kinds |= dict.fromkeys([family.grandma.membership.pk, *couple.values_list("pk", flat=True)], "home")
    for title in ("A grinder", "A scarf"):
        item = mia.add(wishlist, title, quantity=3, note="by hand")
        _take(leo, item, status="gifted")
        _take(ada, item)
        _open(world, item, to=family.mia, by=leo)
    item = leo.add(leo.list("Ideas", kind="idea"), "Soap")
    world.kinds[item.list_id] = "home"
    for subject in ({"person": mia.person}, {"occasion": birthday}, {"gift": gift}, {"list": wishlist}):
        said = _say(leo, hidden_from=[mia.person], **subject)
        world.kinds[said.pk] = "behind"
        world.kinds[_say(leo, **subject).pk] = "home"
    delete_item(viewer=mia.viewer, item_id=wishlist.items.get(gift__title="A scarf").pk)


def _open(world: World, item: ListItem, *, to: Member, by: Member) -> None:
    """The wish is known to its recipient; what hangs on it is not."""
    hidden = [item.plan, *item.claims.all(), _say(by, item=item, hidden_from=[to.person])]
    world.kinds |= {row.pk: "behind" for row in hidden}


def _shared(world: World) -> None:
    """A list for Theo that the guest may see, with what it is for."""
    family = world.family
    Person.objects.filter(pk=family.theo.pk).update(**PERSON)
    day = _occasion(family.leo, "Theo's day", honoree=family.theo, visibility=Occasion.Visibility.HIDDEN)
    gift_list = family.leo.list("For Theo", occasion=day, recipient=family.theo)
    world.kinds |= {family.theo.pk: "shared", day.pk: "shared", gift_list.pk: "shared"}
    item = _fill(family.leo, gift_list, family.ada)
    tag = Tag.objects.create(household=family.household, name="brass", colour="#c0ffee")
    GiftTag.objects.create(household=family.household, gift=item.gift, tag=tag)
    world.kinds[tag.pk] = "shared"
    ListShare.objects.create(household=family.household, list=gift_list, guest=world.guest.membership)


def _surprises(world: World) -> None:
    family = world.family
    ada, leo, mia = family.ada, family.leo, family.mia
    party = _occasion(ada, "Party", honoree=mia.person, visibility=Occasion.Visibility.HIDDEN)
    lists = {
        "surprise": ada.list("For Mia", recipient=mia.person, occurs_on=date(2031, 7, 13)),
        "party": ada.list("Cake", occasion=party, recipient=None, visibility="household"),
        "couple": leo.list("For both", recipient=family.grandparents),
        "private": ada.list("Nobody knows", visibility="private"),
        "beside": GiftList.objects.get(owner=mia.user, name="Wishes"),
    }
    world.kinds |= {gift_list.pk: kind for kind, gift_list in lists.items() if kind != "beside"}
    world.kinds[party.pk] = "party"
    for kind, gift_list in lists.items():
        item = _fill(ada, gift_list, ada if kind == "private" else leo)
        world.kinds[item.list_id] = kind
        ImportedRow.objects.create(household=family.household, fingerprint=kind, wish_key=kind, item=item)
    world.kinds[_say(ada, occasion=party).pk] = "party"


def _tasks(world: World) -> None:
    """Ada's, about what she keeps to herself; and Mia's, about something that was for somebody else once."""
    for member, kind, about in ((world.family.ada, "private", "private"), (world.family.mia, "lost", "surprise")):
        item = ListItem.objects.get(pk=world.rows_of(about)["item"])
        by_rule = {"recurrence": "FREQ=DAILY", "series_start": DUE, "series_day": DUE}
        for repeats in (by_rule, {"repeat_after_days": 7}):
            task = TaskFactory(owner=member.user, item=item, description="d", due_on=DUE, done=True, **repeats)
            world.kinds[task.pk] = kind


DUE = date(2031, 7, 12)


def _next_door(world: World) -> None:
    eve = world.other
    household = eve.person.household
    day = _occasion(eve, "Their day")
    gift_list = eve.list("Their own", kind="idea", occasion=day)
    tag = Tag.objects.create(household=household, name="metal", colour="#c0ffee")
    baby = Person.objects.create(household=household, display_name="Baby", **PERSON)
    world.kinds |= dict.fromkeys([day.pk, gift_list.pk, tag.pk, baby.pk, household.pk], "nextdoor")
    _fill(eve, gift_list, eve)
    create_gift(viewer=eve.viewer, title="In their catalog", **GIFT)


PERSON: dict[str, Any] = {
    "relationship": "r",
    "birthdate": date(1950, 2, 3),
    "interests": "i",
    "sizes": {"hat": "s"},
    "constraints": "c",
    "photo_url": "https://example.org/p.png",
    "notes": "n",
}


def _occasion(by: Member, name: str, **fields: Any) -> Occasion:
    return create_occasion(
        viewer=by.viewer, name=name, notes="n", budget_total="50.00", date=date(2031, 7, 14), **fields
    )


def _fill(by: Member, gift_list: GiftList, claimer: Member) -> ListItem:
    item = add_item(viewer=by.viewer, list_id=gift_list.pk, new_gift={"title": "A thing"} | GIFT, quantity=3, note="n")
    _take(by, item)
    if claimer != by:
        _take(claimer, item, status="gifted")
    else:
        move_item(viewer=by.viewer, item_id=item.pk, status="gifted")
    _say(claimer, item=item)
    return item


def _take(by: Member, item: ListItem, status: str = "ordered") -> None:
    move_item(viewer=by.viewer, item_id=item.pk, status=status, quantity=1)
    claim = item.claims.get(giver=by.person)
    update_claim(viewer=by.viewer, claim_id=claim.pk, changes={"actual_price": "8.00"})
    item.plan.__class__.objects.filter(item=item).update(giver_note="n", planned_price="7.00")


def _say(by: Member, hidden_from: Any = (), **subject: Any) -> Comment:
    comment = Comment.objects.create(household=by.person.household, author=by.user, body="b", **subject)
    for person in hidden_from:
        CommentHiddenFrom.objects.create(household=comment.household, comment=comment, person=person)
    CommentMention.objects.create(household=comment.household, comment=comment, user=by.user)
    return comment
