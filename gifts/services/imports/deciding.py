"""What becomes of a wish: who takes how many, and what stands in the givers' note."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from gifts.models import Claim, GiftList, ItemPlan, ListItem
from gifts.services.claims import may_give
from gifts.services.imports.drafts import Draft, Wish
from gifts.services.imports.notes import joined
from gifts.services.imports.people import People
from gifts.services.imports.report import Report
from households.models import Person


@dataclass
class Decision:
    """Decided as a whole, so that nothing is written of a wish that has to be refused.

    `known` is the item that is there already. Of that one only the givers' side changes.
    """

    wish: Wish
    recipient: Person | None
    known: ListItem | None
    people: People
    report: Report
    takers: list[tuple[Draft, Person]] = field(default_factory=list)
    left_over: dict[int, list[str]] = field(default_factory=dict)
    giver_note: str = ""

    def __post_init__(self) -> None:
        self.left_over = {draft.row.number: list(draft.kept) for draft in self.wish.drafts}
        self._decide_claims()
        self._keep_what_differs()
        self.giver_note = joined(*self._lines_for_givers())
        self._mention_secrecy()

    @property
    def price(self) -> tuple[Decimal | None, str]:
        """The first that a row names, and its currency."""
        if self.known:
            return self.known.gift.price, self.known.gift.currency
        named = [draft for draft in self.wish.drafts if draft.price is not None] or [self.wish.lead]
        return named[0].price, named[0].currency

    @property
    def url(self) -> str:
        if self.known:
            return self.known.gift.url
        return next((draft.url for draft in self.wish.drafts if draft.url), "")

    @property
    def quantity(self) -> int:
        return self.known.quantity if self.known else self.wish.lead.quantity

    @property
    def stage(self) -> str:
        if self.known:
            return self.known.plan.stage
        dropped_and_taken = self.takers and self.wish.stage == ItemPlan.Stage.DROPPED
        return ItemPlan.Stage.IDEA.value if dropped_and_taken else self.wish.stage

    def _decide_claims(self) -> None:
        """Most advanced first, each as long as enough is left."""
        held = list(Claim.objects.alive().filter(item=self.known)) if self.known else []
        status_of = {claim.giver_id: claim.status for claim in held}
        remaining = self.quantity - sum(claim.quantity for claim in held)
        for draft in sorted(self.wish.drafts, key=lambda draft: -draft.rank):
            if draft.claim_status is None:
                continue
            giver = self.people[draft.buyer]
            reason = self._why_not(giver, giver.pk in status_of, fits=draft.quantity <= remaining)
            if not reason:
                self.takers.append((draft, giver))
                status_of[giver.pk] = draft.claim_status
                remaining -= draft.quantity
            elif status_of.get(giver.pk) != draft.claim_status:
                self._keep(draft, "Who buys", f"{draft.buyer} ({draft.claim_status})", reason)

    def _why_not(self, giver: Person, has_one: bool, *, fits: bool) -> str:
        if not may_give(giver, self.recipient):
            return "nobody gives to themself"
        if has_one:
            return "has a claim on it already"
        if self.known and self.known.plan.stage == ItemPlan.Stage.DROPPED:
            return "it has been dropped"
        return "" if fits else "others have taken it already"

    def _keep_what_differs(self) -> None:
        """What the item has from elsewhere stays; what a row says otherwise is kept beside it."""
        for draft in self.wish.drafts:
            different = {
                "Price": draft.price is not None and (draft.price, draft.currency) != self.price,
                "Link": bool(draft.url) and draft.url != self.url,
                "Qty": bool(draft.row.cells["Qty"].strip()) and draft.quantity != self.quantity,
                "Status": draft.claim_status is None and draft.stage not in {self.stage, ItemPlan.Stage.IDEA},
            }
            for column in (column for column, is_different in different.items() if is_different):
                self._keep(draft, column, draft.row.cells[column], "the wish has another already")

    def _keep(self, draft: Draft, column: str, text: str, reason: str) -> None:
        line = f"{column}: {' '.join(text.split())}"
        if line not in self.left_over[draft.row.number]:
            self.left_over[draft.row.number].append(line)
            self.report.kept(draft.row.number, column, reason, text)

    def _lines_for_givers(self) -> Iterable[str]:
        """Whatever the family wrote for itself: no list of words can tell which notes would spoil a surprise."""
        if self.known:
            yield self.known.plan.giver_note
        for draft in self.wish.drafts:
            yield draft.note
            yield from self.left_over[draft.row.number]

    def _mention_secrecy(self) -> None:
        """Where another row, or what is there already, decided it."""
        visibility = self.known.list.visibility if self.known else None
        is_hidden = visibility != GiftList.Visibility.HOUSEHOLD if visibility else self.wish.is_secret
        for draft in self.wish.drafts:
            if draft.is_secret is not is_hidden:
                said = "hidden, as the same wish is" if is_hidden else "the wish is in sight already"
                self.report.guessed(draft.row.number, "Secret", said)
