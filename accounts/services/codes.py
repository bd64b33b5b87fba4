"""Activation codes: short enough to read out over the telephone, and therefore quickly burned by wrong guesses."""

import secrets
from collections.abc import Iterable
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import ActivationCode, ActivationCodeQuerySet, AuthEvent, DeviceSession, User
from accounts.services.audit import record
from accounts.services.limits import Step, Taken, take
from accounts.services.outcomes import Denied
from accounts.services.sessions import revoke_sessions
from config.client import Client
from config.errors import Code

Kind, Outcome = AuthEvent.Kind, AuthEvent.Outcome

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans("OIL", "011")
CODE_LENGTH = 8

# A code is random and lives for a day, so the smallest cost that OWASP names for argon2id is plenty.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What a guess is hashed against where there is no code, so that it takes as long as where there is one.
NO_CODE = HASHER.hash(secrets.token_hex())
# And what is asked for where there is no row: the database is asked as often.
NO_ROW = UUID(int=0)


@transaction.atomic
def issue_code(*, user: User, actor: User | None, client: Client) -> str:
    """A new code in place of any older one, in plain text, which nobody can ever read again.

    All sessions of the user end: for somebody who has activated before, this is a reset.
    """
    code = "".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH))
    code_hash = HASHER.hash(code)
    # Two codes issued at once take turns here: the second replaces the first.
    user = User.objects.locked(user.pk)
    now = timezone.now()
    _withdraw(user.activation_codes.open())
    ActivationCode.objects.create(
        user=user, issued_by=actor, code_hash=code_hash, expires_at=now + settings.ACTIVATION_CODE_LIFETIME
    )
    revoke_sessions(sessions=user.sessions.all(), reason=DeviceSession.Revoked.RESET, actor=actor, client=client)
    record(
        kind=Kind.CODE_ISSUED,
        outcome=Outcome.SUCCEEDED,
        client=client,
        user=user,
        actor=actor,
        reason="reset" if user.activated_at else "",
    )
    return f"{code[:4]}-{code[4:]}"


def withdraw_owners_codes(*, user: User, except_by: Iterable[UUID] = ()) -> None:
    """Ends the open code of this user if somebody issued it in a household, but for those of these users; those of
    staff stay good."""
    _withdraw(user.activation_codes.open().filter(issued_by__isnull=False).exclude(issued_by__in=except_by))


def withdraw_codes(*, user: User, actor: User | None, client: Client) -> None:
    """For staff: ends the open code of this user, whoever issued it."""
    if _withdraw(user.activation_codes.open()):
        record(
            kind=Kind.CODE_WITHDRAWN, outcome=Outcome.SUCCEEDED, client=client, user=user, actor=actor, reason="staff"
        )


def verify_code(*, login: str, code: str, client: Client) -> ActivationCode | Denied:
    """The code that this login and this text belong to. It stays usable until the activation is completed.

    Two transactions, not one: each guess is counted before it is hashed, and stays counted whatever happens then.
    """
    user = User.objects.with_login(login).first()
    taken = take(Step.ACTIVATION, account=login, client=client, user=user)
    row = ActivationCode.objects.usable().select_related("user").filter(user=user.pk if user else NO_ROW).first()
    with transaction.atomic(durable=True):
        reserved = _reserve_attempt(row.pk if row else NO_ROW)
        # Written for everybody, so that a login with a code costs no commit more than one without.
        record(kind=Kind.ACTIVATION_STARTED, outcome=Outcome.ATTEMPTED, client=client, user=user)
    matches = _matches(row.code_hash if row and reserved else NO_CODE, code)
    if row is None or not (reserved and matches):
        return _denied(Code.AUTH_INVALID_ACTIVATION_CODE, user, client)
    _give_back(row, taken)
    if row.expires_at <= timezone.now():
        return _denied(Code.AUTH_ACTIVATION_EXPIRED, user, client)
    return row


def normalised(typed: str) -> str:
    """The code as it was issued, however it was typed: any case, with spaces or dashes, O for 0, I or L for 1."""
    return "".join(character for character in typed.upper() if character.isalnum()).translate(LOOKALIKES)


def _withdraw(codes: ActivationCodeQuerySet) -> int:
    now = timezone.now()
    return codes.update(replaced_at=now, updated_at=now)


def _reserve_attempt(pk: UUID) -> bool:
    """Counts one failure in advance: of a hundred guesses at once only five are ever hashed."""
    return bool(ActivationCode.objects.usable().filter(pk=pk).update(failed_attempts=F("failed_attempts") + 1))


@transaction.atomic
def _give_back(row: ActivationCode, taken: Taken) -> None:
    ActivationCode.objects.filter(pk=row.pk).update(failed_attempts=F("failed_attempts") - 1)
    taken.give_back()


def _matches(code_hash: str, typed: str) -> bool:
    try:
        return HASHER.verify(code_hash, normalised(typed))
    except VerifyMismatchError:
        return False


def _denied(code: Code, user: User | None, client: Client) -> Denied:
    reason = code.name.lower()
    record(kind=Kind.ACTIVATION_FAILED, outcome=Outcome.FAILED, client=client, user=user, reason=reason)
    return Denied(code)
