from typing import Any

from django.core.management.base import BaseCommand

from gifts.services.demo import remove_demo


class Command(BaseCommand):
    help = "Removes the demo household and the people who belong to it alone. Everything else stays."

    def handle(self, *args: Any, **options: Any) -> None:
        count = remove_demo()
        self.stdout.write("The demo household is gone." if count else "There is no demo household here.")
