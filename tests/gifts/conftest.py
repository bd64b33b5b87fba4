from pathlib import Path

import pytest

from tests.cast import Family
from tests.gifts.counting import Days, set_today
from tests.gifts.importing import Desk


@pytest.fixture
def desk(family: Family, tmp_path: Path) -> Desk:
    """Where staff import a spreadsheet of the family."""
    return Desk(family, tmp_path)


@pytest.fixture
def it_is(monkeypatch: pytest.MonkeyPatch) -> Days:
    """Say which day it is: `it_is("2031-12-24")`."""
    return set_today(monkeypatch)
