"""The tour in the README, walked as a newcomer would: with the shell, on the demo household."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.programs import require_program
from tests.server import ROOT, environment, manage, running_server

EXPECTED = [
    "['idea', 'shortlisted', 'planned', 'buying', 'ordered', 'delivered', 'wrapped', 'gifted']",
    "ordered",
    "Leo's wish looks the same",
    "1",
    "RESOURCE_NOT_FOUND",
    "This is your own wish.",
    "Leo",
    "[]",
    "Wrap: A kite",
    "2031-12-08",
    "{'covered': 3, 'total': 4}",
    "comment.made",
    "item.added",
    "A second kite",
    "event: activity",
]


@pytest.mark.server
def test_the_tour_of_the_readme_does_what_it_says(tmp_path: Path):
    require_program("curl")
    with running_server(tmp_path) as server:
        made = manage("create_demo", data_dir=tmp_path)
        assert made.returncode == 0, made.stderr
        passwords = dict(re.findall(r"^  (\w+) +(\S+)$", made.stdout, re.MULTILINE))
        script = tour().replace("http://127.0.0.1:8000", server.url)
        script = script.replace("mia_password=... leo_password=...", "")
        given = {f"{login}_password": password for login, password in passwords.items()}
        walked = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=tmp_path,
            env=environment(tmp_path, **given),
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert walked.returncode == 0, walked.stderr
    assert walked.stdout.splitlines()[-len(EXPECTED) :] == EXPECTED


def tour() -> str:
    section = (ROOT / "README.md").read_text().split("## Five minutes with curl")[1].split("\n## ")[0]
    return re.search(r"```sh\n(.*?)```", section, re.DOTALL).group(1)
