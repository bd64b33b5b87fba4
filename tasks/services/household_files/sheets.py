"""The same rows as CSV, for whoever wants to look at them in a spreadsheet. Only the other file can be imported."""

import csv
from pathlib import Path
from typing import Any

from config.spreadsheets import harmless
from tasks.services.household_files.tables import Table, fields_of, name_of
from tasks.services.household_files.writing import Rows, as_json


class Sheets:
    """A file for each table in this folder, with its columns in the first row."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, table: Table) -> None:
        # With the mark by which spreadsheets know UTF-8.
        with self._file_of(table).open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerow([field.name for field in fields_of(table)])

    def write(self, table: Table, rows: Rows) -> None:
        with self._file_of(table).open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([_cell(value) for value in row] for row in rows)

    def _file_of(self, table: Table) -> Path:
        return self._folder / f"{name_of(table)}.csv"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    # What is no text looks as in the other file: an id, a day, an object.
    return harmless(value if isinstance(value, str) else as_json(value).decode().strip('"'))
