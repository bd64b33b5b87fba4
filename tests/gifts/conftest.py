from pathlib import Path

import pytest

from tests.cast import Family
from tests.gifts.importing import Desk


@pytest.fixture
def desk(family: Family, tmp_path: Path) -> Desk:
    """Where staff import a spreadsheet of the family."""
    return Desk(family, tmp_path)
