import pytest
from rest_framework.test import APIClient


@pytest.fixture
def door() -> APIClient:
    """Nobody, at a server whose defects are answered instead of raised into the test."""
    return APIClient(raise_request_exception=False)
