"""Puts a family back as it was: created rows have no relations, and would make later pages look faster."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import AuthEvent, DeviceSession
from benchmarks.scene import Scene
from gifts.models import Claim, Gift, GiftTag, ItemPlan
from households.models import Activity, DiaryCounter
from tasks.models import Task

KEPT: list[type[models.Model]] = [Claim, ItemPlan, DiaryCounter, Task]
# Children before parents.
MADE: list[type[models.Model]] = [GiftTag, Gift, Activity]


@dataclass(frozen=True)
class Snapshot:
    """The rows of one household that a write may change, and since when new ones are to go."""

    scene: Scene
    taken_at: datetime
    rows: dict[type[models.Model], dict[Any, models.Model]]

    @classmethod
    def of(cls, scene: Scene) -> "Snapshot":
        rows = {model: {row.pk: row for row in _of(model, scene.household_id)} for model in KEPT}
        return cls(scene, timezone.now(), rows)

    def restore(self) -> None:
        """New rows are deleted, changed ones written back, and what that leaves in the tables is swept."""
        with transaction.atomic():
            for model in MADE:
                self._unmake(_of(model, self.scene.household_id))
            for model, before in self.rows.items():
                self._put_back(model, before)
            AuthEvent.objects.filter(created_at__gte=self.taken_at).delete()
            sessions = DeviceSession.objects.filter(user=self.scene.viewer.user, created_at__gte=self.taken_at)
            sessions.delete()
        _sweep([*KEPT, *MADE, AuthEvent, DeviceSession])

    def _unmake(self, rows: models.QuerySet) -> None:
        made = rows.filter(created_at__gte=self.taken_at)
        made._raw_delete(made.db)

    def _put_back(self, model: type[models.Model], before: dict[Any, models.Model]) -> None:
        present = {row.pk: row for row in _of(model, self.scene.household_id)}
        new = [pk for pk in present if pk not in before]
        for start in range(0, len(new), 500):
            model._base_manager.filter(pk__in=new[start : start + 500]).delete()
        for pk, row in before.items():
            values = _values(row)
            if _values(present[pk]) != values:
                model._base_manager.filter(pk=pk).update(**values)


def _of(model: type[models.Model], household_id: UUID) -> models.QuerySet:
    return model._base_manager.filter(household_id=household_id)


def _values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def _sweep(touched: list[type[models.Model]]) -> None:
    if connection.vendor != "postgresql":
        return
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in touched)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {tables}")
