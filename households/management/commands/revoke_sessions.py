from typing import Any

from django.core.management.base import CommandParser

from accounts.management.lookups import user_with_login
from accounts.models import DeviceSession, User
from accounts.services.sessions import revoke_sessions_as_staff
from config.commands import StaffCommand, progress
from config.models import ScopedQuerySet
from households.management.lookups import household_called
from households.models import Membership


class Command(StaffCommand):
    help = (
        "Signs people out: on all of their devices and in the admin, from their next request on. Passwords and codes "
        "stay good, so whoever knows one can sign in again; to shut out somebody who does, issue_activation_code."
    )
    dry_run = "sign nobody out, and say how many sessions it would be"
    if_stopped = "Stopped. What has ended stays ended; the same again ends the others."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--user", metavar="LOGIN", help="of whoever signs in with this e-mail address or handle")
        whose.add_argument("--household", metavar="X", help="of everybody who belongs to it, by its name or id")
        whose.add_argument("--all", action="store_true", help="of everybody on this server")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        sessions = DeviceSession.objects.live().filter(user__in=_users(options))
        is_rehearsal = options["dry_run"]
        ended = sessions.count() if is_rehearsal else _revoke(sessions)
        self.report(_in_words(ended, is_rehearsal), sessions=ended, dry_run=is_rehearsal)


def _users(options: dict[str, Any]) -> ScopedQuerySet:
    if options["user"] is not None:
        return User.objects.filter(pk=user_with_login(options["user"]).pk)
    if options["household"] is not None:
        members = Membership.objects.active().filter(household=household_called(options["household"]))
        return User.objects.filter(pk__in=members.values("user"))
    return User.objects.all()


def _revoke(sessions: ScopedQuerySet) -> int:
    ended = 0
    with progress("sessions", total=sessions.count()) as bar:
        for more in revoke_sessions_as_staff(sessions=sessions):
            ended += more
            bar.update(more)
    return ended


def _in_words(sessions: int, is_rehearsal: bool) -> str:
    return f"{sessions:,} {'session' if sessions == 1 else 'sessions'} {'would end' if is_rehearsal else 'ended'}."
