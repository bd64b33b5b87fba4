"""Rooms look down, never up: the contracts in pyproject.toml."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import ROOT


def lint_imports(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_contracts_are_kept():
    linted = lint_imports()
    assert linted.returncode == 0, linted.stdout
    assert "0 broken" in linted.stdout


@pytest.mark.parametrize("room", ["config", "accounts", "households", "gifts", "tasks"])
def test_no_import_hides_inside_a_function(room):
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / room).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []
