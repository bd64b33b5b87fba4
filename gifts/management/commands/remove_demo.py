from typing import Any

from config.commands import StaffCommand, progress
from gifts.services.demo import demo_households, remove_demo


class Command(StaffCommand):
    help = (
        "Removes the demo household, or all of those that seed_demo made, and the people who belong to them alone. "
        "Everything else stays."
    )
    has_json = False
    if_stopped = "Stopped. Those that are gone are gone wholly; the same again removes the others."

    def handle(self, *args: Any, **options: Any) -> None:
        count = demo_households().count()
        with progress("households", total=count) as bar:
            for gone in remove_demo():
                bar.update(gone)
        self.say(_outcome(count))


def _outcome(count: int) -> str:
    if count > 1:
        return f"{count:,} demo households are gone."
    return "The demo household is gone." if count else "There is no demo household here."
