import pytest
from rest_framework.test import APIClient

from tests.cast import Family


@pytest.fixture
def mia(family: Family) -> APIClient:
    """Mia, over REST."""
    return family.mia.api()
