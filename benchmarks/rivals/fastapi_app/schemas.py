"""What is answered, and what is taken."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Row = TypeVar("Row")
Price = Annotated[Decimal, Field(max_digits=12, decimal_places=2, ge=0)]
STATUSES = ("planned", "buying", "ordered", "delivered", "wrapped", "gifted")
Status = Literal["planned", "buying", "ordered", "delivered", "wrapped", "gifted"]


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UserRef(Out):
    id: UUID
    name: str
    handle: str | None
    avatar_url: str


class PersonRef(Out):
    id: UUID
    display_name: str


class TagRef(Out):
    id: UUID
    name: str
    kind: str
    colour: str


class GiftRef(Out):
    id: UUID
    title: str
    description: str
    url: str
    image_url: str
    price: Decimal | None
    currency: str
    source: str
    tags: list[TagRef]


class GiftOut(GiftRef):
    household: UUID = Field(validation_alias="household_id")
    in_catalog: bool
    created_by: UserRef | None
    created_at: datetime
    updated_at: datetime


class ClaimOut(Out):
    id: UUID
    giver: PersonRef
    quantity: int
    status: str
    actual_price: Decimal | None
    gifted_on: date | None
    created_at: datetime
    updated_at: datetime


class ItemOut(Out):
    id: UUID
    household: UUID
    list: UUID
    recipient: UUID | None
    occasion: UUID | None
    occurs_on: date | None
    gift: GiftRef
    quantity: int
    priority: int
    note: str
    position: int | None
    added_by: UserRef | None
    status: str | None
    stage: str | None
    planned_price: Decimal | None
    giver_note: str | None
    withdrawn: bool | None
    remaining: int | None
    over_claimed: bool | None
    claims: "list[ClaimOut] | None"
    my_claim: ClaimOut | None
    allowed_transitions: "list[str] | None"
    created_at: datetime
    updated_at: datetime


class GiftListOut(Out):
    id: UUID
    household: UUID = Field(validation_alias="household_id")
    name: str
    kind: str
    owner: UserRef | None
    recipient: PersonRef | None
    occasion: UUID | None = Field(validation_alias="occasion_id")
    occurs_on: date | None
    visibility: str
    companion_of: UUID | None = Field(validation_alias="companion_of_id")
    created_at: datetime
    updated_at: datetime


class ListRef(Out):
    id: UUID
    name: str
    kind: str
    recipient: PersonRef | None


class Subject(Out):
    type: str
    id: UUID
    title: str | None
    item: UUID | None


class ActivityOut(Out):
    id: UUID
    household: UUID
    at: datetime
    actor: UserRef | None
    verb: str
    subject: Subject
    payload: dict[str, Any]


class Page(BaseModel, Generic[Row]):
    results: list[Row]
    next: str | None
    previous: str | None


class OccasionRef(Out):
    id: UUID
    name: str


class NextOccasion(Out):
    occasion: OccasionRef
    next_date: date
    days_to_go: int
    lists: list[ListRef]


class Coverage(Out):
    covered: int
    total: int


class IdeaInbox(Out):
    lists: list[ListRef]
    items: list[ItemOut]


class Dashboard(Out):
    household: UUID
    next_occasion: NextOccasion | None
    people: Coverage
    items_by_status: dict[str, int]
    people_needing_gifts: list[PersonRef]
    idea_inbox: IdeaInbox
    my_assignments: list[ItemOut]
    activity: list[ActivityOut]


class TaskOut(Out):
    id: UUID
    household: UUID
    owner: UUID
    title: str
    description: str
    completed: bool
    completed_at: datetime | None
    due_on: date | None
    is_overdue: bool
    priority: int
    item: UUID | None
    recurrence: str
    repeat_after_days: int | None
    next_task: UUID | None
    created_at: datetime
    updated_at: datetime


class GiftIn(In):
    household: UUID | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    description: Annotated[str, StringConstraints(max_length=5000)] = ""
    url: Annotated[str, StringConstraints(max_length=2000)] = ""
    image_url: Annotated[str, StringConstraints(max_length=2000)] = ""
    price: Price | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    source: Annotated[str, StringConstraints(max_length=120)] = ""
    tags: Annotated[list[UUID], Field(max_length=50)] = []


class ClaimIn(In):
    quantity: Annotated[int, Field(ge=1, le=999)] = 1


class MoveIn(In):
    status: Status
    quantity: Annotated[int, Field(ge=1, le=999)] | None = None


class LoginIn(In):
    login: Annotated[str, StringConstraints(max_length=254)]
    password: Annotated[str, StringConstraints(max_length=200)]
    device_name: Annotated[str, StringConstraints(max_length=120)]
    device_id: UUID | None = None
    platform: Annotated[str, StringConstraints(max_length=40)] = ""


class RefreshIn(In):
    refresh: Annotated[str, StringConstraints(max_length=2000)]
    device_id: UUID


class Account(Out):
    id: UUID
    name: str
    email: str | None
    handle: str | None
    avatar_url: str


class SignedIn(Out):
    access: str
    refresh: str
    device_id: UUID
    user: Account
