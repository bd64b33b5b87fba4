from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from config.errors import Code, Refusal

PROFILE_FIELDS = {"name", "avatar_url"}


@transaction.atomic
def create_user(*, name: str, email: str | None = None, handle: str | None = None, is_staff: bool = False) -> User:
    """A user without a password, who comes in by an activation code."""
    user = User(name=name, email=email or None, handle=handle or None, is_staff=is_staff)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        taken = _taken_logins(user)
        if not taken:
            raise
        raise Refusal(Code.CONFLICT_DUPLICATE, "This login is taken.", taken) from error
    return user


def update_profile(*, user: User, changes: dict[str, Any]) -> User:
    unknown = changes.keys() - PROFILE_FIELDS
    if unknown:
        raise ValueError(f"not part of a profile: {sorted(unknown)}")
    if fields := user.assign(changes):
        user.save(update_fields=[*fields, "updated_at"])
    return user


def _taken_logins(user: User) -> dict[str, list[str]]:
    logins = {"email": user.email, "handle": user.handle}
    return {
        field: ["Somebody signs in with this already."]
        for field, login in logins.items()
        if login and User.objects.with_login(login).exists()
    }
