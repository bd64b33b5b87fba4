"""Recovery codes: what opens the door when the phone with the authenticator is gone. Each is good once.

A set is one of django-otp's static devices, which keeps its tokens as they are typed. Ours are hashed: what stands in
the table opens nothing.
"""

import base64
import secrets
from dataclasses import dataclass
from typing import Self

from argon2.low_level import Type, hash_secret_raw
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts.models import User
from accounts.services.codes import CROCKFORD, HASHER, normalised

NUMBER = 10
# 80 random bits. NIST SP 800-63B-4, section 3.1.2.2, wants a slow and salted hash for what has less than 112.
LENGTH = 16
GROUP = 4
# Twelve bytes are the sixteen letters that a static token has room for.
HASH_BYTES = 12
NO_SALT = "00" * 16


@dataclass(frozen=True)
class NewSet:
    """Made outside of every lock: ten slow hashes."""

    codes: list[str]
    salt: str
    hashes: list[str]

    @classmethod
    def make(cls) -> Self:
        codes = ["".join(secrets.choice(CROCKFORD) for _ in range(LENGTH)) for _ in range(NUMBER)]
        salt = secrets.token_hex(16)
        return cls([_grouped(code) for code in codes], salt, [_hashed(code, salt) for code in codes])


def hash_for(user: User, typed: str) -> str:
    """What this text would stand as in the user's set. Takes as long for whoever has none."""
    salt = StaticDevice.objects.filter(user=user).values_list("name", flat=True).first()
    return _hashed(normalised(typed), salt or NO_SALT)


def keep(user: User, new: NewSet) -> None:
    """In place of the set that there may be. The user's row is locked."""
    forget(user)
    # A set has no use for a name, and a place for one.
    device = StaticDevice.objects.create(user=user, name=new.salt)
    StaticToken.objects.bulk_create(StaticToken(device=device, token=hashed) for hashed in new.hashes)


def forget(user: User) -> None:
    StaticDevice.objects.filter(user=user).delete()


def use_up(user: User, hashed: str) -> bool:
    """Whether this was one of them, which it is no more."""
    return bool(StaticToken.objects.filter(device__user=user, token=hashed).delete()[0])


def left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def _hashed(code: str, salt: str) -> str:
    digest = hash_secret_raw(
        code.encode(),
        bytes.fromhex(salt),
        time_cost=HASHER.time_cost,
        memory_cost=HASHER.memory_cost,
        parallelism=HASHER.parallelism,
        hash_len=HASH_BYTES,
        type=Type.ID,
    )
    return base64.urlsafe_b64encode(digest).decode()


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))
