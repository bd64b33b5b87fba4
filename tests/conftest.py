import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.keyring import keyring
from accounts.models import DeviceSession, User
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken
from config.cache import breaker
from config.client import Client
from tests.cast import Family, Member, found, make_family
from tests.console import Console, own_console


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end, so nobody looks through it for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The signing key that the migrations have made is known from here on: some tests empty all tables."""
    with django_db_blocker.unblock():
        keyring.signing(timezone.now())


@pytest.fixture
def empty_cache() -> None:
    """Nothing is kept from an earlier test. A Redis may be somebody else's, too: only our own keys go."""
    breaker.close()
    if hasattr(cache, "delete_pattern"):
        cache.delete_pattern("*")
    else:
        cache.clear()


@pytest.fixture
def api() -> APIClient:
    """Nobody in particular, over REST."""
    return APIClient()


@pytest.fixture
def on_device() -> Callable[[DeviceSession], APIClient]:
    """The API as the device with this session sees it."""

    def client(session: DeviceSession) -> APIClient:
        return APIClient(headers={"Authorization": f"Bearer {AccessToken.for_session(session)}"})

    return client


@pytest.fixture
def as_user(on_device) -> Callable[[User], APIClient]:
    """The API as this user sees it, from a device of theirs."""

    def client(user: User) -> APIClient:
        return on_device(open_session(user=user, device_name="a phone", client=Client()))

    return client


@pytest.fixture
def family(db: None) -> Family:
    """The family that plans its gifts."""
    return make_family()


@pytest.fixture
def neighbour(db: None) -> Member:
    """The owner of the household next door."""
    return found("The Neighbours", "Eve")


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """`python manage.py ...` on a server of its own, which has tables and nobody yet."""
    with own_console(tmp_path) as found:
        yield found
