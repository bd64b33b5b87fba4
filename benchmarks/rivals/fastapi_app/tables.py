"""Hearth's tables, as far as this application needs them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import JSON, DateTime, ForeignKey, Numeric, String, Uuid
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7


class Moment(TypeDecorator):
    """A point in time, in UTC. SQLite keeps it without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=None) if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


Address = Annotated[str, mapped_column(INET().with_variant(String(), "sqlite"))]


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {UUID: Uuid(), datetime: Moment(), Decimal: Numeric(12, 2), dict[str, Any]: JSON()}


class Row:
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class HouseholdRow(Row):
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households_household.id"))


class User(Row, Base):
    __tablename__ = "accounts_user"

    name: Mapped[str]
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    handle: Mapped[str | None]
    handle_key: Mapped[str | None]
    avatar_url: Mapped[str]
    password: Mapped[str]
    is_active: Mapped[bool]


class DeviceSession(Row, Base):
    __tablename__ = "accounts_devicesession"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    device_id: Mapped[UUID]
    device_name: Mapped[str]
    platform: Mapped[str] = mapped_column(default="")
    app_version: Mapped[str] = mapped_column(default="")
    fingerprint_hash: Mapped[str] = mapped_column(default="")
    generation: Mapped[int] = mapped_column(default=1)
    rotated_at: Mapped[datetime]
    idle_expires_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    last_ip: Mapped[Address | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship()


class AuthEvent(Row, Base):
    __tablename__ = "accounts_authevent"

    kind: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey(DeviceSession.id))
    ip: Mapped[Address | None]
    user_agent: Mapped[str] = mapped_column(default="")


class Household(Row, Base):
    __tablename__ = "households_household"

    name: Mapped[str]
    currency: Mapped[str]
    timezone: Mapped[str]


class Tag(HouseholdRow, Base):
    __tablename__ = "households_tag"

    name: Mapped[str]
    name_key: Mapped[str | None]
    kind: Mapped[str]
    colour: Mapped[str]
    deleted_at: Mapped[datetime | None]


class Person(HouseholdRow, Base):
    __tablename__ = "households_person"

    display_name: Mapped[str]
    archived_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class PersonMember(HouseholdRow, Base):
    __tablename__ = "households_personmember"

    group_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    member_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))


class Membership(HouseholdRow, Base):
    __tablename__ = "households_membership"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    role: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    is_active: Mapped[bool]


class Occasion(HouseholdRow, Base):
    __tablename__ = "households_occasion"

    name: Mapped[str]
    date: Mapped[date | None]
    is_yearly: Mapped[bool]
    honoree_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    visibility: Mapped[str]
    deleted_at: Mapped[datetime | None]


class DiaryCounter(Base):
    __tablename__ = "households_diarycounter"

    household_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_seq: Mapped[int]
    last_entry: Mapped[UUID | None]


class Activity(HouseholdRow, Base):
    __tablename__ = "households_activity"

    seq: Mapped[int]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    verb: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    actor: Mapped[User | None] = relationship()


class GiftList(HouseholdRow, Base):
    __tablename__ = "gifts_giftlist"

    name: Mapped[str]
    kind: Mapped[str]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    occasion_id: Mapped[UUID | None] = mapped_column(ForeignKey(Occasion.id))
    occurs_on: Mapped[date | None]
    visibility: Mapped[str]
    companion_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("gifts_giftlist.id"))
    deleted_at: Mapped[datetime | None]
    owner: Mapped[User | None] = relationship()
    recipient: Mapped[Person | None] = relationship()


class GiftTag(HouseholdRow, Base):
    __tablename__ = "gifts_gifttag"

    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gifts_gift.id"))
    tag_id: Mapped[UUID] = mapped_column(ForeignKey(Tag.id))


class Gift(HouseholdRow, Base):
    __tablename__ = "gifts_gift"

    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    image_url: Mapped[str] = mapped_column(default="")
    price: Mapped[Decimal | None]
    currency: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    in_catalog: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(default="", deferred=True)
    deleted_at: Mapped[datetime | None]
    created_by: Mapped[User | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(
        secondary="gifts_gifttag",
        secondaryjoin="and_(GiftTag.tag_id == Tag.id, Tag.deleted_at.is_(None))",
        order_by=Tag.name_key,
        viewonly=True,
    )


class ItemPlan(HouseholdRow, Base):
    __tablename__ = "gifts_itemplan"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("gifts_listitem.id"))
    stage: Mapped[str]
    planned_price: Mapped[Decimal | None]
    giver_note: Mapped[str]


class Claim(HouseholdRow, Base):
    __tablename__ = "gifts_claim"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("gifts_listitem.id"))
    giver_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    claimed_by_id: Mapped[UUID | None]
    quantity: Mapped[int]
    status: Mapped[str] = mapped_column(default="planned")
    actual_price: Mapped[Decimal | None]
    gifted_on: Mapped[date | None]
    given_title: Mapped[str] = mapped_column(default="")
    given_image_url: Mapped[str] = mapped_column(default="")
    deleted_at: Mapped[datetime | None]
    giver: Mapped[Person] = relationship()


class ListItem(HouseholdRow, Base):
    __tablename__ = "gifts_listitem"

    list_id: Mapped[UUID] = mapped_column(ForeignKey(GiftList.id))
    gift_id: Mapped[UUID] = mapped_column(ForeignKey(Gift.id))
    quantity: Mapped[int]
    priority: Mapped[int]
    note: Mapped[str]
    position: Mapped[int]
    added_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    deleted_at: Mapped[datetime | None]
    gift_list: Mapped[GiftList] = relationship()
    gift: Mapped[Gift] = relationship()
    plan: Mapped[ItemPlan] = relationship(uselist=False, viewonly=True)
    added_by: Mapped[User | None] = relationship()
    claims: Mapped[list[Claim]] = relationship(
        primaryjoin="and_(Claim.item_id == ListItem.id, Claim.deleted_at.is_(None))", order_by=Claim.id, viewonly=True
    )


class Comment(HouseholdRow, Base):
    __tablename__ = "gifts_comment"

    person_id: Mapped[UUID | None]
    occasion_id: Mapped[UUID | None]
    list_id: Mapped[UUID | None]
    gift_id: Mapped[UUID | None]
    item_id: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]


class CommentHiddenFrom(HouseholdRow, Base):
    __tablename__ = "gifts_commenthiddenfrom"

    comment_id: Mapped[UUID] = mapped_column(ForeignKey(Comment.id))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))


class Task(HouseholdRow, Base):
    __tablename__ = "tasks_task"

    owner_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    title: Mapped[str]
    description: Mapped[str]
    completed: Mapped[bool]
    completed_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    priority: Mapped[int]
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey(ListItem.id))
    recurrence: Mapped[str]
    repeat_after_days: Mapped[int | None]
    previous_id: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]
