from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services.codes import issue_code, withdraw_owners_codes
from accounts.services.users import create_user
from config.client import Client
from config.errors import Code, Refusal
from config.kept_rows import Row, locked_row, locked_rows, row_behind
from config.models import BaseModel, ScopedQuerySet
from config.statements import Places
from households.models import DiaryCounter, Household, Membership, Person, Role
from households.services import diary
from households.viewer import Viewer


@transaction.atomic
def create_household(
    *, owner: User, name: str, person_name: str = "", is_demo: bool = False, **fields: Any
) -> Household:
    """A household with its first owner, and the Person this owner is. `fields` are `currency` and `timezone`."""
    owner = User.objects.locked(owner.pk)
    # A code opens the whole account, and from now on that reaches further than the owner who issued it may go.
    withdraw_owners_codes(user=owner)
    household = Household.objects.create(name=name, is_demo=is_demo, **fields)
    DiaryCounter.objects.create(household=household)
    person = Person.objects.create(household=household, display_name=person_name or owner.name)
    Membership.objects.create(household=household, user=owner, role=Role.OWNER, person=person)
    diary.record(household_id=household.pk, actor=owner, verb="household.created", subject=household)
    return household


@transaction.atomic
def provision_household(
    *, name: str, owner_name: str, email: str | None = None, handle: str | None = None, **fields: Any
) -> tuple[Membership, str | None]:
    """For staff: a household and its first owner; returns their membership and, for a new login, the one-time code.

    A login that exists already becomes the owner without a code: nobody gets one for an account that is somebody's.
    """
    owner = User.objects.with_login(email or handle or "").first()
    code = None
    if owner is None:
        owner = create_user(name=owner_name, email=email, handle=handle)
        code = issue_code(user=owner, actor=None, client=Client())
    elif not owner.is_active:
        raise Refusal(Code.CONFLICT_STATE, "This login is deactivated.")
    household = create_household(owner=owner, name=name, person_name=owner_name, **fields)
    return Membership.objects.select_related("household", "user", "person").get(household=household), code


@transaction.atomic
def update_household(*, viewer: Viewer, household_id: UUID, changes: dict[str, Any]) -> Household:
    household = locked_row(Household, viewer, household_id)
    require_owner(viewer, household.pk)
    if fields := household.assign(changes):
        household.save(update_fields=[*fields, "updated_at"])
        diary.record(
            household_id=household.pk, actor=viewer.user, verb="household.updated", subject=household, fields=fields
        )
    return household


def require_owner(viewer: Viewer, household_id: UUID) -> None:
    if not viewer.owns(household_id):
        raise Refusal(Code.RESOURCE_FORBIDDEN)


def require_planner(viewer: Viewer, household_id: UUID) -> None:
    """What a guest sees of the household is not theirs to change."""
    if not viewer.plans(household_id):
        raise Refusal(Code.RESOURCE_FORBIDDEN)


def locked_with_household(model: type[Row], viewer: Viewer, pk: UUID, *, door: str = "visible_to") -> Row:
    """This row, as `locked_row` has it, locked after its household.

    Every change of who is in a household, or of who is whom, starts like this: two owners who leave at once wait for
    each other, and no two couples can grow into each other.
    """
    lock_household_of(model, viewer, pk, door=door)
    return locked_row(model, viewer, pk, door=door)


def locked_among(rows: ScopedQuerySet, pk: UUID) -> Any:
    """The same for rows that are rarely asked for, or by whoever runs the server: they are chosen already."""
    list(Household.objects.filter(pk__in=rows.filter(pk=pk).values("household")).for_update())
    return rows.locked(pk)


def lock_household_of(model: type[BaseModel], viewer: Viewer, pk: UUID, *, door: str = "visible_to") -> None:
    """Where the row is. It is asked through the door: for what is hidden nobody even waits."""
    locked_rows(_household_behind, viewer, model, door, row=pk)


def _household_behind(viewer: Viewer, places: Places, model: type[BaseModel], door: str) -> ScopedQuerySet:
    rows = row_behind(viewer, places, model, door)
    return Household.objects.filter(pk__in=rows.order_by().values("household"))
