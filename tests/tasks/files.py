"""Files of households: how a test writes one, spoils it, and reads it on another server."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from accounts.models import ActivationCode, AuthEvent, DeviceSession, User
from households.models import DiaryCounter, Household, Invitation
from tasks.services.household_files.tables import TABLES, name_of, rows_of
from tests.console import facts, said

BAUERS = "The Bauers"
Lines = list[dict[str, Any]]


def exported(folder: Path, household: str = BAUERS, name: str = "household.jsonl") -> Path:
    """The file of this household of the tests' own database."""
    path = folder / name
    said("export_household", str(path), household=household)
    return path


def lines_in(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def written(path: Path, lines: Lines) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def with_end(lines: Lines) -> Lines:
    """With a last line that counts what is there."""
    counts = dict.fromkeys(lines[-1]["end"], 0)
    for line in lines[1:-1]:
        counts[line["table"]] += 1
    return [*lines[:-1], {"end": counts}]


def changed(path: Path, table: str, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The file with another first row of this table."""
    lines = lines_in(path)
    change(next(line["row"] for line in lines[1:-1] if line["table"] == table))
    return written(path.with_suffix(".changed"), lines)


def remove(household: Household) -> None:
    """As if neither the household nor any of its users had ever been on this server."""
    users = [user.pk for user in rows_of(User, household.pk)]
    DiaryCounter.objects.filter(household=household).delete()
    Invitation.objects.filter(Q(household=household) | Q(user__in=users)).delete()
    for table in reversed(TABLES[1:]):
        rows_of(table, household.pk)._raw_delete("default")
    for model in (AuthEvent, DeviceSession, ActivationCode):
        model.objects.filter(user__in=users).delete()
    User.objects.filter(pk__in=users).delete()


def imported(path: Path, **options: Any) -> dict[str, Any]:
    return facts("import_household", str(path), **options)


def problems_of(path: Path, **options: Any) -> list[str]:
    """What is wrong with the file; nothing has changed then, in any table."""
    before, out = everything_there(), StringIO()
    with pytest.raises(CommandError, match=r"^Nothing was imported\.$") as error:
        call_command("import_household", str(path), json=True, stdout=out, **options)
    assert (error.value.returncode, everything_there()) == (2, before)
    return json.loads(out.getvalue())["problems"]


def refusal_of(path: Path) -> str:
    """Why it is not even looked into."""
    before = everything_there()
    with pytest.raises(CommandError) as error:
        said("import_household", str(path))
    assert (error.value.returncode, everything_there()) == (2, before)
    assert "\n" not in str(error.value)
    return str(error.value)


def everything_there() -> dict[str, int]:
    return {name_of(table): table._base_manager.count() for table in TABLES}
