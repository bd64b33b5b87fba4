from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from config.bulk import Batch
from config.models import BaseModel
from households.models import Activity, DiaryCounter


@dataclass
class Diary:
    """A household's diary while it is written: what `households.services.diary` does one entry at a time, under a lock
    that a household which nobody has seen yet does not need."""

    household_id: UUID
    batch: Batch
    last_seq: int = 0
    last_entry: UUID | None = None

    def note(self, actor: User | None, verb: str, subject: BaseModel, **payload: Any) -> None:
        self.last_seq += 1
        entry = Activity(
            household_id=self.household_id,
            seq=self.last_seq,
            actor_id=actor.pk if actor else None,
            verb=verb,
            subject_type=subject._meta.model_name or "",
            subject_id=subject.pk,
            payload=payload,
        )
        # Keys that one process makes ascend, so no step to the next has to be taken care of.
        self.last_entry = self.batch.add(entry).pk

    def close(self) -> None:
        counter = DiaryCounter(household_id=self.household_id, last_seq=self.last_seq, last_entry=self.last_entry)
        self.batch.add(counter)
