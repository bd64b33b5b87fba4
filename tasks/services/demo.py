"""What the family of the demo has to do."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from gifts.models import ListItem
from gifts.services import demo
from households.viewer import Viewer
from tasks.services.errands import create_errand
from tasks.services.tasks import create_task

# By login: what they do for what they give, and what else.
ERRANDS = [
    ("mia", "Bicycle, 20 inch", "wrap"),
    ("leo", "Botanical building set", "wrap"),
    ("ada", "Photo calendar", "buy"),
]
CHORES: list[tuple[str, dict[str, Any]]] = [
    ("mia", {"title": "Bake biscuits", "priority": 2}),
    ("mia", {"title": "Fetch the tree", "completed": True}),
    ("leo", {"title": "Take out the paper", "recurrence": "FREQ=WEEKLY"}),
    ("ada", {"title": "Water the plants", "repeat_after_days": 3}),
]


@transaction.atomic
def create_demo() -> dict[str, str]:
    """The demo household, with tasks; returns the passwords by login, which are kept nowhere else."""
    passwords = demo.create_demo()
    viewers = {login: Viewer.of(User.objects.with_login(login).get()) for login in passwords}
    for login, gift, kind in ERRANDS:
        create_errand(viewer=viewers[login], item_id=ListItem.objects.get(gift__title=gift).pk, kind=kind)
    for days, (login, chore) in enumerate(CHORES, start=1):
        viewer = viewers[login]
        create_task(viewer=viewer, due_on=viewer.belonging().today() + timedelta(days=days), **chore)
    return passwords
