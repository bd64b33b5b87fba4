import pytest

from tests.programs import require_program


def test_a_program_that_is_there_is_found():
    assert require_program("sh").endswith("/sh")


def test_a_test_without_its_program_is_skipped(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        require_program("no-such-program")


def test_in_ci_a_missing_program_is_a_failure(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        require_program("no-such-program")
