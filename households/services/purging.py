from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.services import purging
from households.models import Invitation

# However they ended: of an account that never joined, nothing is kept for longer.
INVITATIONS_KEPT = timedelta(days=30)


def expired() -> dict[str, QuerySet]:
    """What may go, by what it is: of the accounts, and of this room."""
    over = Invitation.objects.filter(expires_at__lte=timezone.now() - INVITATIONS_KEPT)
    return purging.expired() | {"invitations": over}
