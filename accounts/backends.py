from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import AuthEvent, User
from accounts.services.audit import record
from accounts.services.second_factor import is_enrolled
from config.client import Client, client_of


class LoginBackend(ModelBackend):
    """Signs in to the admin, by e-mail address or handle, and writes it into the audit.

    `ModelBackend` finds the user by natural key and hashes once for nobody, too.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        user = super().authenticate(request, username=username, password=password, **kwargs)
        record(
            kind=AuthEvent.Kind.LOGIN,
            outcome=_outcome(user),
            client=client_of(request) if request else Client(),
            user=user,
            actor=user,
            reason="admin",
        )
        return user

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """For staff; who else is let in is said by the room that knows why."""
        return super().user_can_authenticate(user) and isinstance(user, User) and user.is_staff


def _outcome(user: User | None) -> AuthEvent.Outcome:
    """Of a right password: it is half of it for whoever has a second factor."""
    if user is None:
        return AuthEvent.Outcome.FAILED
    return AuthEvent.Outcome.ATTEMPTED if is_enrolled(user) else AuthEvent.Outcome.SUCCEEDED
