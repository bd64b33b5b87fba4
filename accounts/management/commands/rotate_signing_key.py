from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from accounts.models import DeviceSession, SigningKey
from accounts.services.keys import rotate_signing_key
from config.client import Client
from config.commands import StaffCommand


class Command(StaffCommand):
    help = (
        "Makes a new key to sign tokens with. Nobody is signed out: tokens of the old ones stay good until they "
        "expire. Once a year is often enough; at once when somebody else may know the key."
    )
    dry_run = "change nothing, and say what would be"
    if_stopped = "Stopped. The keys are as they were."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at-once",
            action="store_true",
            help="the old keys are over within a minute, and everybody has to sign in again",
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        at_once, is_rehearsal = options["at_once"], options["dry_run"]
        key = None if is_rehearsal else rotate_signing_key(at_once=at_once, client=Client())
        facts = {"key": key.kid if key else None, "signs_from": key.signs_from.isoformat() if key else None}
        self.report(_in_words(key, at_once), **facts, at_once=at_once, dry_run=is_rehearsal)


def _in_words(key: SigningKey | None, at_once: bool) -> str:
    if at_once:
        signed_in = DeviceSession.objects.live().count()
        devices = f"{signed_in:,} {'device' if signed_in == 1 else 'devices'}"
        if key is None:
            return f"Would end all tokens: on {devices} somebody would have to sign in again."
        return f"Key {key.kid} signs now. All older tokens are over: on {devices} somebody has to sign in again."
    older = f"tokens of the old ones stay good, {settings.SESSION_IDLE_LIFETIME.days} days at most."
    if key is None:
        return f"Would make a new key; {older}"
    return f"Key {key.kid} signs from {key.signs_from:%H:%M:%S} UTC on; {older}"
