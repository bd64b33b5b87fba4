"""For whoever runs the server and has to see what is hidden: deliberately, for a while, and for all to read."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone

from accounts.models import AuthEvent, User
from accounts.services.audit import record
from config.client import Client
from config.errors import Code, Refusal
from households.models import Household, Role
from households.services import diary
from households.viewer import Belonging, Viewer

LIFETIME = timedelta(minutes=15)


class Reason(TextChoices):
    ASKED = "asked", "The family asked for help"
    REPAIR = "repair", "Something is broken"
    LAW = "law", "The law asks for it"


class BehindGlass(Viewer):
    """Sees a household as an owner would who is nobody in it, and so nobody's recipient. Only looks.

    What somebody keeps private stays theirs.
    """

    until: datetime


@transaction.atomic
def break_glass(*, user: User, household: Household, reason: str, client: Client) -> dict[str, str]:
    """Notes it in the audit and in the household's diary; returns what `viewer_behind_glass` takes."""
    if not user.is_superuser:
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    outcome = AuthEvent.Outcome.SUCCEEDED
    record(kind=AuthEvent.Kind.GLASS_BROKEN, outcome=outcome, client=client, user=user, actor=user, reason=reason)
    diary.record(household_id=household.pk, actor=user, verb="household.glass_broken", subject=household, reason=reason)
    return {"household": str(household.pk), "until": (timezone.now() + LIFETIME).isoformat()}


def viewer_behind_glass(viewer: Viewer, glass: dict[str, Any] | None) -> Viewer:
    """Who is looking: somebody behind the glass that they broke, as long as that lasts, or just themself."""
    if glass is None or not viewer.user.is_superuser or datetime.fromisoformat(glass["until"]) <= timezone.now():
        return viewer
    household = Household.objects.filter(pk=UUID(glass["household"])).first()
    if household is None:
        return viewer
    place = Belonging(household.pk, Role.OWNER, None, household.timezone, household.currency)
    behind = BehindGlass(user=viewer.user, belongings=(place,), person_ids=frozenset(), session=viewer.session)
    behind.__dict__["until"] = datetime.fromisoformat(glass["until"])
    return behind
