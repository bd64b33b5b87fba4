"""Who is meant by a name. A second Person for somebody who signs in would end their blindness, so in doubt it stops."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from config.models import casefold_key
from gifts.services.imports.cells import tidy
from gifts.services.imports.names import halves_of, has_stand_in, is_collective, is_stand_in, might_be, words_of
from gifts.services.imports.reading import stop
from gifts.services.imports.report import Report
from households.models import Household, Membership, Person
from households.services.people import add_members


@dataclass
class People:
    """The persons of a household by the names that a file has for them.

    `said` is what staff said with --map: a membership, or None for somebody who does not sign in.
    """

    household: Household
    said: Mapping[str, Membership | None]
    report: Report
    doubts: dict[str, str] = field(default_factory=dict)
    found: dict[str, Person] = field(default_factory=dict)

    def meet(self, names: Iterable[str]) -> None:
        """Find or make everybody. Every doubt is collected first, so that one answer settles them all."""
        wanted = list(dict.fromkeys(filter(None, names)))
        for name in wanted:
            self._doubt(name)
        if self.doubts:
            raise stop(
                f"These names might be members: {'; '.join(self.doubts.values())}."
                " Please say who each is: --map NAME=LOGIN, or --map NAME= for somebody without a login."
            )
        for name in wanted:
            self._person(name)

    def __getitem__(self, name: str) -> Person:
        return self.found[casefold_key(name) or ""]

    @property
    def names(self) -> list[str]:
        """Every name that is known here."""
        return [person.display_name for same in self._by_name.values() for person in same]

    @cached_property
    def _by_name(self) -> dict[str, list[Person]]:
        # Somebody who signs in stays who they are when their Person is deleted.
        rows = Person.objects.filter(Q(deleted_at=None) | Q(membership__isnull=False), household=self.household)
        by_name: dict[str, list[Person]] = defaultdict(list)
        for person in rows.select_related("membership").order_by("id"):
            by_name[casefold_key(person.display_name) or ""].append(person)
        return by_name

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        """Each member, as they are introduced, with all the names that they might go by."""
        members = Membership.objects.filter(household=self.household).select_related("user", "person")
        known = {}
        for member in members.order_by("id"):
            user = member.user
            names = [user.name, user.handle or "", (user.email or "").partition("@")[0]]
            if member.person:
                names += [member.person.display_name, member.person.relationship]
                groups = Person.objects.filter(member_links__member=member.person)
                # The Bauers; but not Grandma & Grandpa, who are known by their own names.
                names += [group.display_name for group in groups if len(halves_of(group.display_name)) == 1]
            known[f"{member.person or user.name} ({user.login})"] = names
        return known

    def might_be_named_in(self, texts: Iterable[str]) -> bool:
        names = [*self.names, *self.found, *(name for known in self._members.values() for name in known)]
        return any(might_be(text, names) or has_stand_in(text) for text in texts)

    def _doubt(self, name: str) -> None:
        """Note why this name cannot be taken as somebody."""
        key = casefold_key(name) or ""
        same = self._by_name.get(key, [])
        if self.said.get(key) or (len(same) == 1 and self._is_known_to_be(same[0], name)):
            return
        if len(same) > 1:
            self.doubts[key] = f"“{name}” is the name of {len(same)} people here"
        elif key not in self.said and len(halves_of(name)) > 1:
            for half in halves_of(name):
                self._doubt(half)
        elif key not in self.said and (suspects := self._suspects(name)):
            self.doubts[key] = f"“{name}” might be {' or '.join(suspects)}"

    def _is_known_to_be(self, person: Person, name: str) -> bool:
        """Somebody who signs in, or a couple or group with all its members: it is clear from whom things are hidden."""
        expected = 2 if self._is_couple(name) else 1
        return _signs_in(person) or person.member_links.count() >= expected

    def _suspects(self, name: str) -> list[str]:
        if self._members and (is_stand_in(name) or is_collective(name)):
            return ["any of them"]
        return [member for member, names in self._members.items() if might_be(name, names)]

    def _person(self, name: str) -> Person:
        key = casefold_key(name) or ""
        if key not in self.found:
            member = self.said.get(key)
            same = self._by_name.get(key, [])
            if member and member.person:
                person = member.person
            else:
                person = same[0] if same else self._couple_of(name) or self._somebody_new(name)
                self._complete(person, name)
            self.found[key] = person
        return self.found[key]

    def _is_couple(self, name: str) -> bool:
        return len(halves_of(name)) > 1 and casefold_key(name) not in self.said

    def _couple_of(self, name: str) -> Person | None:
        """These two under another name or in another order."""
        if not self._is_couple(name):
            return None
        wanted = {self._person(half).pk for half in halves_of(name)}
        groups = Person.objects.alive().filter(member_links__member__in=wanted).distinct()
        return next((group for group in groups.order_by("id") if _members_of(group) == wanted), None)

    def _complete(self, person: Person, name: str) -> None:
        """A couple without its halves would hide nothing from them."""
        if self._is_couple(name) and not self._is_known_to_be(person, name):
            add_members(person, {self._person(half).pk for half in halves_of(name)} - _members_of(person))

    def _somebody_new(self, name: str) -> Person:
        self._mention_lookalikes(name)
        person = Person.objects.create(household=self.household, display_name=tidy(name))
        self._by_name[casefold_key(name) or ""].append(person)
        self.report.made["people"] += 1
        self.report.notice(f"new here: {tidy(name)}")
        return person

    def _mention_lookalikes(self, name: str) -> None:
        for same in self._by_name.values():
            for person in same:
                if words_of(name) and words_of(person.display_name) == words_of(name):
                    self.report.notice(f"“{name}” is taken as somebody else than “{person}”; are they one?")


def _signs_in(person: Person) -> bool:
    return hasattr(person, "membership")


def _members_of(group: Person) -> set[UUID]:
    return set(group.member_links.values_list("member_id", flat=True))
