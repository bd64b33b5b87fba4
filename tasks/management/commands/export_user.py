from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.lookups import user_with_login
from config.commands import StaffCommand
from config.database import one_moment
from config.drafts import new_file
from households.viewer import Viewer
from tasks.api.export import export_of


class Command(StaffCommand):
    help = (
        "Writes what somebody may see in all of their households into a file, for whoever asks for what is kept of "
        "them: the same that they get by GET /api/v1/users/me/export. Nothing is in it that is hidden from them."
    )
    if_stopped = "Stopped. Nothing was written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", metavar="LOGIN", help="the e-mail address or handle that they sign in with")
        parser.add_argument("file", metavar="FILE.json", type=Path, help="must not be there yet")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        user, path = user_with_login(options["login"]), options["file"]
        with new_file(path) as file, one_moment():
            viewer = Viewer.of(user)
            file.writelines(export_of(lambda: viewer))
        facts = {"user": str(user.pk), "login": user.login, "file": str(path), "bytes": path.stat().st_size}
        self.report(f"What {user} may see is in {path} now.", **facts)
