"""From a file to rows: whatever is not a readable table stops here, with one sentence."""

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import Code, Refusal
from config.models import casefold_key

COLUMNS = ["For", "Occasion", "Gift", "Link", "Price", "Qty", "Status", "Who buys", "Notes", "Secret"]
DELIMITERS = ",;\t|"
MAX_BYTES = 10 * 1024 * 1024
KEYS = {casefold_key(column): column for column in COLUMNS}


@dataclass(frozen=True)
class Row:
    """One row: its cells under our columns, and those under columns of the family's own. Row 1 is the header."""

    number: int
    cells: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    flaw: str = ""

    @property
    def wish_key(self) -> str:
        """The same for rows that mean the same wish: only case and spaces may differ."""
        return _hashed(*(casefold_key(self.cells[column]) or "" for column in ("For", "Occasion", "Gift")))


def stop(sentence: str) -> Refusal:
    """What ends an import before it has written anything."""
    return Refusal(Code.VALIDATION_FAILED, sentence)


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, see `rows_in`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise stop(f"{path} cannot be read: {error.strerror or error}.") from error
    return rows_in(content, name=path.name)


def rows_in(content: bytes, *, name: str) -> list[Row]:
    """The rows that hold anything, numbered as a spreadsheet numbers them."""
    header, *records = _records(name, _text(content, name))
    rows: list[Row] = []
    seen: Counter[str] = Counter()
    for number, record in enumerate(records, start=2):
        if any(cell.strip() for cell in record):
            row = _row(number, header, record, seen)
            rows.append(row)
    if not rows:
        raise stop(f"{name} has a header but no rows.")
    return rows


def _text(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise stop(f"{name} is larger than {MAX_BYTES // 1024 // 1024} MB, which no family's list is.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise stop(f"{name} is not UTF-8 text; please save it again as CSV in UTF-8.") from error


def _records(name: str, text: str) -> list[list[str]]:
    """The header, with our names for our columns, and all rows below it, blank ones included."""
    if not text.strip():
        raise stop(f"{name} is empty.")
    first_line = text.split("\n", 1)[0]
    # What UTF-16 without a mark looks like when it is read as UTF-8. Further down a NUL only spoils its own row.
    if "\0" in first_line:
        raise stop(f"{name} is not UTF-8 text; please save it again as CSV in UTF-8.")
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first_line), strict=True))
    except csv.Error as error:
        raise stop(f"{name} is not CSV as a spreadsheet writes it: {error}.") from error
    return [_header(name, records[0]), *records[1:]]


def _delimiter(first_line: str) -> str:
    return max(DELIMITERS, key=first_line.count)


def _header(name: str, cells: list[str]) -> list[str]:
    header = [KEYS.get(casefold_key(cell), cell.strip() or f"Column {n}") for n, cell in enumerate(cells, start=1)]
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise stop(f"{name} is not the table we know: its first row has no column {', '.join(missing)}.")
    twice = [column for column, count in Counter(header).items() if count > 1]
    if twice:
        raise stop(f"{name} has more than one column {', '.join(twice)}.")
    return header


def _row(number: int, header: list[str], record: list[str], seen: Counter[str]) -> Row:
    """A row of another width is refused: its cells may have slipped, and Secret may be the one that is lost."""
    flaw = ""
    # Spreadsheets leave empty cells behind the last column that has a name; nothing is lost with those.
    while len(record) > len(header) and not record[-1].strip():
        record = record[:-1]
    if len(record) != len(header):
        flaw = f"it has {len(record)} cells where the header has {len(header)}"
    named = dict.fromkeys(COLUMNS, "") | dict(zip(header, record, strict=False))
    cells = {column: named.pop(column) for column in COLUMNS}
    extra = {column: cell for column, cell in named.items() if cell.strip()}
    content = _hashed(*(f"{column}={casefold_key(cell) or ''}" for column, cell in sorted((cells | extra).items())))
    seen[content] += 1
    # The second of two identical rows is a row of its own.
    return Row(number, cells, extra, fingerprint=_hashed(content, str(seen[content])), flaw=flaw)


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
