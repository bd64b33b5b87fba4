import pytest

from accounts.models import DeviceSession, User
from accounts.services.codes import issue_code
from accounts.services.sessions import open_session
from config.client import Client
from tests.factories import UserFactory


@pytest.fixture
def client_at_home() -> Client:
    return Client(ip="192.0.2.7", user_agent="hearth-app/1.4.0")


@pytest.fixture
def anna(db) -> User:
    """Signs in with her password."""
    return UserFactory(name="Anna", email="anna@example.org")


@pytest.fixture
def leo(db) -> User:
    """A child with a handle and no e-mail address, who has never been here."""
    return UserFactory(name="Leo", email=None, handle="leo", new=True)


@pytest.fixture
def leos_code(leo, client_at_home) -> str:
    return issue_code(user=leo, actor=None, client=client_at_home)


@pytest.fixture
def phone(anna, client_at_home) -> DeviceSession:
    return open_session(user=anna, device_name="Anna's phone", client=client_at_home)
