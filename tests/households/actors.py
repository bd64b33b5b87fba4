"""Who may try something: the family by their roles, whoever lives next door, and nobody."""

from rest_framework.test import APIClient

from households.models import Role
from tests.cast import Family, found, join

ACTORS = ["owner", "member", "guest", "stranger", "nobody"]


def api_of(actor: str, family: Family) -> APIClient:
    if actor == "nobody":
        return APIClient()
    if actor == "guest":
        return join(family.household, "Gus", role=Role.GUEST).api()
    if actor == "stranger":
        return found("Next door", "Sam").api()
    return {"owner": family.mia, "member": family.leo}[actor].api()


def table(**statuses: str) -> list[tuple[str, str, int]]:
    """Rows for `parametrize`: (verb, actor, status) of `verb="owner member guest stranger nobody"`."""
    return [
        (verb, actor, int(status))
        for verb, row in statuses.items()
        for actor, status in zip(ACTORS, row.split(), strict=True)
    ]
