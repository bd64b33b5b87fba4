from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import AuthEvent, User
from accounts.services.audit import record
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
            outcome=AuthEvent.Outcome.SUCCEEDED if user else AuthEvent.Outcome.FAILED,
            client=client_of(request) if request else Client(),
            user=user,
            actor=user,
            reason="admin",
        )
        return user

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """For staff; who else is let in is said by the room that knows why."""
        return super().user_can_authenticate(user) and isinstance(user, User) and user.is_staff
