"""What holds at the door where several processes serve it: smaller versions of the promises."""

from pathlib import Path

import pytest

from tests.accounts.served import let_in_after_their_end, rotated_keys, tried_at_once, without_redis

pytestmark = pytest.mark.server


def test_limits_are_exact_over_processes_and_survive_a_restart(tmp_path: Path):
    found = tried_at_once(tmp_path, times=16, processes=2, strangers=0)
    assert (found.logins, found.codes) == ({401: 10, 429: 6}, {400: 10, 429: 6})
    assert set(found.afterwards) == {429}


def test_a_session_that_was_ended_is_refused_by_every_process(tmp_path: Path):
    assert set(let_in_after_their_end(tmp_path, rounds=2, workers=2)) == {401}


def test_without_redis_revocations_and_limits_hold(tmp_path: Path):
    assert without_redis(tmp_path, requests=60).broken == []


def test_a_new_key_signs_nobody_out_and_a_made_up_token_opens_nothing(tmp_path: Path):
    found = rotated_keys(tmp_path, devices=2)
    assert set(found.went_on) == {200}
    assert found.new_kids == 2
    assert {name for name, status in found.forged.items() if status != 401} == set()
