"""Which rows a viewer may see, as conditions. Deleted rows are `known` to whoever saw them, and not `visible`."""

from sqlalchemy import ColumnElement, and_, bindparam, exists, literal, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Select

from benchmarks.rivals.fastapi_app.tables import (
    Activity,
    Claim,
    Comment,
    CommentHiddenFrom,
    Gift,
    GiftList,
    Household,
    ItemPlan,
    ListItem,
    Membership,
    Occasion,
    Person,
    Tag,
)

Condition = ColumnElement[bool]

# Who asks comes with each execution (`Viewer.values`), so that a statement is put together once, when this is imported.
MY_USER = bindparam("my_user")
MY_HOUSEHOLDS = bindparam("my_households", expanding=True)
MY_PERSONS = bindparam("my_persons", expanding=True)


def list_is_known(gift_list: type[GiftList] = GiftList) -> Condition:
    is_own = and_(gift_list.owner_id == MY_USER, gift_list.visibility != "hidden_from_recipient")
    hidden_from_others = and_(
        gift_list.visibility == "hidden_from_recipient", gift_list.recipient_id.not_in(MY_PERSONS)
    )
    of_a_surprise = (
        exists()
        .where(Occasion.id == gift_list.occasion_id)
        .where(Occasion.visibility == "hidden_from_honoree", Occasion.honoree_id.in_(MY_PERSONS))
    )
    return and_(
        gift_list.household_id.in_(MY_HOUSEHOLDS),
        or_(gift_list.visibility == "household", hidden_from_others, is_own),
        or_(~of_a_surprise, gift_list.owner_id == MY_USER),
    )


def list_is_visible() -> Condition:
    return and_(GiftList.deleted_at.is_(None), list_is_known())


def is_concealed() -> Condition:
    """Of an item that is joined to its list."""
    return and_(GiftList.recipient_id.is_not(None), GiftList.recipient_id.in_(MY_PERSONS))


def is_gone() -> Condition:
    return or_(ListItem.deleted_at.is_not(None), GiftList.deleted_at.is_not(None))


def item_is_visible() -> Condition:
    """Of an item that is joined to its list. Of what is gone, givers keep what a claim or a plan hangs on."""
    # Aliases, because the statement around may have joined these tables itself.
    claim, plan = aliased(Claim), aliased(ItemPlan)
    is_claimed = exists().where(claim.item_id == ListItem.id, claim.deleted_at.is_(None))
    is_planned = exists().where(
        plan.item_id == ListItem.id,
        or_(plan.stage == "shortlisted", plan.planned_price.is_not(None), plan.giver_note != ""),
    )
    was_a_wish = and_(GiftList.recipient_id.is_not(None), GiftList.visibility == "household")
    is_kept = and_(~is_concealed(), or_(is_claimed, and_(was_a_wish, is_planned)))
    # The item's own household says nothing new, and finds the index that pages are read along.
    return and_(ListItem.household_id.in_(MY_HOUSEHOLDS), list_is_known(), or_(~is_gone(), is_kept))


def gift_is_known() -> Condition:
    items = select(literal(1)).select_from(ListItem).join(GiftList, GiftList.id == ListItem.list_id)
    on_an_item = items.where(ListItem.gift_id == Gift.id, item_is_visible()).correlate(Gift).exists()
    return and_(Gift.household_id.in_(MY_HOUSEHOLDS), or_(Gift.in_catalog, on_an_item))


def gift_is_visible() -> Condition:
    return and_(Gift.deleted_at.is_(None), gift_is_known())


def occasion_is_known() -> Condition:
    hidden = and_(Occasion.visibility == "hidden_from_honoree", Occasion.honoree_id.in_(MY_PERSONS))
    return and_(Occasion.household_id.in_(MY_HOUSEHOLDS), ~hidden)


def entry_is_visible() -> Condition:
    """A diary entry is as secret as what it is about."""
    known = [
        and_(Activity.subject_type == kind, rows.correlate(Activity).exists()) for kind, rows in _subjects().items()
    ]
    return and_(Activity.household_id.in_(MY_HOUSEHOLDS), or_(*known))


def _subjects() -> dict[str, Select]:
    """Of each kind, the row that an entry is about, where the viewer knows of it."""
    subject, mine = Activity.subject_id, MY_HOUSEHOLDS
    item = _items_known()
    unconcealed = item.where(~is_concealed())
    return {
        "household": select(Household.id).where(Household.id == subject, Household.id.in_(mine)),
        "membership": select(Membership.id).where(Membership.id == subject, Membership.household_id.in_(mine)),
        "person": select(Person.id).where(Person.id == subject, Person.household_id.in_(mine)),
        "tag": select(Tag.id).where(Tag.id == subject, Tag.household_id.in_(mine)),
        "occasion": select(Occasion.id).where(Occasion.id == subject, occasion_is_known()),
        "giftlist": select(GiftList.id).where(GiftList.id == subject, list_is_known()),
        "listitem": item.where(ListItem.id == subject),
        "itemplan": unconcealed.join(ItemPlan, ItemPlan.item_id == ListItem.id).where(ItemPlan.id == subject),
        "claim": unconcealed.join(Claim, Claim.item_id == ListItem.id).where(Claim.id == subject),
        "gift": select(Gift.id).where(Gift.id == subject, gift_is_known()),
        "comment": _comments_known().where(Comment.id == subject),
    }


def _items_known() -> Select:
    items = select(ListItem.id).join(GiftList, GiftList.id == ListItem.list_id)
    return items.where(list_is_known())


def _comments_known() -> Select:
    """What was said about something that the viewer sees, unless it is hidden from one of their persons."""
    mine = MY_HOUSEHOLDS
    person = exists().where(Person.id == Comment.person_id, Person.deleted_at.is_(None), Person.household_id.in_(mine))
    occasion = exists().where(Occasion.id == Comment.occasion_id, Occasion.deleted_at.is_(None), occasion_is_known())
    on_list = exists().where(GiftList.id == Comment.list_id, list_is_visible())
    gift = exists().where(Gift.id == Comment.gift_id, gift_is_visible())
    items = select(ListItem.id).join(GiftList, GiftList.id == ListItem.list_id).correlate(Comment)
    item = items.where(ListItem.id == Comment.item_id, item_is_visible()).exists()
    hidden = exists().where(CommentHiddenFrom.comment_id == Comment.id, CommentHiddenFrom.person_id.in_(MY_PERSONS))
    about = or_(person, occasion, on_list, gift, item)
    return select(Comment.id).where(Comment.household_id.in_(mine), about, ~hidden)


def companions_of_visible() -> Condition:
    """Whether a list is read together with the one that it stands beside, as the viewer sees both."""
    main = aliased(GiftList)
    visible = exists().where(main.id == GiftList.companion_of_id, main.deleted_at.is_(None), list_is_known(main))
    return and_(GiftList.companion_of_id.is_not(None), visible)
