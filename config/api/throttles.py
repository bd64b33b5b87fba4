"""Ordinary limits: nobody's broken app may take the server from the rest of the family."""

import time
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config import cache
from config.client import address_of, neighbourhood


class ApiLimit(BaseThrottle):
    """So many requests a minute, by the clock: for each user, and for each address where nobody is signed in.

    It counts in the cache and asks the database nothing. While the cache is away there is no limit, so nothing that
    must be exact (sign-ins, codes) may rest on it. DRF comes here after the permissions: who is turned away for want of
    a token costs one statement at most, and is not counted.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        return _may_go_on(*_asking(request))

    def wait(self) -> float:
        """Seconds until the next minute."""
        return cache.API_LIMITS.seconds - time.time() % cache.API_LIMITS.seconds


def _may_go_on(who: str, limit: int) -> bool:
    if not who or not limit:
        return True
    minute = int(time.time() // cache.API_LIMITS.seconds)
    made = cache.count(cache.API_LIMITS, f"{who}:{minute}")
    return made is None or made <= limit


def _asking(request: Request) -> tuple[str, int]:
    """Whom to count this request for, and how many they have. Nobody when the address is not known."""
    if request.user:
        return f"user:{request.user.pk}", settings.API_LIMIT_PER_MINUTE
    address = address_of(request)
    return f"address:{neighbourhood(address)}" if address else "", settings.API_ANONYMOUS_LIMIT_PER_MINUTE
