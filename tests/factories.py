"""Builders of rows. Whatever a test does not name gets an ordinary value."""

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from tasks.models import Task

PASSWORD = "a-warm-fire-in-winter"


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody who has activated and has a password; with `new=True`, who has not yet."""

    class Meta:
        model = User

    class Params:
        new = factory.Trait(password=factory.LazyFunction(lambda: make_password(None)), activated_at=None)

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))
    activated_at = factory.LazyFunction(timezone.now)


class TaskFactory(factory.django.DjangoModelFactory):
    """Something that its owner has to do, in a household of theirs; with `done=True`, it is done."""

    class Meta:
        model = Task

    class Params:
        done = factory.Trait(completed=True, completed_at=factory.LazyFunction(timezone.now))

    household = factory.LazyAttribute(lambda task: task.owner.memberships.get().household)
    title = factory.Sequence(lambda n: f"Task {n}")
