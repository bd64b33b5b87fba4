"""What lies beside a database in a backup: what it is, and by what one sees that it is still whole."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from config.commands import bad

NAME = "manifest.json"
FORMAT = 1

Ask = Callable[[str], list[Any]]


@dataclass(frozen=True)
class Contents:
    """What is in a database, seen at the moment of the backup: rows by table, and migrations as `app.name`."""

    rows: dict[str, int]
    migrations: list[str]


@dataclass(frozen=True)
class Manifest:
    format: int
    hearth: str
    made_at: str
    kind: str
    server: str
    file: str
    bytes: int
    sha256: str
    migrations: list[str]
    rows: dict[str, int]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Of this backup; one sentence where there is none, or none that this Hearth can read."""
        try:
            values = json.loads((folder / NAME).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise bad(f"{folder} is no backup: there is no {NAME} in it.") from error
        except (OSError, ValueError) as error:
            raise bad(f"The {NAME} in {folder} cannot be read.") from error
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise bad(f"The backup in {folder} has another format than this Hearth writes.")
        try:
            manifest = cls(**values)
        except TypeError as error:
            raise bad(f"The {NAME} in {folder} is not complete.") from error
        if Path(manifest.file).name != manifest.file:
            raise bad(f"The {NAME} in {folder} points somewhere else.")
        return manifest

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def hearths_version() -> str:
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def contents(ask: Ask, tables: Iterable[str]) -> Contents:
    """`ask` runs a statement in the very snapshot that is backed up."""
    rows = {table: ask(f'SELECT count(*) FROM "{table}"')[0][0] for table in sorted(tables)}  # noqa: S608 (names of tables)
    migrations = ask("SELECT app, name FROM django_migrations ORDER BY id") if "django_migrations" in rows else []
    return Contents(rows, [f"{app}.{name}" for app, name in migrations])


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
