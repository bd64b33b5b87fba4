"""What a second factor is, and whether a code is good: six digits of an authenticator (RFC 6238), or a recovery code.

Codes are checked under the lock of the user's row, so each is good once, however many try it at the same moment.
docs/decisions/0016 says what is kept and what is not.
"""

import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.services import limits, recovery_codes
from config.client import Client

DIGITS = re.compile(r"[0-9]{6}")
ISSUER = "Hearth"


@dataclass(frozen=True)
class Shown:
    """A code as somebody has shown it: its digits, or what stands in the table for a recovery code."""

    digits: str = ""
    recovery: str = ""


@dataclass(frozen=True)
class Attempt:
    """To show the code of a second factor: counted and hashed before any lock, judged under that of the user's row.

    Of somebody who has none nothing is asked, unless they have got one meanwhile.
    """

    code: Shown
    taken: limits.Taken | None
    began_at: datetime

    @classmethod
    def of(cls, user: User, typed: str, client: Client) -> Self:
        """RATE_LIMITED after too many."""
        now = timezone.now()
        if not is_enrolled(user):
            return cls(Shown(), None, now)
        taken = limits.take(limits.Step.MFA, account=str(user.pk), client=client, user=user)
        return cls(shown(user=user, typed=typed), taken, now)

    def passes(self, user: User) -> bool:
        if self.taken is None:
            return not is_enrolled(user)
        is_good = spend(user=user, code=self.code)
        if is_good:
            self.taken.give_back()
        return is_good

    @property
    def second_factor_at(self) -> datetime | None:
        """For the session that it opens."""
        return self.began_at if self.taken else None


def authenticators() -> QuerySet[TOTPDevice]:
    """One for each user who has a second factor."""
    return TOTPDevice.objects.filter(confirmed=True)


def is_enrolled(user: User) -> bool:
    return authenticators().filter(user=user).exists()


def shown(*, user: User, typed: str) -> Shown:
    """To be read before any lock: the hash of a recovery code is slow."""
    digits = re.sub(r"[\s-]", "", typed)
    return Shown(digits=digits) if DIGITS.fullmatch(digits) else Shown(recovery=recovery_codes.hash_for(user, typed))


def spend(*, user: User, code: Shown) -> bool:
    """Whether this code is good, which it is not any more. The user's row is locked."""
    device = authenticators().filter(user=user).first()
    if device is None:
        return False
    return spend_digits(device, code.digits) if code.digits else recovery_codes.use_up(user, code.recovery)


def spend_digits(device: TOTPDevice, digits: str) -> bool:
    """The same for one authenticator. Neither this code is good again nor one of an earlier time (RFC 6238, 5.2)."""
    step = step_of(device, digits)
    if step is not None:
        TOTPDevice.objects.filter(pk=device.pk).update(last_t=step, last_used_at=timezone.now())
    return step is not None


def step_of(device: TOTPDevice, digits: str) -> int | None:
    """The time step that these are the digits of: this one, or a neighbour, since clocks differ; None for others."""
    if not DIGITS.fullmatch(digits):
        return None
    # Its own `verify_token` reads, compares and writes, and lets whoever fails wait: our locks and limits do that.
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        totp = TOTP(secret_of(device, key), device.step, device.t0, device.digits)
        totp.time = timezone.now().timestamp()
        if totp.verify(int(digits), device.tolerance, device.last_t + 1):
            return totp.t()
    return None


def secret_of(device: TOTPDevice, key: str | None = None) -> bytes:
    """The 160 bits that the authenticator has, too (RFC 4226, section 4). The row alone does not tell them."""
    return salted_hmac("accounts.second_factor", device.key, secret=key, algorithm="sha256").digest()[:20]


def as_typed(device: TOTPDevice) -> str:
    return b32encode(secret_of(device)).decode()


def as_uri(device: TOTPDevice, user: User) -> str:
    """What an authenticator reads from a picture (the Key URI Format of Google Authenticator)."""
    values: dict[str, Any] = {"secret": as_typed(device), "issuer": ISSUER, "algorithm": "SHA1"}
    values |= {"digits": device.digits, "period": device.step}
    return f"otpauth://totp/{quote(f'{ISSUER}:{user.login}')}?{urlencode(values)}"


def required_of(viewer: Any) -> bool:
    """Whether whoever this is (a households `Viewer`) has to have a second factor on this server."""
    user, kinds = viewer.user, settings.MFA_REQUIRED_FOR
    is_staff = user.is_staff or user.is_superuser
    return ("staff" in kinds and is_staff) or ("owners" in kinds and bool(viewer.owned_household_ids))


def is_missing(viewer: Any) -> bool:
    """Whether that is so, and this session has not shown it. One that is older than the second factor has ended."""
    session = viewer and viewer.session
    return bool(session) and session.second_factor_at is None and required_of(viewer)
