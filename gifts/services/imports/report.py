"""What became of each row, for whoever runs the import. It is printed and kept nowhere."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

UNDERSTOOD, GUESSED, KEPT, REFUSED = "understood", "guessed", "kept as note", "refused"


@dataclass(frozen=True)
class Finding:
    row: int
    kind: str
    about: str
    reason: str
    cell: str = ""


@dataclass
class Report:
    """Lines by row, notices about the whole, and how many rows of which kind were made.

    Of the rows that are `not_for_the_reader` it says only that they were understood: neither how far those gifts are
    nor who gives them shows in a line or a number.
    """

    reader: str
    findings: list[Finding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    known_before: int = 0
    is_rehearsal: bool = False
    not_for_the_reader: set[int] = field(default_factory=set)

    def understood(self, row: int, what: str) -> None:
        self.findings.append(Finding(row, UNDERSTOOD, "", "", what))

    def guessed(self, row: int, column: str, reason: str, cell: str = "") -> None:
        self.findings.append(Finding(row, GUESSED, column, reason, cell))

    def kept(self, row: int, column: str, reason: str, cell: str = "") -> None:
        self.findings.append(Finding(row, KEPT, column, reason, cell))

    def refused(self, row: int, reason: str) -> None:
        self.findings.append(Finding(row, REFUSED, "", reason))

    def notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)

    def numbers(self, kind: str) -> set[int]:
        return {finding.row for finding in self.findings if finding.kind == kind}

    def _shown(self, kind: str) -> int:
        """How many rows, without those that would tell the reader of their own gifts."""
        return len(self.numbers(kind) - self.not_for_the_reader)

    @property
    def imported(self) -> int:
        return len(self.numbers(UNDERSTOOD))

    @property
    def not_shown(self) -> str:
        return f"(not shown: it is for {self.reader})"

    def lines(self) -> Iterator[str]:
        for finding in sorted(self.findings, key=lambda finding: (finding.row, finding.kind != UNDERSTOOD)):
            if finding.row not in self.not_for_the_reader:
                yield f"row {finding.row}: {self._said(finding)}"
            elif finding.kind == UNDERSTOOD:
                yield f"row {finding.row}: {UNDERSTOOD}: {self.not_shown}"
        yield from self.notices
        yield self._summary()

    def _said(self, finding: Finding) -> str:
        cell = quoted(finding.cell)
        if cell and finding.about:
            cell = f"“{cell}”"
        return ": ".join(part for part in (finding.kind, finding.about, cell, finding.reason) if part)

    def _summary(self) -> str:
        made = ", ".join(f"{self.made[name]} {name}" for name in sorted(self.made)) or "nothing"
        return (
            f"{self.rows} rows: {self.imported} imported"
            f" ({self._shown(GUESSED)} with a guess, {self._shown(KEPT)} with something kept as a note),"
            f" {len(self.numbers(REFUSED))} refused, {self.known_before} imported before. Made: {made}."
            + (f" What is for {self.reader} is not counted." if self.not_for_the_reader else "")
            + (" This was a rehearsal: nothing was written." if self.is_rehearsal else "")
        )


def quoted(text: str) -> str:
    """On one line, whatever line breaks or control characters a cell has, and not longer than can be read."""
    line = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(line.split())
    return line if len(line) <= 300 else f"{line[:297]}..."
