"""Who is called by name in a text: "@grandma, did you see this?" """

import re
from collections.abc import Iterable
from uuid import UUID

from accounts.models import User
from config.models import casefold_key
from households.models import Membership


def mentioned_in(text: str, household_id: UUID) -> set[UUID]:
    """The active members of this household whom the text calls by "@" and their handle or name."""
    key = casefold_key(text) or ""
    if "@" not in key:
        return set()
    members = Membership.objects.active().filter(household=household_id, user__is_active=True)
    callable_by = _names_of(member.user for member in members.select_related("user"))
    # The longest name first: "@mia.b" is not Mia. What looks like an address, on either side, calls nobody.
    names = "|".join(re.escape(name) for name in sorted(callable_by, key=len, reverse=True))
    called = re.findall(rf"(?<![\w+/-])@({names})(?![\w@]|[.-]\w)", key) if names else []
    return {callable_by[name] for name in called}


def _names_of(users: Iterable[User]) -> dict[str, UUID]:
    """Each handle, and each name without its spaces that means one member only; a handle goes before a name."""
    users = list(users)
    by_name: dict[str, list[UUID]] = {}
    for user in users:
        by_name.setdefault((casefold_key(user.name) or "").replace(" ", ""), []).append(user.pk)
    names = {name: meant[0] for name, meant in by_name.items() if name and len(meant) == 1}
    return names | {user.handle_key: user.pk for user in users if user.handle_key}
