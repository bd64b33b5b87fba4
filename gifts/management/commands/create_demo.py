from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from gifts.services.demo import create_demo


class Command(BaseCommand):
    help = "Makes a demo household to look around in, and prints its sign-ins once. Only on an embedded server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing, silently, where anybody is already")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            if options["if_empty"]:
                return
            raise CommandError("A demo household has no place in production.", returncode=2)
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There are people on this server already; the demo needs an empty one.", returncode=2)
        passwords = create_demo()
        self.stdout.write("A demo household is there to look around in. Its sign-ins, shown this once:")
        for login, password in passwords.items():
            self.stdout.write(f"  {login:<8} {password}")
        self.stdout.write("Remove it with: python manage.py remove_demo")
