"""A family in which much hangs on every row, and every write of the API, with a body that names all there is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django_otp.plugins.otp_totp.models import TOTPDevice
from uuid_utils.compat import uuid7

from accounts.models import DeviceSession, User
from accounts.services.codes import issue_code
from accounts.services.outcomes import SecondStep
from accounts.services.second_step import mark_of
from accounts.services.sessions import open_session
from accounts.tokens import ActivationToken, MfaToken, RefreshToken
from config.client import Client
from gifts.models import Claim, Comment, Gift, GiftList, ListItem, ListShare
from gifts.services.claims import claim_item
from gifts.services.comments import delete_comment
from gifts.services.gifts import create_gift, delete_gift
from gifts.services.items import delete_item
from gifts.services.lists import delete_list
from households.models import Invitation, Occasion, Person, Role, Tag
from households.services.occasions import create_occasion, delete_occasion
from households.services.people import add_members, delete_person
from households.services.tags import create_tag, delete_tag, put_tags
from tasks.models import Task
from tasks.services.tasks import delete_task
from tests.accounts.factor import Phone, enrolled
from tests.cast import Family, Member, found, invited, join
from tests.factories import PASSWORD, TaskFactory, UserFactory

# Method, address behind /api/v1/, and body.
Write = tuple[str, str, dict[str, Any]]
LINK = "https://example.org/a"


@dataclass
class Crowd:
    """So many (`size`) of all that can hang on a row. Mia, who owns the household, is who writes."""

    family: Family
    size: int
    words: list[Tag]
    cousins: list[Member]
    guests: list[Member]

    @property
    def mia(self) -> Member:
        return self.family.mia

    @property
    def people(self) -> list[Person]:
        return [cousin.person for cousin in self.cousins]

    def person(self, *, is_group: bool = True) -> Person:
        person = Person.objects.create(household=self.family.household, display_name="Somebody")
        if is_group:
            add_members(person, {cousin.pk for cousin in self.people})
        put_tags(person, self.words)
        return person

    def occasion(self, **fields: Any) -> Occasion:
        return create_occasion(viewer=self.mia.viewer, name="Easter", **fields)

    def gift(self) -> Gift:
        return create_gift(viewer=self.mia.viewer, title="A gift", tags=self.words)

    def item(self, gift_list: GiftList | None = None) -> ListItem:
        """With a claim of each cousin and room for more."""
        item = self.mia.add(gift_list or self.list(), openly=True, quantity=999)
        put_tags(item.gift, self.words)
        self.claims(item, self.people)
        return item

    def claims(self, item: ListItem, givers: list[Person]) -> None:
        household = self.family.household
        Claim.objects.bulk_create(Claim(household=household, item=item, giver=giver) for giver in givers)

    def mine(self) -> Claim:
        return claim_item(viewer=self.mia.viewer, item_id=self.item().pk)

    def list(self, **fields: Any) -> GiftList:
        """For somebody who sees it, with so many items, and guests who see it, too; one guest does not."""
        gift_list = self.mia.list(**({"recipient": self.family.theo, "visibility": "household"} | fields))
        for _ in range(self.size):
            self.mia.add(gift_list, openly=True)
        household, memberships = self.family.household, [guest.membership for guest in self.guests[1:]]
        ListShare.objects.bulk_create(ListShare(household=household, list=gift_list, guest=one) for one in memberships)
        return gift_list

    def task(self) -> Task:
        """About an item, with a rule, and so many others beside it."""
        day = date(2031, 5, 1)
        for _ in range(self.size):
            TaskFactory(owner=self.mia.user)
        rule = {"recurrence": "FREQ=DAILY", "due_on": day, "series_start": day, "series_day": day}
        return TaskFactory(owner=self.mia.user, item=self.item(), **rule)

    def say(self, **about: Any) -> Comment:
        return self.mia.say(self.call(), hidden_from=self.people[1:], **about)

    def call(self) -> str:
        return " ".join(f"@{cousin.user.name}" for cousin in self.cousins)

    def asked(self) -> Invitation:
        """Into a household next door."""
        return invited(found("Next door", "Eve"), self.mia.user)

    def session(self, user: User) -> DeviceSession:
        return open_session(user=user, device_name="a phone", client=Client())


def crowd(family: Family, size: int) -> Crowd:
    cousins = [join(family.household, f"Cousin{number}") for number in range(size)]
    guests = [join(family.household, f"Guest{number}", Role.GUEST) for number in range(size + 1)]
    words = [create_tag(viewer=family.mia.viewer, name=f"word {number}")[0] for number in range(size)]
    for _ in range(size):
        family.mia.api()
    return Crowd(family, size, words, cousins, guests)


def ids(rows: Any) -> list[str]:
    return [str(row.pk) for row in rows]


def post(path: str, **body: Any) -> Write:
    return "POST", path, body


def patch(path: str, **body: Any) -> Write:
    return "PATCH", path, body


def put(path: str, **body: Any) -> Write:
    return "PUT", path, body


def delete(path: str) -> Write:
    return "DELETE", path, {}


# --- Bodies --------------------------------------------------------------------------------------


def gift(here: Crowd) -> dict[str, Any]:
    texts = {"title": "T", "description": "d", "url": LINK, "image_url": LINK, "source": "s"}
    return texts | {"price": "9.00", "currency": "USD", "tags": ids(here.words)}


def person(here: Crowd) -> dict[str, Any]:
    texts = {"relationship": "r", "interests": "i", "constraints": "c", "photo_url": LINK, "notes": "n"}
    of_whom = {"display_name": "Zoe", "birthdate": "2001-05-01", "sizes": {"shoe": "38"}, "archived": True}
    return texts | of_whom | {"members": ids(here.people), "tags": ids(here.words)}


def day(here: Crowd) -> dict[str, Any]:
    return {
        "name": "Party",
        "kind": "other",
        "date": "2031-05-01",
        "is_yearly": True,
        "honoree": str(here.family.theo.pk),
        "visibility": "hidden_from_honoree",
        "budget_total": "9.00",
        "notes": "n",
    }


def task(here: Crowd) -> dict[str, Any]:
    texts = {"title": "Wrap it", "description": "d", "due_on": "2031-05-01", "recurrence": ""}
    return texts | {"completed": True, "priority": 2, "item": str(here.item().pk), "repeat_after_days": 7}


WISH: dict[str, Any] = {"quantity": 5, "priority": 2, "note": "blue"}
PLAN = {"planned_price": "9.00", "giver_note": "n"}
HOME = {"name": "Home", "currency": "USD", "timezone": "Europe/Paris"}
SHOWN = {"device_fingerprint": "pixel", "app_version": "1"}
PIN = "418096"
PHONE = {"device_name": "a phone", "platform": "android"}


# --- Rows that somebody comes back to ------------------------------------------------------------


def activation(here: Crowd) -> tuple[str, str]:
    """The code of somebody new, and the token that it was traded for."""
    tim = UserFactory(new=True, handle="tim")
    text = issue_code(user=tim, actor=None, client=Client())
    return text, str(ActivationToken.for_code(tim.activation_codes.get(), **SHOWN))


def a_refresh(here: Crowd) -> dict[str, str]:
    phone = here.session(here.mia.user)
    return {"refresh": str(RefreshToken.for_session(phone)), "device_id": str(phone.device_id)}


def a_sign_in(here: Crowd) -> dict[str, str]:
    phone = here.session(here.mia.user)
    return {"login": here.mia.user.login, "password": PASSWORD, "device_id": str(phone.device_id), **PHONE}


def a_step(here: Crowd) -> dict[str, str]:
    """A right password, and the code that has to follow it."""
    user, phone = here.mia.user, enrolled(here.mia.user)
    step = SecondStep(uuid7(), user.pk, mark_of(user), "a phone", here.session(user).device_id, "android")
    return {"mfa_token": str(MfaToken.for_step(step)), "code": phone.code()}


def another_factor(here: Crowd) -> dict[str, str]:
    return {"password": PASSWORD, "code": enrolled(here.mia.user).code()}


def a_begun_factor(here: Crowd) -> dict[str, str]:
    enrolled(here.mia.user, with_codes=True)
    device = TOTPDevice.objects.create(user=here.mia.user, name="authenticator", confirmed=False)
    return {"code": Phone(device).code()}


def with_factor(here: Crowd) -> dict[str, str]:
    enrolled(here.mia.user, with_codes=True)
    return {"password": PASSWORD}


def reset_with_factor(here: Crowd) -> dict[str, str]:
    token = activation(here)[1]
    return {"activation_token": token, "mfa_code": enrolled(User.objects.get(handle="tim")).code()}


def deleted(here: Crowd, service: Callable[..., Any], name: str, row: Any) -> Any:
    service(viewer=here.mia.viewer, **{name: row.pk})
    return row.pk


def twins(here: Crowd) -> Write:
    """Two who are the same; of each, so many of everything that hangs on a person."""
    one, other = here.person(is_group=False), here.person(is_group=False)
    for somebody in (one, other):
        for _ in range(here.size):
            here.mia.list(recipient=somebody)
            here.occasion(honoree=somebody)
            here.say(person=somebody)
            here.claims(here.mia.add(here.mia.list(recipient=here.family.theo)), [somebody])
    return post(f"people/{one.pk}/merge", into=str(other.pk))


def second_surprise(here: Crowd) -> Write:
    gift_list = here.list()
    here.mia.add(gift_list)
    return post(f"lists/{gift_list.pk}/items", gift=str(here.gift().pk), openly=False, **WISH, **PLAN)


def revived(here: Crowd) -> Write:
    item = here.item()
    delete_item(viewer=here.mia.viewer, item_id=item.pk)
    return post(f"lists/{item.list_id}/items", gift=str(item.gift_id), openly=True, **WISH, **PLAN)


def opened(here: Crowd) -> Write:
    """Hidden until now, with wishes that were taken off meanwhile."""
    gift_list = here.list(visibility="hidden_from_recipient")
    for _ in range(here.size):
        delete_item(viewer=here.mia.viewer, item_id=here.mia.add(gift_list).pk)
    return patch(f"lists/{gift_list.pk}", name="Other", visibility="household", occurs_on="2031-05-01")


def shared(here: Crowd) -> ListShare:
    return here.list().shares.first()


def at(pattern: str, row: Any) -> str:
    return pattern.format(row.pk)


WRITES: dict[str, Callable[[Crowd], Write]] = {
    # accounts
    "show a code": lambda here: post("auth/activate", login="tim", activation_code=activation(here)[0], **SHOWN),
    "activate": lambda here: post(
        "auth/activate/complete", activation_token=activation(here)[1], password=PASSWORD, pin=PIN, **PHONE
    ),
    "sign in": lambda here: post("auth/login", **a_sign_in(here)),
    "activate with a second factor": lambda here: post(
        "auth/activate/complete", **reset_with_factor(here), password=PASSWORD, **PHONE
    ),
    "show a second factor": lambda here: post("auth/mfa", **a_step(here)),
    "begin with another second factor": lambda here: post("auth/mfa/enrol", **another_factor(here)),
    "confirm another second factor": lambda here: post("auth/mfa/confirm", **a_begun_factor(here)),
    "renew recovery codes": lambda here: post("auth/mfa/recovery-codes", **with_factor(here)),
    "remove the second factor": lambda here: post("auth/mfa/remove", **with_factor(here)),
    "refresh": lambda here: post("auth/session/refresh", **a_refresh(here)),
    "change a password": lambda here: post(
        "auth/password", current_password=PASSWORD, new_password="mulled-wine-and-cloves"
    ),
    "sign out": lambda here: post("auth/session/revoke"),
    "sign out on a device": lambda here: post(
        "auth/session/revoke", device_id=str(here.session(here.mia.user).device_id)
    ),
    "sign out everywhere": lambda here: post("auth/session/revoke", all=True),
    "end a session": lambda here: delete(at("auth/sessions/{}", here.session(here.mia.user))),
    "set a PIN": lambda here: post("auth/session/pin", pin=PIN, password=PASSWORD, current_pin=PIN),
    "remove a PIN": lambda here: post("auth/session/pin/remove", password=PASSWORD, current_pin=PIN),
    "lock a session": lambda here: post("auth/session/lock"),
    "unlock a session": lambda here: post("auth/session/unlock", pin=PIN),
    "change oneself": lambda here: patch("users/me", name="M", avatar_url=LINK),
    # households
    "found a household": lambda here: post("households", **HOME),
    "change a household": lambda here: patch(at("households/{}", here.family.household), **HOME),
    "add a member": lambda here: post(
        at("households/{}/members", here.family.household),
        name="Zoe",
        email="zoe@example.org",
        handle="zoe",
        role="guest",
        person=str(here.person(is_group=False).pk),
    ),
    "add a member and their person": lambda here: post(
        at("households/{}/members", here.family.household), name="Zoe", handle="zoe"
    ),
    "invite an account": lambda here: post(
        at("households/{}/members", here.family.household), name="Zoe", email=UserFactory().email
    ),
    "invite an account to be somebody": lambda here: post(
        at("households/{}/members", here.family.household),
        name="Zoe",
        email=UserFactory().email,
        role="guest",
        person=str(here.family.theo.pk),
    ),
    "withdraw an invitation": lambda here: delete(
        at(f"households/{here.family.household.pk}/invitations/{{}}", invited(here.mia, UserFactory()))
    ),
    "accept an invitation": lambda here: post(at("invitations/{}/accept", here.asked())),
    "decline an invitation": lambda here: post(at("invitations/{}/decline", here.asked())),
    "change a member": lambda here: patch(
        at(f"households/{here.family.household.pk}/members/{{}}", here.family.leo.membership),
        role="owner",
        is_active=True,
        person=str(here.person(is_group=False).pk),
    ),
    "remove a member": lambda here: delete(
        at(f"households/{here.family.household.pk}/members/{{}}", here.family.leo.membership)
    ),
    "issue a code": lambda here: post(
        at(f"households/{here.family.household.pk}/members/{{}}/activation-code", here.family.leo.membership)
    ),
    # people
    "create a person": lambda here: post("people", household=str(here.family.household.pk), **person(here)),
    "change a person": lambda here: patch(at("people/{}", here.person(is_group=False)), **person(here)),
    "put a person aside": lambda here: patch(at("people/{}", here.person()), archived=True),
    "delete a person": lambda here: delete(at("people/{}", here.person())),
    "restore a person": lambda here: post(
        f"people/{deleted(here, delete_person, 'person_id', here.person(is_group=False))}/restore"
    ),
    "merge people": twins,
    # occasions
    "create an occasion": lambda here: post("occasions", household=str(here.family.household.pk), **day(here)),
    "change an occasion": lambda here: patch(at("occasions/{}", here.occasion()), **day(here)),
    "delete an occasion": lambda here: delete(at("occasions/{}", here.occasion())),
    "restore an occasion": lambda here: post(
        f"occasions/{deleted(here, delete_occasion, 'occasion_id', here.occasion())}/restore"
    ),
    # tags
    "create a tag": lambda here: post(
        "tags", household=str(here.family.household.pk), name="new", kind="mood", colour="#2f855a"
    ),
    "change a tag": lambda here: patch(at("tags/{}", here.words[0]), name="new", kind="mood", colour="#2f855a"),
    "delete a tag": lambda here: delete(at("tags/{}", here.words[0])),
    "restore a tag": lambda here: post(f"tags/{deleted(here, delete_tag, 'tag_id', here.words[0])}/restore"),
    # gifts
    "create a gift": lambda here: post("gifts", household=str(here.family.household.pk), **gift(here)),
    "create a gift of few words": lambda here: post("gifts", title="A kite"),
    "change a gift": lambda here: patch(at("gifts/{}", here.mia.add(here.list()).gift), **gift(here)),
    "publish a gift": lambda here: post(at("gifts/{}/publish", here.mia.add(here.list()).gift)),
    "delete a gift": lambda here: delete(at("gifts/{}", here.gift())),
    "restore a gift": lambda here: post(f"gifts/{deleted(here, delete_gift, 'gift_id', here.gift())}/restore"),
    "preview a gift": lambda here: post("gifts/preview", url="http://127.0.0.1/"),
    # lists
    "create a list": lambda here: post(
        "lists",
        household=str(here.family.household.pk),
        name="For Theo",
        kind="idea",
        recipient=str(here.family.theo.pk),
        occasion=str(here.occasion().pk),
        visibility="household",
        occurs_on="2031-05-01",
    ),
    "create a wishlist": lambda here: post("lists", name="My wishes", kind="wishlist"),
    "rename a list": lambda here: patch(at("lists/{}", here.list()), name="Other"),
    "open a list": opened,
    "close a list": lambda here: patch(at("lists/{}", here.list()), visibility="private"),
    "delete a list": lambda here: delete(at("lists/{}", here.list())),
    "restore a list": lambda here: post(f"lists/{deleted(here, delete_list, 'list_id', here.list())}/restore"),
    "share a list": lambda here: post(at("lists/{}/shares", here.list()), guest=str(here.guests[0].membership.pk)),
    "stop sharing a list": lambda here: delete(f"lists/{(share := shared(here)).list_id}/shares/{share.pk}"),
    # items
    "add an item": lambda here: post(
        at("lists/{}/items", here.list()), openly=True, new_gift=gift(here), **WISH, **PLAN
    ),
    "add the first surprise": lambda here: post(at("lists/{}/items", here.list()), new_gift={"title": "A kite"}),
    "add a surprise that exists": second_surprise,
    "add an item again": revived,
    "change a wish": lambda here: patch(at("items/{}", here.item()), **WISH),
    "move an item": lambda here: patch(at("items/{}", here.item()), position=1),
    "change a plan": lambda here: patch(at("items/{}", here.item()), **PLAN),
    "change all of an item": lambda here: patch(
        at("items/{}", here.item()), position=1, stage="shortlisted", **WISH, **PLAN
    ),
    "delete an item": lambda here: delete(at("items/{}", here.item())),
    "restore an item": lambda here: post(f"items/{deleted(here, delete_item, 'item_id', here.item())}/restore"),
    "claim": lambda here: post(at("items/{}/claim", here.item()), quantity=2),
    "claim more": lambda here: post(at("items/{}/claim", here.mine().item), quantity=2),
    "release": lambda here: post(at("items/{}/release", here.mine().item)),
    "take by status": lambda here: post(at("items/{}/status", here.item()), status="gifted", quantity=2),
    "move a claim": lambda here: post(at("items/{}/status", here.mine().item), status="ordered"),
    "move a stage": lambda here: post(at("items/{}/status", here.item()), status="shortlisted"),
    "move back to an idea": lambda here: post(at("items/{}/status", here.mine().item), status="idea"),
    "change a claim": lambda here: patch(
        at("claims/{}", here.mine()), quantity=2, status="gifted", actual_price="5.00"
    ),
    "hand a claim on": lambda here: patch(
        at("claims/{}", here.mine()),
        giver=str(here.person(is_group=False).pk),
        quantity=2,
        status="gifted",
        actual_price="5.00",
    ),
    "release a claim": lambda here: delete(at("claims/{}", here.mine())),
    # comments
    **{
        f"say something about {name}": lambda here, name=name, about=about: post(
            "comments", body=here.call(), hidden_from=ids(here.people), **{name.split()[-1]: str(about(here).pk)}
        )
        for name, about in {
            "a person": lambda here: here.family.theo,
            "an occasion": lambda here: here.occasion(honoree=here.family.theo),
            "a list": lambda here: here.list(),
            "a gift": lambda here: here.item().gift,
            "an item": lambda here: here.item(),
        }.items()
    },
    "say a few words": lambda here: post("comments", body="Hm", item=str(here.item().pk)),
    "change a comment": lambda here: patch(
        at("comments/{}", here.say(item=here.item())), body=f"@leo {here.call()}", resolved=True, hidden_from=[]
    ),
    "resolve a comment": lambda here: patch(at("comments/{}", here.say(item=here.item())), resolved=True),
    "delete a comment": lambda here: delete(at("comments/{}", here.say(item=here.item()))),
    "restore a comment": lambda here: post(
        f"comments/{deleted(here, delete_comment, 'comment_id', here.say(item=here.item()))}/restore"
    ),
    # tasks
    "create a task": lambda here: post("users/me/tasks", household=str(here.family.household.pk), **task(here)),
    "create a task of few words": lambda here: post("users/me/tasks", title="Fetch the cake"),
    "replace a task": lambda here: put(at("users/me/tasks/{}", here.task()), **task(here)),
    "change a task": lambda here: patch(at("users/me/tasks/{}", here.task()), **task(here)),
    "complete a task": lambda here: patch(at("users/me/tasks/{}/toggle", here.task()), completed=True),
    "skip a task": lambda here: post(at("users/me/tasks/{}/skip", here.task())),
    "delete a task": lambda here: delete(at("users/me/tasks/{}", here.task())),
    "restore a task": lambda here: post(f"users/me/tasks/{deleted(here, delete_task, 'task_id', here.task())}/restore"),
    "make a task of a claim": lambda here: post(
        at("items/{}/tasks", here.mine().item), kind="wrap", due_on="2031-05-01"
    ),
    # the live diary
    "get a ticket": lambda here: post("activity/ticket"),
}
