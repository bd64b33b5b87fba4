"""Whom staff mean on a command line."""

from accounts.models import User
from config.commands import bad


def user_with_login(login: str) -> User:
    user = User.objects.with_login(login).first()
    if user is None:
        raise bad(f"Nobody signs in here as “{login}”.")
    return user
