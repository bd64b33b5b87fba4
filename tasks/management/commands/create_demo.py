from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from accounts.models import User
from config.commands import StaffCommand, bad
from tasks.services.demo import create_demo


class Command(StaffCommand):
    help = "Makes a demo household to look around in, and prints its sign-ins once. Only on an embedded server."
    has_json = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing, silently, where anybody is already")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            if options["if_empty"]:
                return
            raise bad("A demo household has no place in production.")
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise bad("There are people on this server already; the demo needs an empty one.")
        passwords = create_demo()
        self.say("A demo household is there to look around in. Its sign-ins, shown this once:")
        for login, password in passwords.items():
            self.say(f"  {login:<8} {password}")
        self.say("Remove it with: python manage.py remove_demo")
