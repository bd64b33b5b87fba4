"""What the documents point to is there: a page that names a test which is gone proves nothing."""

import re
from pathlib import Path

import pytest

from tests.server import ROOT
from tests.torture.promises import PROMISES

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("docs/*/*.md")]
OWN = [page for page in PAGES if not {".venv", "node_modules"} & set(page.parts)]
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
TESTS = re.compile(r"`(tests/[\w/]+(?:\.py)?)(?:::(\w+))?`")
PROMISED = re.compile(r"promises? (\d+)(?:(?: to | and |, )(\d+))?")


@pytest.mark.parametrize("page", OWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path):
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", OWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_test_that_is_named_is_there(page: Path):
    for place, name in TESTS.findall(page.read_text()):
        assert (ROOT / place).exists(), place
        assert not name or f"def {name}(" in (ROOT / place).read_text(), name


def test_the_security_page_names_a_proof_for_each_chapter():
    table = (ROOT / "docs/security.md").read_text().split("## Chapter by chapter")[1]
    rows = [line for line in table.splitlines() if line.startswith("| V")]
    assert {chapter for row in rows for chapter in re.findall(r"V(\d+)", row.split("|")[1])} == {
        *map(str, range(1, 17))
    } - {"10"}
    for row in rows:
        proof = row.split("|")[3]
        assert TESTS.search(proof) or PROMISED.search(proof), row
        for found in PROMISED.findall(proof):
            assert {int(number) for number in found if number} <= PROMISES.keys(), row


def test_each_promise_with_a_proof_is_on_its_page():
    table = (ROOT / "docs/promises.md").read_text()
    assert {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == PROMISES.keys()
