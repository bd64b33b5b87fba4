"""Who the users of a file are on this server: new ones, or, where staff say so, accounts that are here already."""

from functools import reduce
from operator import or_
from uuid import UUID

from django.core.exceptions import ValidationError

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

    def settle(self, user: User) -> User | None:
        """The user to be made, if one is. ValidationError when it is not clear who they are here."""
        # With whatever is wrong with them, their rows are not wrong for it.
        self._here[user.pk] = user.pk
        found = _who_could_be(user)
        if found:
            self._here[user.pk] = self._linked(user, found).pk
            return None
        self.made.append(user.login)
        user.set_unusable_password()
        return user

    def _linked(self, user: User, found: list[User]) -> User:
        account = found[0]
        if len(found) > 1 or not _sign_in_alike(user, account):
            raise ValidationError(
                f"“{user.login}” is not one account here: the id, e-mail address or handle belongs to somebody else"
            )
        if not self._may_link:
            raise ValidationError(f"“{user.login}” has an account here; say --link-users if that is the same person")
        if account.login in self.linked:
            raise ValidationError(f"“{account.login}” would be two people of this household")
        self.linked.append(account.login)
        # A code opens the whole account, and from now on that reaches further than the owner who issued it may go.
        withdraw_owners_codes(user=User.objects.locked(account.pk))
        return account


def _who_could_be(user: User) -> list[User]:
    logins = [login for login in (user.email, user.handle) if login]
    return list(reduce(or_, map(User.objects.with_login, logins), User.objects.filter(pk=user.pk)).order_by("pk"))


def _sign_in_alike(user: User, account: User) -> bool:
    pairs = ((user.email, account.email_key), (user.handle, account.handle_key))
    return any(key is not None and casefold_key(login) == key for login, key in pairs)
