"""Where a wish belongs: the occasion, and the list for one person, one occasion and one date."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from config.models import casefold_key
from gifts.models import GiftList, ListItem
from gifts.services.imports.cells import OccasionName
from gifts.services.imports.report import Report
from gifts.services.lists import companion_for
from households.models import Household, Occasion, Person, anniversary
from households.viewer import Viewer

CHRISTMAS_DAY = (12, 25)
Visibility = GiftList.Visibility


@dataclass(frozen=True)
class Place:
    """What all lists for the same have in common, whether their recipient sees them or not."""

    recipient: Person | None
    occasion: Occasion | None
    occurs_on: date | None
    year: int | None
    name: str
    # Its occasion is the name of hidden lists and nothing else.
    is_unspoken: bool = False

    def lists(self, household: Household) -> Q:
        """The lists that are already there for it. One that has no date yet is for any, unless a year was named."""
        same = Q(household=household, recipient=self.recipient, occasion=self.occasion)
        same &= Q(kind=GiftList.Kind.IDEA) if self.recipient is None else ~Q(kind=GiftList.Kind.IDEA)
        if self.is_unspoken:
            return same & Q(name=self.name)
        if self.year is None:
            return same & (Q(occurs_on=self.occurs_on) | Q(occurs_on=None))
        return same & (Q(occurs_on=self.occurs_on) if self.occurs_on else Q(occurs_on=None, name=self.name))


@dataclass
class Places:
    """Finds and makes occasions and lists for one import."""

    viewer: Viewer
    household: Household
    report: Report
    spoilers: dict[str, set[UUID]] = field(default_factory=dict)
    has_opened: bool = False
    occasions: dict[tuple[OccasionName, Person | None, bool], Occasion] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.viewer.belonging(self.household.pk).today()

    def place(self, recipient: Person | None, named: OccasionName | None, *, is_secret: bool) -> Place:
        if named is None or self._goes_unspoken(named, recipient, is_secret):
            names = [recipient.display_name if recipient else "", named.text if named else ""]
            name = _joined(names) or ("Secret ideas" if is_secret else "Idea Inbox")
            return Place(recipient, None, None, None, name, is_unspoken=bool(recipient and named))
        occasion = self._occasion(named, recipient, is_secret=is_secret)
        year = str(named.year) if named.year and str(named.year) not in occasion.name else ""
        name = _joined([recipient.display_name if recipient else "", f"{occasion.name} {year}".strip()])
        return Place(recipient, occasion, self._occurs_on(named, occasion, recipient), named.year, name)

    def _goes_unspoken(self, named: OccasionName, recipient: Person | None, is_secret: bool) -> bool:
        """An occasion is hidden from its honoree or from nobody. One that can be hidden from nobody and would tell
        somebody by its name is not made, as long as it is not known already."""
        if not is_secret or named.tells_nothing:
            return False
        if recipient is None:
            return True
        return len(self.spoilers.get(named.key, ())) > 1 and self._find_occasion(named, recipient, is_secret) is None

    def author(self, place: Place) -> User | None:
        """Who stands as owner and author: nobody where it is for them, who would see themself in their surprises."""
        return None if self._is_theirs(place.recipient) else self.viewer.user

    def _is_theirs(self, recipient: Person | None) -> bool:
        return recipient is not None and self.viewer.is_any_of(recipient.pk)

    def find_item(self, place: Place, title: str, *, is_secret: bool) -> ListItem | None:
        """The same wish on one of this place's lists, on the side where the row belongs if it is on both."""
        lists = self.reachable(place.recipient, is_secret=is_secret).filter(place.lists(self.household))
        items = ListItem.objects.alive().filter(list__in=lists).select_related("gift", "list").order_by("id")
        same = [item for item in items if casefold_key(item.gift.title) == casefold_key(title)]
        same.sort(key=lambda item: (item.list.visibility == Visibility.HOUSEHOLD) is is_secret)
        return same[0] if same else None

    def reachable(self, recipient: Person | None, *, is_secret: bool) -> QuerySet[GiftList]:
        """The lists on which such a wish may be found: those that several share, and for an idea one's own.

        A secret idea for nobody is found only on one's own, as what is written beside an open one is read by all.
        Whatever the viewer may look at afterwards is found where they see it: an open wish of their own that joined a
        surprise would not come to stand on their list, and that would tell them.
        """
        lists = GiftList.objects.alive().filter(household=self.household)
        own = Q(visibility=Visibility.PRIVATE, owner=self.viewer.user)
        if recipient:
            shared = lists.exclude(visibility=Visibility.PRIVATE)
            may_be_unseen = self._is_theirs(recipient) and is_secret
            return shared if may_be_unseen else shared.filter(pk__in=GiftList.objects.visible_to(self.viewer))
        return lists.filter(own if is_secret else own | Q(visibility=Visibility.HOUSEHOLD))

    def list_for(self, place: Place, *, is_secret: bool) -> GiftList:
        """The list, locked: it may be one that the family writes to at this moment."""
        if not is_secret:
            return self._find(place, Visibility.HOUSEHOLD) or self._open_list(place)
        if place.recipient is None:
            # Nobody knows whom to hide it from, so for now it is the importer's own.
            return self._find(place, Visibility.PRIVATE) or self._make(place, Visibility.PRIVATE)
        return self._hidden_list(place)

    def _hidden_list(self, place: Place) -> GiftList:
        beside = self._find(place, Visibility.HOUSEHOLD)
        if beside:
            return companion_for(beside)
        return self._find(place, Visibility.HIDDEN) or self._make(place, Visibility.HIDDEN)

    def _open_list(self, place: Place) -> GiftList:
        """A hidden list that has been alone so far becomes the companion of the new one: givers read them as one.

        Its recipient cannot tell: they see the new list, as they would without the other.
        """
        alone = self._find(place, Visibility.HIDDEN)
        gift_list = self._make(place, Visibility.HOUSEHOLD)
        if alone and alone.companion_of_id is None and alone.occurs_on == gift_list.occurs_on:
            alone.companion_of = gift_list
            alone.save(update_fields=["companion_of", "updated_at"])
        return gift_list

    def _find(self, place: Place, visibility: str) -> GiftList | None:
        lists = GiftList.objects.alive().filter(place.lists(self.household), visibility=visibility)
        if visibility == Visibility.PRIVATE:
            lists = lists.filter(owner=self.viewer.user, name=place.name)
        best_first = sorted(
            lists, key=lambda one: (one.occurs_on != place.occurs_on, one.kind != GiftList.Kind.GIFT, one.pk)
        )
        return GiftList.objects.locked(best_first[0].pk) if best_first else None

    def _make(self, place: Place, visibility: str) -> GiftList:
        # That there is a hidden one already, or not yet, would tell its recipient of surprises.
        if visibility != Visibility.HIDDEN or self.author(place):
            self.report.made["lists"] += 1
        return GiftList.objects.create(
            household=self.household,
            name=place.name,
            kind=GiftList.Kind.GIFT if place.recipient else GiftList.Kind.IDEA,
            owner=self.author(place),
            recipient=place.recipient,
            occasion=place.occasion,
            occurs_on=place.occurs_on,
            visibility=visibility,
        )

    def _occasion(self, named: OccasionName, recipient: Person | None, *, is_secret: bool) -> Occasion:
        known = self.occasions.get((named, recipient, is_secret))
        if known is None:
            known = self._find_occasion(named, recipient, is_secret) or self._make_occasion(named, recipient)
            self.occasions[named, recipient, is_secret] = known
        return known

    def _find_occasion(self, named: OccasionName, recipient: Person | None, is_secret: bool) -> Occasion | None:
        """By its full name, then without the year; a plain Birthday is the person's birthday, whatever its name.

        One that is hidden from its honoree has no place for a wish that they may see; nor for the viewer's own, unless
        it would be made for nobody to see: that none comes to be would tell them that there is one.
        """
        may_be_hidden = is_secret and (not self._is_theirs(recipient) or named.key in self.spoilers)
        here = Occasion.objects.alive().filter(household=self.household)
        hidden = Q(visibility=Occasion.Visibility.HIDDEN)
        honoree = Q(honoree=recipient if named.is_personal else None)
        fitting = here.filter(honoree & ~hidden | (hidden & Q(honoree=recipient) if may_be_hidden else Q(pk=None)))
        rows = sorted(fitting, key=lambda row: (row.visibility == Occasion.Visibility.HIDDEN, row.pk))
        by_text = [row for row in rows if casefold_key(row.name) == named.key]
        by_name = [row for row in rows if casefold_key(row.name) == casefold_key(named.name)]
        by_kind = [row for row in rows if named.is_plain and row.kind == named.kind]
        return next(iter(by_text + by_name + by_kind), None)

    def _make_occasion(self, named: OccasionName, recipient: Person | None) -> Occasion:
        is_spoiler = named.key in self.spoilers
        visibility = Occasion.Visibility.HIDDEN if is_spoiler else Occasion.Visibility.HOUSEHOLD
        if not (is_spoiler and self._is_theirs(recipient)):
            self.report.made["occasions"] += 1
        self.has_opened |= not is_spoiler
        return Occasion.objects.create(
            household=self.household,
            name=named.name,
            kind=named.kind,
            date=self._usual_date(named, recipient),
            is_yearly=named.kind != Occasion.Kind.OTHER or named.year is not None,
            honoree=recipient if is_spoiler or named.is_personal else None,
            visibility=visibility,
        )

    def _usual_date(self, named: OccasionName, recipient: Person | None) -> date | None:
        if named.kind == Occasion.Kind.CHRISTMAS and named.is_plain:
            self.report.notice(f"guessed: {named.name} is on 25 December")
            return date(self.today.year, *CHRISTMAS_DAY)
        if named.kind == Occasion.Kind.BIRTHDAY and named.is_plain and recipient:
            return recipient.birthdate
        return None

    def _occurs_on(self, named: OccasionName, occasion: Occasion, recipient: Person | None) -> date | None:
        day = occasion.date or self._usual_date(named, recipient)
        if day is None:
            return None
        if named.year:
            return anniversary(day, named.year)
        yearly = occasion.is_yearly or occasion.date is None
        return Occasion(date=day, is_yearly=yearly).next_date(self.today)


def _joined(names: list[str]) -> str:
    return ": ".join(filter(None, names))[:120]
