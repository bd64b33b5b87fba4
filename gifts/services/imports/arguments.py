"""What staff say on the command line, looked up; whatever is not clear ends with one sentence."""

from collections.abc import Iterable

from accounts.models import User
from config.models import casefold_key
from gifts.services.imports.reading import stop
from households.models import Household, Membership, Role


def planner(login: str, household: Household) -> User:
    """The member in whose name it is imported."""
    member = _member(login, household)
    if member is None or not member.is_active or not member.user.is_active or member.role == Role.GUEST:
        raise stop(f"“{login}” is nobody who plans in {household}.")
    return member.user


def said_of_names(texts: Iterable[str], household: Household) -> dict[str, Membership | None]:
    """NAME=LOGIN: this name means that member; NAME=: somebody who does not sign in."""
    said: dict[str, Membership | None] = {}
    for text in texts:
        name, sign, login = text.partition("=")
        key = casefold_key(name)
        if not sign or key is None:
            raise stop(f"--map takes NAME=LOGIN, and “{text}” is not that.")
        member = _member(login, household) if login.strip() else None
        if login.strip() and (member is None or member.person_id is None):
            reason = "is no member" if member is None else "has no person yet"
            raise stop(f"--map {text}: “{login.strip()}” {reason} in {household}.")
        if key in said and said[key] != member:
            raise stop(f"--map says two different things of “{name.strip()}”.")
        said[key] = member
    return said


def _member(login: str, household: Household) -> Membership | None:
    members = Membership.objects.filter(household=household, user__in=User.objects.with_login(login))
    return members.select_related("user", "person").first()
