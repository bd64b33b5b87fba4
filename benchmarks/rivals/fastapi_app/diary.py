"""The diary as somebody reads it, with what each subject is called today, in one statement."""

from typing import Any

from sqlalchemy import Row, Select, and_, case, func, null, select
from sqlalchemy.orm import contains_eager

from benchmarks.rivals.fastapi_app.tables import (
    Activity,
    Claim,
    Comment,
    Gift,
    GiftList,
    Household,
    ItemPlan,
    ListItem,
    Membership,
    Occasion,
    Person,
    Tag,
    User,
)
from benchmarks.rivals.fastapi_app.visibility import entry_is_visible, gift_is_known

WORDS = {"giftlist": "list", "listitem": "item", "itemplan": "plan"}


def entries_read() -> Select[Any]:
    item = _item()
    return (
        select(Activity, item.label("item"), _title(item).label("title"))
        .outerjoin(Activity.actor)
        .where(entry_is_visible())
        .options(contains_eager(Activity.actor))
        .order_by(Activity.id.desc())
    )


def shown(row: Row) -> dict[str, Any]:
    entry, item, title = row
    word = WORDS.get(entry.subject_type, entry.subject_type)
    return {
        "id": entry.id,
        "household": entry.household_id,
        "at": entry.created_at,
        "actor": entry.actor,
        "verb": entry.verb,
        "subject": {"type": word, "id": entry.subject_id, "title": title, "item": item},
        "payload": entry.payload,
    }


def _item() -> Any:
    subject = Activity.subject_id
    return case(
        (Activity.subject_type == "listitem", subject),
        (Activity.subject_type == "itemplan", _one(ItemPlan.item_id, ItemPlan.id == subject)),
        (Activity.subject_type == "claim", _one(Claim.item_id, Claim.id == subject)),
        (Activity.subject_type == "comment", _one(Comment.item_id, Comment.id == subject)),
        else_=null(),
    )


def _title(item: Any) -> Any:
    subject = Activity.subject_id
    names = {
        "household": _one(Household.name, Household.id == subject),
        "person": _one(Person.display_name, Person.id == subject),
        "occasion": _one(Occasion.name, Occasion.id == subject),
        "tag": _one(Tag.name, Tag.id == subject),
        "giftlist": _one(GiftList.name, GiftList.id == subject),
        "gift": _one(Gift.title, Gift.id == subject),
        "membership": _one(User.name, Membership.user_id == User.id, Membership.id == subject),
    }
    of_comment = {
        Gift.title: Gift.id == Comment.gift_id,
        GiftList.name: GiftList.id == Comment.list_id,
        Occasion.name: Occasion.id == Comment.occasion_id,
        Person.display_name: Person.id == Comment.person_id,
    }
    about = func.coalesce(*(_one(name, condition, of=Comment) for name, condition in of_comment.items()))
    said = select(about).where(Comment.id == subject, Comment.item_id.is_(None)).scalar_subquery()
    whens = [(Activity.subject_type == kind, name) for kind, name in names.items()]
    of_item = select(Gift.title).join(ListItem, ListItem.gift_id == Gift.id).where(ListItem.id == item, gift_is_known())
    without_item = and_(Activity.subject_type == "comment", item.is_(None))
    return case((without_item, said), *whens, else_=of_item.correlate(Activity).scalar_subquery())


def _one(column: Any, *conditions: Any, of: type = Activity) -> Any:
    """Said and not guessed what it belongs to: it is also asked for inside of other selects."""
    return select(column).where(*conditions).correlate(of).scalar_subquery()
