"""Items as a page shows them, and the moves that whoever is looking may make."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gifts.models import Claim
from gifts.moves import allowed_moves
from gifts.words import MOVE_WORDS, STATUS_WORDS
from households.viewer import Viewer


@dataclass
class Line:
    """An item that was read by `as_seen_by`: all that it says of givers is None or empty where it is concealed."""

    item: Any
    viewer: Viewer

    @property
    def title(self) -> str:
        return self.item.gift_title

    @property
    def status(self) -> str:
        return self.item.seen_status or ""

    @property
    def status_words(self) -> str:
        return STATUS_WORDS.get(self.status, "")

    @property
    def is_withdrawn(self) -> bool:
        return bool(self.item.seen_withdrawn)

    @property
    def is_beside(self) -> bool:
        """Whether it is a surprise that is kept beside a list which its recipient sees."""
        return self.item.list.companion_of_id is not None

    @cached_property
    def claims(self) -> list[Claim]:
        return [] if self.item.is_concealed else list(self.item.claims.all())

    @property
    def taken(self) -> list[str]:
        return [
            f"{claim.giver.display_name}{f' takes {claim.quantity}' if self.item.quantity > 1 else ''}: "
            f"{STATUS_WORDS[claim.status]}"
            for claim in self.claims
        ]

    @property
    def mine(self) -> Claim | None:
        me = self.viewer.belonging(self.item.household_id).person_id
        return next((claim for claim in self.claims if claim.giver_id == me), None)

    @property
    def moves(self) -> list[tuple[str, str]]:
        """The moves that are left, and what each is called; none for whoever wished for it."""
        if self.item.is_concealed:
            return []
        allowed = allowed_moves(
            stage=self.item.seen_stage,
            has_claim=self.mine is not None,
            claimed=len(self.claims),
            remaining=self.item.seen_remaining,
            plans=self.item.is_planned,
            withdrawn=self.is_withdrawn,
        )
        now = self.mine.status if self.mine else self.item.seen_stage
        return [(move, MOVE_WORDS[move]) for move in allowed if move != now]


def lines(items: Iterable[Any], viewer: Viewer) -> list[Line]:
    return [Line(item, viewer) for item in items]
