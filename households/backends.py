from django.contrib.auth.models import AnonymousUser

from accounts.backends import LoginBackend
from accounts.models import User
from households.models import Membership, Role


class OwnerLoginBackend(LoginBackend):
    """Lets in whoever owns a household, too, for as long as they do: this is asked again at each request."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if super().user_can_authenticate(user):
            return True
        return isinstance(user, User) and user.is_active and _owns_a_household(user)


def _owns_a_household(user: User) -> bool:
    return Membership.objects.active().filter(user=user, role=Role.OWNER).exists()
