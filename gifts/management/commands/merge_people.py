from typing import Any

from django.core.management.base import CommandParser

from config.commands import StaffCommand
from gifts.services.merging import merge_people_as_staff
from households.management.lookups import household_called, person_called


class Command(StaffCommand):
    help = (
        "Makes one person of two that mean the same, also where no owner may: in a family whose only owner is there "
        "twice. What was hidden from either is hidden from who is left. Everybody in the household can read of it in "
        "the diary. It cannot be undone."
    )
    has_json = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--household", required=True, help="its name or id")
        parser.add_argument("--person", required=True, help="the name or id of who goes")
        parser.add_argument("--into", required=True, help="the name or id of who is left")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        household = household_called(options["household"])
        source, target = (person_called(options[name], household) for name in ("person", "into"))
        merge_people_as_staff(source_id=source.pk, target_id=target.pk)
        self.say(f"{source} is {target} in {household} now.")
