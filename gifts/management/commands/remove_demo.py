from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from gifts.services.demo import demo_households, remove_demo


class Command(BaseCommand):
    help = (
        "Removes the demo household, or all of those that seed_demo made, and the people who belong to them alone. "
        "Everything else stays."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = demo_households().count()
        # On a terminal only.
        with tqdm(total=count, unit=" households", disable=None) as progress:
            for gone in remove_demo():
                progress.update(gone)
        self.stdout.write(_outcome(count))


def _outcome(count: int) -> str:
    if count > 1:
        return f"{count:,} demo households are gone."
    return "The demo household is gone." if count else "There is no demo household here."
