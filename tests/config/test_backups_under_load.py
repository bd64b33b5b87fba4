"""A backup that is made while people write, restored elsewhere, is row for row what was there."""

import pytest

from tests.backups import backed_up_under_load


@pytest.mark.server
def test_a_backup_under_load_is_of_one_moment_and_a_quiet_one_is_the_same(tmp_path):
    outcome = backed_up_under_load(tmp_path, rounds=1)
    assert outcome.wrong == []
    assert outcome.written_meanwhile > 0
