"""A family's spreadsheet, written and imported as staff do it."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gifts.models import Claim, Gift, GiftList, ImportedRow, ItemPlan, ListItem
from households.models import Activity, Occasion, Person, PersonMember
from tests.cast import Family, Member

COLUMNS = ["For", "Occasion", "Gift", "Link", "Price", "Qty", "Status", "Who buys", "Notes", "Secret"]
SAMPLE = Path(__file__).parents[1] / "fixtures" / "family-christmas.csv"
TABLES = [Activity, Claim, Gift, GiftList, ImportedRow, ItemPlan, ListItem, Occasion, Person, PersonMember]


def row(gift: str, recipient: str = "Leo", *, secret: bool = False, **cells: str) -> dict[str, str]:
    """A row for Leo's Christmas; cells are named as their columns, with `who` for who buys."""
    named = {name.capitalize(): cell for name, cell in cells.items() if name != "who"}
    ordinary = {"For": recipient, "Occasion": "Christmas 2026", "Gift": gift, "Secret": "x" if secret else ""}
    return dict.fromkeys(COLUMNS, "") | ordinary | {"Who buys": cells.get("who", "")} | named


def write(path: Path, *rows: dict[str, str], delimiter: str = ",") -> Path:
    """A CSV file of these rows; columns of the family's own come last."""
    own = list(dict.fromkeys(column for one in rows for column in one if column not in COLUMNS))
    text = StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *own], restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


class Desk:
    """Where staff sit: a file, and the command."""

    def __init__(self, family: Family, folder: Path) -> None:
        self.family = family
        self.file = folder / "list.csv"

    def import_rows(self, *rows: dict[str, str], by: Member | None = None, say: tuple = (), **options: Any) -> str:
        """Writes these rows to a file and imports it; returns what the command says."""
        return self.import_file(write(self.file, *rows), by=by, say=say, **options)

    def import_file(self, path: Path, *, by: Member | None = None, say: tuple = (), **options: Any) -> str:
        out = StringIO()
        arguments = ["--household", str(self.family.household.pk), "--as", (by or self.family.mia).user.login]
        arguments += [argument for name in say for argument in ("--map", name)]
        call_command("import_gifts", str(path), *arguments, stdout=out, **options)
        return out.getvalue()

    def refuses(self, *rows: dict[str, str], **options: Any) -> str:
        """The sentence with which the command ends; nothing may have been written."""
        return self.refuses_file(write(self.file, *rows), **options)

    def refuses_file(self, path: Path, **options: Any) -> str:
        before = counts()
        with pytest.raises(CommandError) as refused:
            self.import_file(path, **options)
        assert refused.value.returncode == 2
        assert counts() == before
        return str(refused.value)


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


def everything() -> dict[str, list]:
    """Every row of every table that an import writes to."""
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


def item(title: str, recipient: str | None = None) -> ListItem:
    items = ListItem.objects.filter(gift__title=title)
    return (items.filter(list__recipient__display_name=recipient) if recipient else items).get()


def note_of(title: str) -> str:
    return item(title).plan.giver_note


def claims_on(title: str) -> list[tuple[str, str, int]]:
    claims = Claim.objects.alive().filter(item=item(title)).order_by("pk")
    return [(claim.giver.display_name, claim.status, claim.quantity) for claim in claims]


def lines_about(number: int, report: str) -> list[str]:
    """What the report says of this row."""
    start = f"row {number}: "
    return [line.removeprefix(start) for line in report.splitlines() if line.startswith(start)]
