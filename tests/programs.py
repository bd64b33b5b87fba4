"""Programs from outside that a test needs."""

import os
import shutil

import pytest


def require_program(name: str) -> str:
    """Where this program is. Without it the test is skipped aloud; in CI, where nothing may be missing, it fails."""
    path = shutil.which(name)
    if path is None and os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{name} is not installed, and CI may skip nothing")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path
