from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accounts.models import AuthEvent, DeviceSession, User
from config.client import Client
from config.errors import Refusal


def event(
    *,
    kind: AuthEvent.Kind,
    outcome: AuthEvent.Outcome,
    client: Client,
    user: User | None = None,
    actor: User | None = None,
    session: DeviceSession | None = None,
    reason: str = "",
) -> AuthEvent:
    """A line for the audit. `reason` is a word of ours, never anything that somebody typed."""
    return AuthEvent(
        kind=kind,
        outcome=outcome,
        reason=reason,
        user=user,
        actor=actor,
        session=session,
        ip=client.ip,
        user_agent=client.user_agent,
    )


def record(**values: Any) -> AuthEvent:
    """Writes an `event` into the audit."""
    line = event(**values)
    line.save()
    return line


@contextmanager
def refusals_recorded(*, kind: AuthEvent.Kind, client: Client) -> Iterator[None]:
    """What is refused in here leaves a line before it goes on. For use outside of transactions: they would undo it."""
    try:
        yield
    except Refusal as refusal:
        record(kind=kind, outcome=AuthEvent.Outcome.FAILED, client=client, reason=refusal.code.name.lower())
        raise
