from typing import Any

from django.core.management.base import CommandParser

from accounts.management.handing_over import code_as_facts, code_in_words
from accounts.management.lookups import user_with_login
from accounts.models import User
from config.commands import StaffCommand
from households.services.members import issue_code_as_staff


class Command(StaffCommand):
    help = (
        "Issues a one-time code for a login, also where no owner may: for somebody in several households, or for the "
        "only owner of one. It replaces an older code. For somebody who has been in before it is a reset: their "
        "sessions end at once, and their households can read of it in the diary."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", metavar="LOGIN", help="the e-mail address or handle that they sign in with")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_with_login(options["login"])
        is_reset = user.activated_at is not None
        code = issue_code_as_staff(user=user)
        facts = {"user": str(user.pk), "login": user.login, "is_reset": is_reset} | code_as_facts(code)
        self.report(_in_words(user, code, is_reset), **facts)


def _in_words(user: User, code: str, is_reset: bool) -> str:
    about = f"{user} is signed out everywhere and comes in again by this code." if is_reset else f"A code for {user}."
    return f"{about}\n\n{code_in_words(user, str(user), code)}"
