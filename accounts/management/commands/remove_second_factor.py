from typing import Any

from django.core.management.base import CommandParser

from accounts.management.lookups import user_with_login
from accounts.services.enrolment import remove_second_factor_as_staff
from config.client import Client
from config.commands import StaffCommand, bad


class Command(StaffCommand):
    help = (
        "Takes the second factor off somebody who has lost the phone and the recovery codes, too. They are signed out "
        "everywhere, and their password alone lets them in: be sure that it is really them who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="the e-mail address or handle that they sign in with")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_with_login(options["login"])
        ended = remove_second_factor_as_staff(user=user, client=Client())
        if ended is None:
            raise bad(f"{user.name} has no second factor.")
        sessions = f"{ended:,} {'session' if ended == 1 else 'sessions'}"
        self.report(f"{user.name} has no second factor any more. {sessions} ended.", user=user.login, sessions=ended)
