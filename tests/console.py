"""The command line of whoever runs a server: the real one, in a process of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from django.core.management import call_command

from tests.server import empty_database, manage, migrate


@dataclass
class Console:
    """One server: its folder, and the variables that say where its database is."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, **variables: str) -> CompletedProcess:
        return manage(*arguments, data_dir=self.folder, **(self.variables | variables))

    def done(self, *arguments: str, **variables: str) -> str:
        """What it says when all is well."""
        ran = self(*arguments, **variables)
        assert (ran.returncode, ran.stderr) == (0, ""), ran
        return ran.stdout

    def facts(self, *arguments: str) -> dict[str, Any]:
        return json.loads(self.done(*arguments, "--json"))

    def refused(self, *arguments: str, code: int = 2, **variables: str) -> str:
        """The one sentence of why not."""
        ran = self(*arguments, **variables)
        assert (ran.returncode, ran.stdout) == (code, ""), ran
        assert "Traceback" not in ran.stderr
        return ran.stderr.strip().removeprefix("CommandError: ")

    def asked(self, code: str) -> Any:
        """What this Python says, as JSON, inside the server: the last line that it prints."""
        return json.loads(self.done("shell", "--no-imports", "-c", code).splitlines()[-1])


@contextmanager
def own_console(folder: Path, *, migrated: bool = True) -> Iterator[Console]:
    folder.mkdir(exist_ok=True)
    with empty_database() as variables:
        if migrated:
            migrate(folder, **variables)
        yield Console(folder, variables)


def said(command: str, *arguments: str, **options: Any) -> str:
    """What a command says on the tests' own database."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def facts(command: str, *arguments: str, **options: Any) -> dict[str, Any]:
    return json.loads(said(command, *arguments, json=True, **options))
