"""The signing keys, as this process knows them. docs/decisions/0014 says why they are rows."""

import time
from datetime import datetime
from threading import Lock

from django.conf import settings
from django.utils import timezone

from accounts.models import SigningKey
from config.errors import Code, Refusal

# Whoever makes up key ids must not make us ask the database each time.
UNKNOWN_AGAIN_S = 1


class Keyring:
    """Asks the database for them now and then, and when a token names one that is not known yet."""

    def __init__(self) -> None:
        self._keys: dict[str, SigningKey] = {}
        self._asked_at = float("-inf")
        self._lock = Lock()

    def signing(self, at: datetime) -> SigningKey:
        """What a token of this moment is signed with, the same in all processes.

        A refresh token is of the moment of its rotation, and so the same text whenever it is made.
        """
        now = timezone.now()
        keys = sorted((key for key in self._known().values() if key.verifies(now)), key=lambda key: key.signs_from)
        if not keys:
            raise Refusal(Code.SERVER_UNAVAILABLE, "There is no signing key: `manage.py migrate` makes the first one.")
        begun = [key for key in keys if key.signs_from <= at]
        return begun[-1] if begun else keys[0]

    def verifying(self, kid: str) -> SigningKey | None:
        """None for one that is over, and for one that never was."""
        key = self._known().get(kid) or self._known(UNKNOWN_AGAIN_S).get(kid)
        return key if key and key.verifies(timezone.now()) else None

    def look_again(self) -> None:
        """At the next question: something has changed."""
        self._asked_at = float("-inf")

    def _known(self, fresh_for_s: float = settings.SIGNING_KEYS_FRESH_S) -> dict[str, SigningKey]:
        if time.monotonic() - self._asked_at > fresh_for_s:
            with self._lock:
                # A key never goes away; it is over at the time that its row says.
                self._keys = self._keys | {key.kid: key for key in SigningKey.objects.all()}
                self._asked_at = time.monotonic()
        return self._keys


keyring = Keyring()
