"""A household's lists: of every kind and every visibility."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from uuid import UUID

from accounts.models import User
from gifts.models import GiftList, ListShare
from gifts.services.seeding.calendar import Calendar
from gifts.services.seeding.home import Home, Member, Resident, overlap
from households.models import Occasion

Kind, Visibility = GiftList.Kind, GiftList.Visibility


@dataclass
class Shelf:
    """A list, and who does what on it."""

    gift_list: GiftList
    # Who puts something on it; who sees the givers' side and may take something.
    adders: list[Member]
    givers: list[Member]
    # Those who may be named as givers and do not sign in.
    silent_givers: list[Resident] = field(default_factory=list)
    # From whom it is hidden what is said about it.
    kept_from: frozenset[UUID] = frozenset()
    # A companion, beside the list before it.
    is_beside: bool = False

    @property
    def is_recipients_own(self) -> bool:
        """Whether those who put something on it are none of those who give."""
        return self.adders[0] not in self.givers


class Lists:
    """Makes one list after another, of each kind in turn; where one makes no sense, as in a household of one, a list of
    ideas."""

    def __init__(self, home: Home, calendar: Calendar) -> None:
        self.home, self.calendar = home, calendar
        self._recipients = cycle([*home.planners, *home.others, *home.couples])
        self._last: Shelf | None = None

    def make(self, count: int) -> Iterator[Shelf]:
        kinds: list[Callable[[], Shelf | None]] = [
            self._wishlist, self._companion, self._hidden, self._hidden, self._open,
            self._wishlist, self._companion, self._private, self._surprise, self._shared,
        ]  # fmt: skip
        for _, make in zip(range(count), cycle(kinds), strict=False):
            self._last = make() or self._ideas()
            yield self._last

    def _wishlist(self) -> Shelf | None:
        """One's own; or a child's, kept by somebody else."""
        recipient = next(self._recipients)
        givers = self.home.planners_but(recipient)
        keeper = recipient if isinstance(recipient, Member) else self.home.choose(givers or self.home.planners)
        name = f"{recipient.person.display_name}'s wishes"
        occasion = self.calendar.birthday(recipient)
        gift_list = self._made(keeper.user, recipient, occasion, name, kind=Kind.WISHLIST)
        return self._shelf(gift_list, recipient, [keeper], givers)

    def _companion(self) -> Shelf | None:
        """What givers add to the wishlist before this one."""
        main = self._last
        if main is None or not main.givers or main.gift_list.kind != Kind.WISHLIST:
            return None
        copied = ("household_id", "name", "recipient_id", "occasion_id", "occurs_on")
        same = {name: getattr(main.gift_list, name) for name in copied}
        companion = GiftList(kind=Kind.GIFT, visibility=Visibility.HIDDEN, companion_of_id=main.gift_list.pk, **same)
        self.home.batch.add(companion)
        return Shelf(companion, main.givers, main.givers, main.silent_givers, main.kept_from, True)

    def _hidden(self) -> Shelf | None:
        recipient = next(self._recipients)
        return self._behind_their_back(recipient, self.calendar.christmas, f"For {recipient.person.display_name}")

    def _surprise(self) -> Shelf | None:
        surprise = self.calendar.surprise()
        return surprise and self._behind_their_back(*surprise, surprise[1].name)

    def _shared(self) -> Shelf | None:
        """Shown to the guests, who give, too."""
        shelf = self._hidden()
        if shelf:
            for guest in self.home.guests:
                self._share(shelf, guest)
        return shelf

    def _open(self) -> Shelf:
        owner = self.home.choose(self.home.planners)
        occasion = self.home.choose((self.calendar.christmas, self.calendar.party))
        gift_list = self._made(owner.user, None, occasion, "For everybody")
        return self._shelf(gift_list, None, self.home.planners, self.home.planners)

    def _private(self) -> Shelf | None:
        recipient = next(self._recipients)
        givers = self.home.planners_but(recipient)
        if not givers:
            return None
        owner = self.home.choose(givers)
        name = f"Notes for {recipient.person.display_name}"
        gift_list = self._made(owner.user, recipient, None, name, visibility=Visibility.PRIVATE)
        return self._shelf(gift_list, recipient, [owner], [owner])

    def _ideas(self) -> Shelf:
        owner = self.home.choose(self.home.planners)
        gift_list = self._made(owner.user, None, None, "Ideas", kind=Kind.IDEA)
        return self._shelf(gift_list, None, self.home.planners, self.home.planners)

    def _behind_their_back(self, recipient: Resident, occasion: Occasion, name: str) -> Shelf | None:
        givers = self.home.planners_but(recipient)
        if not givers:
            return None
        owner = self.home.choose(givers)
        gift_list = self._made(owner.user, recipient, occasion, name, visibility=Visibility.HIDDEN)
        return self._shelf(gift_list, recipient, givers, givers)

    def _made(
        self, owner: User, recipient: Resident | None, occasion: Occasion | None, name: str, **fields: Any
    ) -> GiftList:
        gift_list = GiftList(
            household_id=self.home.household.pk,
            name=name,
            owner=owner,
            recipient=recipient.person if recipient else None,
            occasion=occasion,
            occurs_on=self.calendar.day_of(occasion) if occasion else None,
            **({"visibility": Visibility.HOUSEHOLD} | fields),
        )
        self.home.diary.note(owner, "list.created", self.home.batch.add(gift_list))
        return gift_list

    def _shelf(
        self, gift_list: GiftList, recipient: Resident | None, adders: list[Member], givers: list[Member]
    ) -> Shelf:
        silent = [*self.home.others, *self.home.couples]
        may_give = [one for one in silent if recipient is None or not overlap(one, recipient)]
        kept_from = frozenset({recipient.person.pk} if recipient else ())
        is_private = gift_list.visibility == Visibility.PRIVATE
        return Shelf(gift_list, adders, list(givers), [] if is_private else may_give, kept_from)

    def _share(self, shelf: Shelf, guest: Member) -> None:
        gift_list, guest_id = shelf.gift_list, guest.membership.pk
        self.home.batch.add(ListShare(household_id=gift_list.household_id, list_id=gift_list.pk, guest_id=guest_id))
        self.home.diary.note(gift_list.owner, "list.shared", gift_list, guest=str(guest_id))
        shelf.givers.append(guest)
