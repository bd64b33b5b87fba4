import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.models import User
from config.errors import Refusal
from households.models import Household, Membership
from households.services.households import provision_household


class Command(BaseCommand):
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
        parser.add_argument("--json", action="store_true", help="print JSON, for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        values = {name: value.strip() for name, value in options.items() if isinstance(value, str)}
        household = Household(name=values["name"], currency=values["currency"].upper(), timezone=values["timezone"])
        owner = User(
            name=values["owner_name"],
            email=values.get("owner_email") or None,
            handle=values.get("owner_handle") or None,
        )
        _check(household, owner)
        try:
            membership, code = provision_household(
                name=household.name,
                currency=household.currency,
                timezone=household.timezone,
                owner_name=owner.name,
                email=owner.email,
                handle=owner.handle,
            )
        except Refusal as refusal:
            raise CommandError(refusal.sentence, returncode=2) from refusal
        self.stdout.write(_as_json(membership, code) if options["json"] else _as_text(membership, code))


def _check(household: Household, owner: User) -> None:
    """One sentence about the first value that cannot be: a command is a door, and services trust it."""
    if not owner.login:
        raise CommandError("Give --owner-email or --owner-handle.", returncode=2)
    for prefix, row in (("", household), ("owner-", owner)):
        try:
            row.clean_fields(exclude=["password"])
        except ValidationError as error:
            field, messages = next(iter(error.message_dict.items()))
            raise CommandError(f"--{prefix}{field}: {messages[0]}", returncode=2) from error


def _activation_url() -> str:
    return settings.PUBLIC_URL + reverse("activate")


def _as_json(membership: Membership, code: str | None) -> str:
    owner = membership.user
    values = {
        "household": {"id": str(membership.household_id), "name": membership.household.name},
        "owner": {"id": str(owner.pk), "login": owner.login, "person": str(membership.person_id)},
        "activation_code": code,
        "activate_at": _activation_url() if code else None,
    }
    return json.dumps(values, ensure_ascii=False, indent=2)


def _as_text(membership: Membership, code: str | None) -> str:
    login = membership.user.login
    ready = f"{membership.household} is ready, and {membership.person} ({login}) owns it."
    if code is None:
        return f"{ready}\nThis login was there before, so nobody gets a code for it."
    hours = settings.ACTIVATION_CODE_LIFETIME.total_seconds() // 3600
    return (
        f"{ready}\n\n"
        f"  login            {login}\n"
        f"  activation code  {code}\n\n"
        f"The code is shown this once and good for {hours:.0f} hours. {membership.person} enters it in the app, which\n"
        f"sends it to {_activation_url()}"
    )
