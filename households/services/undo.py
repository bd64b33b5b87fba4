"""Undo: whoever deleted something may have it back for a while."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from config.errors import Code, Refusal
from config.kept_rows import locked_row
from config.models import BaseModel
from households.services import diary
from households.services.households import require_planner
from households.viewer import Viewer

UNDO_LIFETIME = timedelta(days=30)


def no_objection(viewer: Viewer, row: Any) -> None:
    """For what can come back whatever has happened since."""


def refuse_guests(viewer: Viewer, row: Any) -> None:
    """For what only those who plan may change: whoever has become a guest since does not."""
    require_planner(viewer, row.household_id)


@transaction.atomic
def restore(
    *,
    viewer: Viewer,
    model: type[BaseModel],
    pk: UUID,
    verb: str,
    check: Callable[[Viewer, Any], None] = no_objection,
    lock: Callable[..., Any] = locked_row,
) -> Any:
    """Take back the viewer's own deletion; for anybody else, and when it is too late, there is nothing.

    What is not deleted (any more) is left as it is, so that asking twice answers the same. `check` refuses what would
    contradict something that was done since; `lock` is how its deletion locks it.
    """
    row = lock(model, viewer, pk, door="known_to")
    if take_back(viewer=viewer, row=row, check=check):
        diary.record(household_id=row.household_id, actor=viewer.user, verb=verb, subject=row)
    return row


def take_back(*, viewer: Viewer, row: Any, check: Callable[[Viewer, Any], None] = no_objection) -> bool:
    """The undo alone, of a row that is locked; returns whether there was anything to undo."""
    if row.deleted_at is None:
        return False
    if row.deleted_by_id != viewer.user.pk or row.deleted_at < timezone.now() - UNDO_LIFETIME:
        raise Refusal(Code.RESOURCE_NOT_FOUND)
    check(viewer, row)
    row.revive()
    return True
