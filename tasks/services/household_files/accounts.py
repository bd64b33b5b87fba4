"""Who the users of a file are on this server: new ones, or, where staff say so, accounts that are here already."""

from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.services.codes import withdraw_owners_codes
from config.models import casefold_key


class Accounts:
    """By the id that the file knows somebody by, the account that they are here."""

    def __init__(self, *, may_link: bool) -> None:
        self._may_link = may_link
        self._here: dict[UUID, UUID] = {}
        self.linked: list[str] = []
        self.made: list[str] = []

    def get(self, user_id: UUID) -> UUID | None:
        return self._here.get(user_id)

    def settle(self, user: User) -> tuple[User | None, str]:
        """The user to be made, if one is; and what is wrong with that."""
        found = list(_who_could_be(user))
        if not found:
            self._here[user.pk] = user.pk
            self.made.append(user.login)
            user.set_unusable_password()
            return user, ""
        self._here[user.pk] = found[0].pk
        return None, self._link(user, found)

    def _link(self, user: User, found: list[User]) -> str:
        account = found[0]
        if len(found) > 1 or not _sign_in_alike(user, account):
            return f"“{user.login}” is not one account here: the id, e-mail address or handle belongs to somebody else."
        if not self._may_link:
            return f"“{user.login}” has an account here; with --link-users it becomes the one in the file."
        if account.login in self.linked:
            return f"“{account.login}” would be two people of this household."
        self.linked.append(account.login)
        # A code opens the whole account, and from now on that reaches further than the owner who issued it may go.
        withdraw_owners_codes(user=User.objects.locked(account.pk))
        return ""


def _who_could_be(user: User) -> list[User]:
    same = Q(pk=user.pk) | Q(email_key=casefold_key(user.email)) | Q(handle_key=casefold_key(user.handle))
    return list(User.objects.filter(same).order_by("pk"))


def _sign_in_alike(user: User, account: User) -> bool:
    pairs = ((user.email, account.email_key), (user.handle, account.handle_key))
    return any(key is not None and casefold_key(login) == key for login, key in pairs)
