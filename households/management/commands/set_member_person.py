from typing import Any

from django.core.management.base import CommandParser

from config.commands import StaffCommand
from households.management.lookups import household_called, member_with_login, person_called
from households.services.members import set_member_person


class Command(StaffCommand):
    help = (
        "Says which person a member of a household is, also where no owner may. From then on they are blind to what is "
        "hidden from that person and no longer to what is hidden from the one they were. Everybody in the household "
        "can read of it in the diary."
    )
    has_json = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--household", required=True, help="its name or id")
        parser.add_argument("--login", required=True, help="the e-mail address or handle that the member signs in with")
        parser.add_argument("--person", required=True, help="the name or id of who they are")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        household = household_called(options["household"])
        membership = member_with_login(options["login"], household)
        person = person_called(options["person"], household)
        set_member_person(membership_id=membership.pk, person=person)
        self.say(f"{options['login']} is {person} in {household} now.")
