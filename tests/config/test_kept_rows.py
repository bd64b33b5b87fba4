"""Rows that a service takes by statements that are kept: each viewer gets, and locks, what the door shows them."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from config import kept_rows
from config.errors import Code, Refusal
from config.kept_rows import locked_row, locked_rows, row_behind
from config.models import BaseModel
from config.statements import Statements
from gifts.models import Claim, Comment, Gift, GiftList, ListItem
from gifts.services.claims import claim_item
from gifts.services.items import delete_item
from gifts.services.shares import share_list
from households.models import Household, Membership, Occasion, Person, Role, Tag
from households.services.occasions import create_occasion
from households.services.tags import create_tag
from households.viewer import Viewer
from tests.cast import Family, found, join

pytestmark = pytest.mark.django_db

DOORS = [
    *((model, "visible_to") for model in (Household, Person, Membership, Occasion, Tag, GiftList, Gift, ListItem)),
    *((model, "known_to") for model in (Person, Occasion, Tag, GiftList, Gift, ListItem, Comment)),
    *((model, "visible_to") for model in (Claim, Comment)),
    (ListItem, "open_to_giver"),
]


@pytest.fixture
def viewers(family: Family) -> dict[str, Viewer]:
    """One of every shape, and of some two: the second is answered by what was built for the first."""
    guest = join(family.household, "Gus", Role.GUEST)
    for recipient in (family.leo.person, family.ada.person, family.grandparents, family.theo):
        wishes = family.mia.list(recipient=recipient, visibility="household")
        wish, surprise = family.mia.add(wishes, openly=True), family.mia.add(wishes)
        for item in (wish, surprise):
            claim_item(viewer=family.mia.viewer, item_id=item.pk)
            family.mia.say(item=item)
        gone = family.mia.add(wishes, openly=True)
        delete_item(viewer=family.mia.viewer, item_id=gone.pk)
    share_list(viewer=family.mia.viewer, list_id=wishes.pk, guest=guest.membership)
    create_tag(viewer=family.mia.viewer, name="a word")
    create_occasion(
        viewer=family.mia.viewer, name="Easter", honoree=family.leo.person, visibility="hidden_from_honoree"
    )
    stranger = found("Next door", "Sam")
    stranger.add(stranger.list(visibility="private"))
    left = join(family.household, "Lou")
    Membership.objects.filter(user=left.user).update(is_active=False)
    members = {"owner": family.mia, "recipient": family.leo, "another": family.ada, "half of a couple": family.grandma}
    others = {"guest": guest, "stranger": stranger, "who has left": left}
    return {name: member.viewer for name, member in (members | others).items()}


def taken(take: Callable[[], BaseModel]) -> BaseModel | None:
    try:
        return take()
    except Refusal as refusal:
        if refusal.code != Code.RESOURCE_NOT_FOUND:
            raise
        return None


def columns(row: BaseModel | None) -> dict[str, object] | None:
    return row and {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize(("model", "door"), DOORS)
def test_each_gets_what_the_door_shows_them(viewers: dict[str, Viewer], model: type[BaseModel], door: str):
    ids = [*model._default_manager.values_list("pk", flat=True), uuid7()]
    shown = {}
    for name, viewer in viewers.items():
        seen = set(getattr(model._default_manager, door)(viewer).values_list("pk", flat=True))
        shown[name] = {pk for pk in ids if taken(lambda pk=pk, viewer=viewer: locked_row(model, viewer, pk, door=door))}
        assert shown[name] == seen, name
    assert shown["owner"]
    assert not shown["who has left"]
    assert not shown["stranger"] & shown["owner"]


def test_they_differ_where_they_must(viewers: dict[str, Viewer]):
    """The comparison above would hold for a door that shows everything to everybody, too."""
    seen = {}
    for name, viewer in viewers.items():
        seen[name] = {
            pk
            for pk in ListItem.objects.values_list("pk", flat=True)
            if taken(lambda pk=pk, viewer=viewer: locked_row(ListItem, viewer, pk, door="open_to_giver"))
        }
    assert seen["owner"] > seen["recipient"] != seen["another"] < seen["owner"]
    assert set() < seen["guest"] < seen["owner"]
    assert len(seen["half of a couple"]) < len(seen["owner"])


def test_the_row_is_the_one_that_the_orm_would_make(viewers: dict[str, Viewer]):
    for model in (Gift, GiftList, ListItem, Person):
        for row in model._default_manager.visible_to(viewers["owner"]):
            assert columns(locked_row(model, viewers["owner"], row.pk)) == columns(row)


def test_it_is_built_once_for_a_shape(viewers: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch):
    kept = Statements()
    monkeypatch.setattr(kept_rows, "statements", kept)
    for viewer in (viewers["recipient"], viewers["another"]):
        taken(lambda viewer=viewer: locked_row(ListItem, viewer, uuid7()))
    assert len(kept._kept) == 1
    taken(lambda: locked_row(ListItem, viewers["recipient"], uuid7(), door="known_to"))
    taken(lambda: locked_row(Gift, viewers["recipient"], uuid7()))
    taken(lambda: locked_row(ListItem, viewers["guest"], uuid7()))
    assert len(kept._kept) == 4


def test_it_takes_one_statement_that_locks_this_row_alone(viewers: dict[str, Viewer]):
    pk = ListItem.objects.visible_to(viewers["owner"]).first().pk
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            locked_row(ListItem, viewers["owner"], pk)
        assert len(queries) == 1
        if connection.vendor == "postgresql":
            assert queries[0]["sql"].endswith('FOR NO KEY UPDATE OF "gifts_listitem"')


def _by_key(viewer: Viewer, places: dict[str, UUID]) -> object:
    return Household.objects.visible_to(viewer).filter(pk=places["home"])


def test_other_rows_are_locked_in_the_same_way(viewers: dict[str, Viewer], family: Family):
    home = family.household.pk
    assert locked_rows(_by_key, viewers["owner"], home=home) == [family.household]
    assert locked_rows(_by_key, viewers["stranger"], home=home) == []
    assert locked_rows(row_behind, viewers["guest"], Household, "visible_to", row=home) == [family.household]


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_locked(family: Family):
    """Neither the first time, when Django would say so, nor when the statement is there already."""
    pk, viewer = family.household.pk, family.mia.viewer
    for _ in range(2):
        with pytest.raises(TransactionManagementError):
            locked_row(Household, viewer, pk)
        with transaction.atomic():
            assert locked_row(Household, viewer, pk) == family.household
