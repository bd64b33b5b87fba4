from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from config.errors import Code


@dataclass(frozen=True)
class Denied:
    """A no that is returned, not raised: its counters, revocations and audit are committed first.

    The view turns it into a `Refusal`.
    """

    code: Code
    # For VALIDATION_FAILED: messages by field.
    details: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class SecondStep:
    """A right password that opens nothing yet: a code of the second factor has to follow it.

    `session_id` is the key that the session will have. There can be one row with it, so there can be one sign-in.
    `mark` follows from the password: once that is another, this is worth nothing.
    """

    session_id: UUID
    user_id: UUID
    mark: str
    device_name: str
    device_id: UUID | None
    platform: str
