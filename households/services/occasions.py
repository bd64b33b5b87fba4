from typing import Any
from uuid import UUID

from django.db import transaction

from config.errors import Code, Refusal, invalid
from config.kept_rows import locked_row
from households.models import Household, Occasion
from households.services import diary, undo
from households.services.households import require_planner
from households.viewer import Viewer


@transaction.atomic
def create_occasion(*, viewer: Viewer, household: Household | None = None, **fields: Any) -> Occasion:
    household_id = viewer.planning(household).household_id
    yearly = fields.get("kind") in {Occasion.Kind.CHRISTMAS, Occasion.Kind.BIRTHDAY, Occasion.Kind.ANNIVERSARY}
    occasion = Occasion(household_id=household_id, **({"is_yearly": yearly} | fields))
    _check(viewer, occasion)
    occasion.save()
    diary.record(household_id=household_id, actor=viewer.user, verb="occasion.created", subject=occasion)
    return occasion


@transaction.atomic
def update_occasion(*, viewer: Viewer, occasion_id: UUID, changes: dict[str, Any]) -> Occasion:
    occasion = _changeable_occasion(viewer, occasion_id)
    hidden_from = _hidden_from(occasion)
    if fields := occasion.assign(changes):
        _check(viewer, occasion)
        if hidden_from and hidden_from != _hidden_from(occasion):
            _refuse_to_open(occasion)
        occasion.save(update_fields=[*fields, "updated_at"])
        diary.record(
            household_id=occasion.household_id,
            actor=viewer.user,
            verb="occasion.updated",
            subject=occasion,
            fields=fields,
        )
    return occasion


@transaction.atomic
def delete_occasion(*, viewer: Viewer, occasion_id: UUID) -> None:
    """Leave a tombstone. The lists that are for it stay."""
    occasion = _changeable_occasion(viewer, occasion_id)
    occasion.entomb(by=viewer.user)
    diary.record(household_id=occasion.household_id, actor=viewer.user, verb="occasion.deleted", subject=occasion)


def restore_occasion(*, viewer: Viewer, pk: UUID) -> Occasion:
    return undo.restore(viewer=viewer, model=Occasion, pk=pk, verb="occasion.restored", check=undo.refuse_guests)


def _changeable_occasion(viewer: Viewer, occasion_id: UUID) -> Occasion:
    occasion = locked_row(Occasion, viewer, occasion_id)
    require_planner(viewer, occasion.household_id)
    return occasion


def _hidden_from(occasion: Occasion) -> UUID | None:
    return occasion.honoree_id if occasion.visibility == Occasion.Visibility.HIDDEN else None


def _refuse_to_open(occasion: Occasion) -> None:
    """With the occasion, its honoree would see whatever is planned for it, whoever's it is. The lists are another
    room's, so they are reached by their relation."""
    if occasion.lists.exists():
        raise Refusal(Code.CONFLICT_STATE, "Lists are planned for it in secret. Make another occasion to tell them of.")


def _check(viewer: Viewer, occasion: Occasion) -> None:
    if occasion.honoree and occasion.honoree.household_id != occasion.household_id:
        raise invalid(honoree="There is no such person in this household.")
    if occasion.visibility == Occasion.Visibility.HIDDEN:
        if occasion.honoree is None:
            raise invalid(honoree="Say whom it is hidden from.")
        if viewer.is_any_of(occasion.honoree_id):
            raise invalid(visibility="You cannot hide something from yourself.")
