"""What `doctor` looks at among users, codes and sessions."""

from collections.abc import Iterable, Iterator
from typing import Any

from accounts.models import ActivationCode, DeviceSession, User
from config.doctor.findings import rule
from config.models import casefold_key


@rule("users cannot sign in as they are written", advice="Save each anew in the admin: that compares it as today.")
def logins_compared_otherwise() -> Iterator[Any]:
    for pk, *logins in User.objects.values_list("pk", "email", "email_key", "handle", "handle_key"):
        email, email_key, handle, handle_key = logins
        if (casefold_key(email), casefold_key(handle)) != (email_key, handle_key):
            yield pk


@rule(
    "sessions of users who are deactivated are still live",
    advice="Deactivate them once more in the admin, or `manage.py revoke_sessions --user`.",
)
def live_sessions_of_the_deactivated() -> Iterable[Any]:
    return DeviceSession.objects.live().filter(user__is_active=False).values_list("pk", flat=True)


@rule("codes of users who are deactivated are still open", advice="Deactivate them once more in the admin.")
def open_codes_of_the_deactivated() -> Iterable[Any]:
    return ActivationCode.objects.open().filter(user__is_active=False).values_list("pk", flat=True)
