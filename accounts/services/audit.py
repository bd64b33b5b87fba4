from typing import Any

from accounts.models import AuthEvent, DeviceSession, User
from config.client import Client


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
