from typing import Any

from django.core.management.base import CommandParser

from accounts.management.handing_over import code_as_facts, code_in_words
from accounts.models import User
from config.commands import StaffCommand, bad, check_fields
from households.models import Household, Membership
from households.services.households import provision_household


class Command(StaffCommand):
    help = (
        "Makes a household and its first owner, and prints the code that the owner signs in with the first time. "
        "A login that exists already becomes the owner and gets no code."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help='the household, such as "The Bauers"')
        parser.add_argument("--owner-name", required=True, help="how the family calls its first owner")
        login = parser.add_mutually_exclusive_group(required=True)
        login.add_argument("--owner-email", help="the e-mail address that the owner signs in with")
        login.add_argument("--owner-handle", help="what the owner signs in with who has no e-mail address")
        parser.add_argument("--currency", default="EUR", help="by ISO 4217; otherwise EUR")
        parser.add_argument("--timezone", default="UTC", help="such as Europe/Berlin; otherwise UTC")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        values = {name: value.strip() for name, value in options.items() if isinstance(value, str)}
        household = Household(name=values["name"], currency=values["currency"].upper(), timezone=values["timezone"])
        owner = User(
            name=values["owner_name"],
            email=values.get("owner_email") or None,
            handle=values.get("owner_handle") or None,
        )
        _check(household, owner)
        membership, code = provision_household(
            name=household.name,
            currency=household.currency,
            timezone=household.timezone,
            owner_name=owner.name,
            email=owner.email,
            handle=owner.handle,
        )
        self.report(_in_words(membership, code), **_facts(membership, code))


def _check(household: Household, owner: User) -> None:
    if not owner.login:
        raise bad("Give --owner-email or --owner-handle.")
    check_fields(household)
    check_fields(owner, prefix="owner-", exclude=("password",))


def _facts(membership: Membership, code: str | None) -> dict[str, Any]:
    owner = membership.user
    return {
        "household": {"id": str(membership.household_id), "name": membership.household.name},
        "owner": {"id": str(owner.pk), "login": owner.login, "person": str(membership.person_id)},
    } | code_as_facts(code)


def _in_words(membership: Membership, code: str | None) -> str:
    ready = f"{membership.household} is ready, and {membership.person} ({membership.user.login}) owns it."
    if code is None:
        return f"{ready}\nThis login was there before, so nobody gets a code for it."
    return f"{ready}\n\n{code_in_words(membership.user, str(membership.person), code)}"
