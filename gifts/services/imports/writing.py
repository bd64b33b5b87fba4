"""Each wish becomes an item, with what its givers plan; or joins the item that is there already."""

from dataclasses import dataclass, field, replace
from datetime import date

from gifts.models import Claim, GiftList, ImportedRow, ListItem
from gifts.services.claims import Standing, take
from gifts.services.gifts import make_gift
from gifts.services.imports.deciding import Decision
from gifts.services.imports.drafts import Draft, Wish
from gifts.services.imports.notes import MAX_NOTE
from gifts.services.imports.people import People
from gifts.services.imports.places import Place, Places
from gifts.services.imports.report import Report
from gifts.services.items import place_item
from households.models import Membership


@dataclass
class Writer:
    people: People
    places: Places
    report: Report
    items: list[ListItem] = field(default_factory=list)
    too_long: dict[int, str] = field(default_factory=dict)

    def write(self, wish: Wish) -> None:
        recipient = self.people[wish.lead.recipient] if wish.lead.recipient else None
        place = self.places.place(recipient, wish.lead.occasion, is_secret=wish.is_secret)
        self._note_who_reads(wish, place)
        known = self._known_item(wish, place)
        decision = Decision(wish, recipient, known, self.people, self.report)
        if self._is_too_long(decision, place):
            self.too_long |= dict.fromkeys(wish.numbers, self._why_too_long(place))
            return
        item = known or self._new_item(decision, place)
        self._write_plan(item, decision)
        self._write_claims(item, place, decision)
        self._write_ledger(item, wish)
        self.items.append(item)
        self._tell(decision, place, item)

    def _note_who_reads(self, wish: Wish, place: Place) -> None:
        if self._is_for_the_reader(place):
            self.report.not_for_the_reader.update(wish.numbers)
        elif wish.may_name_somebody:
            for draft in wish.drafts:
                reason = f"it may name somebody, so only {self.report.reader} sees it"
                self.report.guessed(draft.row.number, "Secret", reason)

    def _is_too_long(self, decision: Decision, place: Place) -> bool:
        """Whether the notes are more than can be kept. For the reader's own wishes the rows alone decide: else it would
        tell them what givers have noted already."""
        if self._is_for_the_reader(place):
            decision = replace(decision, known=None, takers=[])
        return len(decision.giver_note) > MAX_NOTE

    def _why_too_long(self, place: Place) -> str:
        """That a wish has many notes would already tell its recipient something."""
        if self._is_for_the_reader(place):
            return self.report.not_shown
        return f"its notes together are longer than {MAX_NOTE} characters"

    def _is_for_the_reader(self, place: Place) -> bool:
        return self.places.author(place) is None

    def _count(self, what: str, place: Place) -> None:
        """How many claims and items there are for the reader would tell how far their gifts are."""
        if not self._is_for_the_reader(place):
            self.report.made[what] += 1

    def _known_item(self, wish: Wish, place: Place) -> ListItem | None:
        """The item that an earlier row became, whatever it is called now; or one that says the same.

        Of that item only the givers' side is written. So a surprise stays one when the same wish comes again without
        a mark, and nothing changes in what a recipient reads.
        """
        lists = self.places.reachable(place.recipient, is_secret=wish.is_secret)
        earlier = ListItem.objects.alive().filter(imported_rows__wish_key=wish.key, list__in=lists)
        found = earlier.order_by("id").first()
        found = found or self.places.find_item(place, wish.lead.title, is_secret=wish.is_secret)
        return found and ListItem.objects.select_related("list", "gift", "plan").locked(found.pk)

    def _new_item(self, decision: Decision, place: Place) -> ListItem:
        wish = decision.wish
        gift_list = self.places.list_for(place, is_secret=wish.is_secret)
        author = self.places.author(place)
        price, currency = decision.price
        gift = make_gift(
            viewer=self.places.viewer,
            household_id=gift_list.household_id,
            in_catalog=False,
            created_by=author,
            title=wish.lead.title,
            url=decision.url,
            price=price,
            currency=currency,
        )
        self._count("items", place)
        return place_item(gift_list, gift, added_by=author, quantity=decision.quantity)

    def _write_plan(self, item: ListItem, decision: Decision) -> None:
        item.plan.stage = decision.stage
        # What was there stands first, so at most the reader's own words about their own wish are cut.
        item.plan.giver_note = decision.giver_note[:MAX_NOTE]
        item.plan.save(update_fields=["stage", "giver_note", "updated_at"])

    def _write_claims(self, item: ListItem, place: Place, decision: Decision) -> None:
        standing = Standing(self.places.viewer, item, list(Claim.objects.filter(item=item)))
        for draft, giver in decision.takers:
            member = Membership.objects.active().filter(person=giver).first()
            take(
                standing,
                giver.pk,
                draft.quantity,
                claimed_by_id=member and member.user_id,
                status=draft.claim_status,
                gifted_on=self._gifted_on(draft, place),
            )
            self._count("claims", place)

    def _gifted_on(self, draft: Draft, place: Place) -> date | None:
        if draft.claim_status != Claim.Status.GIFTED:
            return None
        today = self.places.today
        if place.occurs_on and place.occurs_on <= today:
            return place.occurs_on
        self.report.guessed(draft.row.number, "Status", "as no earlier day is known", f"given on {today}")
        return today

    def _write_ledger(self, item: ListItem, wish: Wish) -> None:
        rows = [
            ImportedRow(household_id=item.household_id, fingerprint=draft.row.fingerprint, wish_key=wish.key, item=item)
            for draft in wish.drafts
        ]
        # In a rehearsal for a member some of them are there, see `members`.
        ImportedRow.objects.bulk_create(rows, ignore_conflicts=True)

    def _tell(self, decision: Decision, place: Place, item: ListItem) -> None:
        lead = decision.wish.lead
        seen = "open" if item.list.visibility == GiftList.Visibility.HOUSEHOLD else "hidden"
        takers = [draft for draft, _ in decision.takers]
        for draft in decision.wish.drafts:
            claim = f"{draft.claim_status} by {draft.buyer}" if draft in takers else draft.stage
            price = f"{draft.price} {draft.currency}" if draft.price is not None else ""
            same = f"the same wish as row {lead.row.number}" if draft is not lead else ""
            said = [f"{draft.quantity} x {draft.title}", place.name, claim, price, seen, same]
            self.report.understood(draft.row.number, ", ".join(filter(None, said)))
