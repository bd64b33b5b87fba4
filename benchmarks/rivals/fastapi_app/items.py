"""An item as one viewer sees it: loaded in three statements, and worked out from what was loaded."""

from functools import cached_property
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, null, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from benchmarks.rivals.fastapi_app.schemas import STATUSES
from benchmarks.rivals.fastapi_app.tables import Claim, Gift, GiftList, ItemPlan, ListItem
from benchmarks.rivals.fastapi_app.viewer import Viewer
from benchmarks.rivals.fastapi_app.visibility import MY_USER, is_gone, item_is_visible

UNDER_WAY = STATUSES[1:]


def ordinal() -> ColumnElement[int | None]:
    """Counted 1, 2, 3 over what is there; on a companion after the list's own. NULL when withdrawn."""
    other, main_item, main = aliased(ListItem), aliased(ListItem), aliased(GiftList)
    before = or_(other.position < ListItem.position, and_(other.position == ListItem.position, other.id < ListItem.id))
    in_front = (
        select(func.count())
        .where(other.list_id == ListItem.list_id, other.deleted_at.is_(None), before)
        .correlate(ListItem)
    ).scalar_subquery()
    of_main = (
        select(func.count())
        .where(main_item.list_id == GiftList.companion_of_id, main_item.deleted_at.is_(None))
        .correlate(GiftList)
    ).scalar_subquery()
    is_open = or_(main.visibility != "private", main.owner_id == MY_USER)
    is_beside = (
        select(main.id)
        .where(main.id == GiftList.companion_of_id, main.deleted_at.is_(None), is_open)
        .correlate(GiftList)
        .exists()
    )
    return case((is_gone(), null()), (is_beside, in_front + of_main + 1), else_=in_front + 1)


ORDINAL = ordinal().label("ordinal")


def items_seen() -> Select[tuple[ListItem, int | None]]:
    """The items, each with its place in its list; their lists and plans are joined."""
    return (
        select(ListItem, ORDINAL)
        .join(ListItem.gift_list)
        .join(ItemPlan, ItemPlan.item_id == ListItem.id)
        .where(item_is_visible())
        .options(
            contains_eager(ListItem.gift_list),
            contains_eager(ListItem.plan),
            joinedload(ListItem.added_by),
            joinedload(ListItem.gift, innerjoin=True).selectinload(Gift.tags),
            selectinload(ListItem.claims).joinedload(Claim.giver, innerjoin=True),
        )
    )


class SeenItem:
    """What is read of an item; on the viewer's own wishes the givers' side is None."""

    def __init__(self, item: ListItem, ordinal: int | None, viewer: Viewer) -> None:
        self.item = item
        self.position = ordinal
        self.viewer = viewer
        self.id = item.id
        self.household = item.household_id
        self.list = item.list_id
        self.recipient = item.gift_list.recipient_id
        self.occasion = item.gift_list.occasion_id
        self.occurs_on = item.gift_list.occurs_on
        self.gift = item.gift
        self.quantity = item.quantity
        self.priority = item.priority
        self.note = item.note
        self.added_by = item.added_by
        self.created_at = item.created_at
        self.updated_at = item.updated_at
        self.is_concealed = self.recipient in viewer.person_ids
        if self.is_concealed:
            self._conceal()
        else:
            self._show(item.plan, item.claims)

    def _conceal(self) -> None:
        self.status = self.stage = self.planned_price = self.giver_note = self.withdrawn = None
        self.remaining = self.over_claimed = self.claims = self.my_claim = self.allowed_transitions = None

    def _show(self, plan: ItemPlan, claims: list[Claim]) -> None:
        claimed = sum(claim.quantity for claim in claims)
        self.claims = claims
        self.stage = plan.stage
        self.planned_price = plan.planned_price
        self.giver_note = plan.giver_note
        self.withdrawn = bool(self.item.deleted_at or self.item.gift_list.deleted_at)
        self.remaining = 0 if self.withdrawn else max(self.quantity - claimed, 0)
        self.over_claimed = claimed > self.quantity
        self.my_claim = next((claim for claim in claims if claim.giver_id == self._me), None)
        self.status = self._status
        self.allowed_transitions = allowed_moves(self)

    @cached_property
    def _me(self) -> UUID | None:
        return next(place.person_id for place in self.viewer.places if place.household_id == self.household)

    @property
    def _status(self) -> str:
        """The stage, until all of it is under way: then what the slowest giver has reached."""
        under_way = [claim for claim in self.claims or [] if claim.status in UNDER_WAY]
        if sum(claim.quantity for claim in under_way) < self.quantity:
            return str(self.stage)
        return min((claim.status for claim in under_way), key=UNDER_WAY.index)


def allowed_moves(item: SeenItem) -> list[str]:
    if item.stage == "dropped":
        return ["idea"]
    moves = ["idea", "shortlisted"]
    if item.my_claim or item.remaining:
        moves += STATUSES
    if not item.claims and not item.withdrawn:
        moves.append("dropped")
    return moves
