"""How often each step of signing in may be tried: by one account, and from one address.

The counters are rows, so they are exact in however many processes, outlive a restart, and do not ask whether Redis is
there. See docs/decisions/0015.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Case, F, Q, QuerySet, TextChoices, Value, When
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import AttemptCounter, AuthEvent, User
from accounts.services.audit import record
from config.client import Client, neighbourhood
from config.errors import Code, Refusal
from config.models import casefold_key

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)


class Step(TextChoices):
    # A password is guessed at whichever door it is tried, so the admin's sign-in counts with this one.
    LOGIN = "login"
    ACTIVATION = "activation"
    COMPLETION = "completion"
    REFRESH = "refresh"
    PASSWORD = "password"  # noqa: S105
    MFA = "mfa"
    PIN = "pin"


class Limit(NamedTuple):
    times: int
    window: timedelta


# NIST SP 800-63B-4, section 3.2.2: no more than 100 failures in a row with one authenticator of one account. A code of
# six digits stands less; an activation code and a PIN end after five anyway.
BY_ACCOUNT = {
    Step.LOGIN: [Limit(10, QUARTER), Limit(100, DAY)],
    Step.ACTIVATION: [Limit(10, QUARTER)],
    Step.COMPLETION: [Limit(20, QUARTER)],
    Step.REFRESH: [Limit(20, QUARTER)],
    Step.PASSWORD: [Limit(10, QUARTER), Limit(100, DAY)],
    Step.MFA: [Limit(10, QUARTER), Limit(50, DAY)],
    Step.PIN: [Limit(10, QUARTER)],
}
# A family shares one address, and forgets its passwords on the same evening.
BY_ADDRESS = dict.fromkeys(Step, Limit(50, QUARTER))


@dataclass(frozen=True)
class Counter:
    """One row, and how far it may count."""

    step: Step
    whose: str
    subject: str
    limit: Limit

    def rows(self) -> QuerySet[AttemptCounter]:
        return AttemptCounter.objects.filter(step=self.step, subject=self.subject)

    def empty(self, now: datetime) -> AttemptCounter:
        ends_at = now + self.limit.window
        return AttemptCounter(step=self.step, subject=self.subject, started_at=now, ends_at=ends_at)

    def add(self, now: datetime) -> bool:
        """Whether there was room for one more. One UPDATE decides: of many at once each sees what the last has left."""
        over = Q(ends_at__lte=now)
        return bool(
            self.rows()
            .filter(over | Q(count__lt=self.limit.times))
            .update(
                count=Case(When(over, then=1), default=F("count") + 1),
                started_at=Case(When(over, then=Value(now)), default=F("started_at")),
                ends_at=Case(When(over, then=Value(now + self.limit.window)), default=F("ends_at")),
                is_noted=Case(When(over, then=Value(False)), default=F("is_noted"), output_field=BooleanField()),
                updated_at=now,
            )
        )


@dataclass(frozen=True)
class Taken:
    """One attempt, counted before anybody knows what comes of it."""

    counters: tuple[Counter, ...]
    at: datetime

    def give_back(self) -> None:
        """It went well, so it counts for nothing. For use inside the transaction of what went well, or after it."""
        for counter in self.counters:
            # Unless a new time has begun since, which never counted it.
            counted = counter.rows().filter(started_at__lte=self.at, count__gt=0)
            counted.update(count=F("count") - 1, updated_at=timezone.now())


def take(step: Step, *, account: str | None, client: Client, user: User | None = None) -> Taken:
    """Counts one attempt, in a transaction of its own: for use before anything slow, and outside of transactions.

    `account` is what was typed as login, or the id of what is guessed at; `user` is for the audit. RATE_LIMITED, with
    nothing counted, when the account or the address has no attempt left.
    """
    now = timezone.now()
    counters = tuple(_counters(step, account, client.ip))
    used_up = _count(counters, now)
    if used_up:
        raise Refusal(Code.RATE_LIMITED, retry_after=_note(used_up, now, user, client))
    return Taken(counters, now)


@contextmanager
def failures_counted(step: Step, *, kind: AuthEvent.Kind, client: Client) -> Iterator[None]:
    """What is refused in here counts for the address, and leaves a line before it goes on: as many as may be counted.

    For use outside of transactions: they would undo it.
    """
    try:
        yield
    except Refusal as refusal:
        take(step, account=None, client=client)
        reason = refusal.code.name.lower()
        record(kind=kind, outcome=AuthEvent.Outcome.FAILED, client=client, reason=reason)
        raise


def _counters(step: Step, account: str | None, ip: str | None) -> Iterator[Counter]:
    """Always in this order, so that of two attempts none waits for the other in a circle."""
    by_address, factor = BY_ADDRESS[step], settings.SIGN_IN_ADDRESS_FACTOR
    if ip and factor:
        subject = _subject("address", neighbourhood(ip))
        yield Counter(step, "address", subject, by_address._replace(times=by_address.times * factor))
    if account is not None:
        for limit in BY_ACCOUNT[step]:
            subject = _subject(f"account {limit.window}", casefold_key(account) or "")
            yield Counter(step, "account", subject, limit)


def _subject(kind: str, value: str) -> str:
    return salted_hmac("accounts.limits", f"{kind} {value}", algorithm="sha256").hexdigest()


@transaction.atomic(durable=True)
def _count(counters: tuple[Counter, ...], now: datetime) -> Counter | None:
    """Counts for all of them, or for none when one is used up: that one."""
    AttemptCounter.objects.bulk_create([counter.empty(now) for counter in counters], ignore_conflicts=True)
    for counter in counters:
        if not counter.add(now):
            # So nobody uses up an address at an account that is closed, nor an account from one that is.
            transaction.set_rollback(True)
            return counter
    return None


@transaction.atomic(durable=True)
def _note(used_up: Counter, now: datetime, user: User | None, client: Client) -> int:
    """The seconds until it begins anew. The audit gets one line for all that is refused until then."""
    if used_up.rows().filter(is_noted=False).update(is_noted=True, updated_at=now):
        record(
            kind=AuthEvent.Kind.RATE_LIMITED,
            outcome=AuthEvent.Outcome.FAILED,
            client=client,
            user=user,
            reason=f"{used_up.step}_{used_up.whose}",
        )
    ends_at = used_up.rows().values_list("ends_at", flat=True).first() or now
    return max(1, ceil((ends_at - now).total_seconds()))
