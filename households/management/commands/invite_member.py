from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from accounts.management.handing_over import code_as_facts, code_in_words
from accounts.models import User
from config.commands import StaffCommand, bad, check_fields
from households.management.lookups import household_called, person_called
from households.models import Invitation, Membership, Role
from households.services.invitations import account_of, invite_as_staff
from households.services.members import add_member_as_staff


class Command(StaffCommand):
    help = (
        "Makes a new login that belongs to a household, and prints the code that they sign in with the first time. "
        "Whoever has an account here already gets an invitation, which they accept while they are signed in: nobody "
        "can do that for them. Everybody in the household can read of it in the diary."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--household", required=True, metavar="X", help="its name or id")
        parser.add_argument("--name", required=True, help="how the family calls them")
        login = parser.add_mutually_exclusive_group(required=True)
        login.add_argument("--email", help="the e-mail address that they sign in with")
        login.add_argument("--handle", help="what they sign in with who have no e-mail address")
        parser.add_argument(
            "--role", choices=Role.values, default=Role.MEMBER.value, help="what they may do there (default: member)"
        )
        parser.add_argument(
            "--person", metavar="P", help="the name or id of who they are, where the family has them already"
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        household = household_called(options["household"])
        person = person_called(options["person"], household) if options["person"] is not None else None
        user = _described(options)
        place = {"household_id": household.pk, "name": user.name, "role": options["role"], "person": person}
        account = account_of(user.email, user.handle)
        if account:
            invitation = invite_as_staff(account=account, login=user.login, **place)
            self.report(_invited_in_words(invitation), **_invited_facts(invitation))
        else:
            membership, code = add_member_as_staff(email=user.email, handle=user.handle, **place)
            self.report(_in_words(membership, code), **_facts(membership, code))


ROLES = {Role.OWNER: "an owner", Role.MEMBER: "a member", Role.GUEST: "a guest"}


def _described(options: dict[str, Any]) -> User:
    values = {name: (options[name] or "").strip() or None for name in ("name", "email", "handle")}
    user = User(**(values | {"name": values["name"] or ""}))
    if not user.login:
        raise bad("Give --email or --handle.")
    check_fields(user, exclude=("password",))
    return user


def _facts(membership: Membership, code: str) -> dict[str, Any]:
    user = membership.user
    return {
        "household": {"id": str(membership.household_id), "name": membership.household.name},
        "member": {
            "id": str(membership.pk),
            "user": str(user.pk),
            "login": user.login,
            "role": membership.role,
            "person": str(membership.person_id),
        },
    } | code_as_facts(code)


def _invited_facts(invitation: Invitation) -> dict[str, Any]:
    return {
        "household": {"id": str(invitation.household_id), "name": invitation.household.name},
        "invitation": {
            "id": str(invitation.pk),
            "login": invitation.login,
            "role": invitation.role,
            "person": str(invitation.person_id),
            "expires_at": invitation.expires_at.isoformat(),
        },
    }


def _in_words(membership: Membership, code: str) -> str:
    role = ROLES[Role(membership.role)]
    belongs = f"{membership.person} ({membership.user.login}) is {role} of {membership.household} now."
    return f"{belongs}\n\n{code_in_words(membership.user, str(membership.person), code)}"


def _invited_in_words(invitation: Invitation) -> str:
    return (
        f"“{invitation.login}” has an account here already, and is invited to be {ROLES[Role(invitation.role)]} of "
        f"{invitation.household} as {invitation.person}.\n\nThey accept it while they are signed in, within "
        f"{settings.INVITATION_LIFETIME.days} days."
    )
