import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text(), flags=re.MULTILINE))


def test_what_is_tested_is_what_runs():
    runtime, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert "django" in runtime
    assert runtime.items() <= development.items()


def test_what_is_measured_is_what_runs():
    assert pins("requirements.txt").items() <= pins("benchmarks/requirements.txt").items()


def test_every_pin_has_its_hashes():
    for name in ["requirements.txt", "requirements-dev.txt", "benchmarks/requirements.txt"]:
        entries = re.split(r"^(?=[a-z0-9._-]+==)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in entry for entry in entries)
