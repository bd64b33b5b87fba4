"""From rows to wishes: each cell understood, and the rows that mean the same wish put together."""

import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal

from gifts.models import Claim, ItemPlan
from gifts.moves import CLAIM_STATUSES
from gifts.services.imports import cells
from gifts.services.imports.cells import OccasionName, Reading, Value, tidy
from gifts.services.imports.notes import MAX_NOTE
from gifts.services.imports.prices import Amount, read_price
from gifts.services.imports.reading import Row
from gifts.services.imports.report import Report

LONGEST = {"For": 120, "Occasion": 120, "Gift": 200, "Link": 2000, "Notes": MAX_NOTE}
LONGEST_OTHER = 200


@dataclass
class Draft:
    """One row, understood. `kept` is what goes to the giver's note because it went nowhere else."""

    row: Row
    recipient: str
    occasion: OccasionName | None
    title: str
    url: str
    price: Decimal | None
    currency: str
    quantity: int
    stage: str
    buyer: str
    claim_status: str | None
    is_secret: bool
    kept: list[str] = field(default_factory=list)

    @property
    def note(self) -> str:
        return self.row.cells["Notes"].strip()

    @property
    def rank(self) -> int:
        return CLAIM_STATUSES.index(Claim.Status(self.claim_status)) if self.claim_status else -1


@dataclass
class Wish:
    """The rows that mean one wish, in the order of the file. `may_name_somebody` hides an idea for nobody."""

    drafts: list[Draft]
    may_name_somebody: bool = False

    @property
    def lead(self) -> Draft:
        return self.drafts[0]

    @property
    def key(self) -> str:
        return self.lead.row.wish_key

    @property
    def is_secret(self) -> bool:
        """One mark hides the whole wish: "must not see" beats "may see"."""
        return self.may_name_somebody or any(draft.is_secret for draft in self.drafts)

    @property
    def words(self) -> list[str]:
        """All that would be read by everybody who plans, were it an open idea for nobody."""
        return [text for draft in self.drafts for text in (draft.title, draft.note, *draft.kept)]

    @property
    def numbers(self) -> list[int]:
        return [draft.row.number for draft in self.drafts]

    @property
    def stage(self) -> str:
        """The most advanced; dropped only when every row says so."""
        stages = {draft.stage for draft in self.drafts}
        kept = [stage for stage in (ItemPlan.Stage.SHORTLISTED, ItemPlan.Stage.IDEA) if stage in stages]
        return kept[0] if kept else ItemPlan.Stage.DROPPED


def understand(rows: list[Row], *, currency: str, report: Report) -> list[Wish]:
    """The wishes in these rows, open ones first, so that what is hidden beside a list finds it there."""
    drafts: dict[str, list[Draft]] = {}
    for row in rows:
        reason = row.flaw or _flaw(row)
        if reason:
            report.refused(row.number, reason)
        else:
            drafts.setdefault(row.wish_key, []).append(_RowReader(row, currency, report).draft())
    return sorted((Wish(same) for same in drafts.values()), key=lambda wish: wish.is_secret)


def _flaw(row: Row) -> str:
    """Why a row cannot be imported. It names the column and never what stands there."""
    for column, cell in (row.cells | row.extra).items():
        # Line breaks in a cell are a spreadsheet's way to write a longer note.
        if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in cell):
            return f"there is a control character in {column}"
        longest = LONGEST.get(column, LONGEST_OTHER)
        if len(cell.strip()) > longest:
            return f"{column} is longer than {longest} characters"
    return "" if tidy(row.cells["Gift"]) else "it names no gift"


@dataclass
class _RowReader:
    row: Row
    currency: str
    report: Report
    kept: list[str] = field(default_factory=list)

    def draft(self) -> Draft:
        amount = self._read("Price", read_price(self.row.cells["Price"], self.currency))
        status = self._read("Status", cells.read_status(self.row.cells["Status"]))
        buyer = self._read("Who buys", cells.read_buyer(self.row.cells["Who buys"])) or ""
        for column, cell in self.row.extra.items():
            self._keep(column, cell, "a column of your own")
        claim_status = self._claim_status(status, buyer)
        return Draft(
            row=self.row,
            recipient=self._read("For", cells.read_recipient(self.row.cells["For"])) or "",
            occasion=cells.read_occasion(self.row.cells["Occasion"]),
            title=tidy(self.row.cells["Gift"]),
            url=self._read("Link", cells.read_link(self.row.cells["Link"])) or "",
            price=amount.amount if amount else None,
            currency=amount.currency if amount else self.currency,
            quantity=self._quantity(amount),
            stage=status if status in ItemPlan.Stage.values else ItemPlan.Stage.IDEA,
            buyer=buyer if claim_status else "",
            claim_status=claim_status,
            is_secret=self._read("Secret", cells.read_secret(self.row.cells["Secret"])) is True,
            kept=self.kept,
        )

    def _read(self, column: str, reading: Reading[Value]) -> Value | None:
        """The value. What is only a guess, or not even that, is also kept in its own words."""
        if reading.doubt and reading.value is not None:
            self.kept.append(f"{column}: {tidy(self.row.cells[column])}")
            self.report.guessed(self.row.number, column, reading.doubt, self.row.cells[column])
        elif reading.doubt:
            self._keep(column, self.row.cells[column], reading.doubt)
        return reading.value

    def _keep(self, column: str, cell: str, reason: str) -> None:
        self.kept.append(f"{column}: {tidy(cell)}")
        self.report.kept(self.row.number, column, reason, cell)

    def _claim_status(self, status: str | None, buyer: str) -> str | None:
        """A buyer takes it, were it only planned. Without one there is nobody to be so far; and what is dropped is
        nobody's."""
        is_under_way = status in Claim.Status.values
        if is_under_way and not buyer:
            self._keep("Status", self.row.cells["Status"], "without a buyer it is nobody's claim")
        if not buyer:
            return None
        if status == ItemPlan.Stage.DROPPED:
            self._keep("Who buys", self.row.cells["Who buys"], "it has been dropped")
            return None
        return status if is_under_way else Claim.Status.PLANNED.value

    def _quantity(self, amount: Amount | None) -> int:
        pieces = amount.pieces if amount else None
        if pieces and not self.row.cells["Qty"].strip():
            self.report.guessed(self.row.number, "Qty", "as the price says", str(pieces))
            return pieces
        quantity = self._read("Qty", cells.read_quantity(self.row.cells["Qty"])) or 1
        if pieces and pieces != quantity:
            self._keep("Price", self.row.cells["Price"], "it speaks of another number than Qty")
        return quantity
