"""Who is in a household: those who plan, a guest, those without a login, and couples."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

from django.utils import timezone

from accounts.models import User
from gifts.services.seeding.home import Couple, Home, Member, Resident
from gifts.services.seeding.words import CONSTRAINTS, FIRST_NAMES, INTERESTS, RELATIONSHIPS, SIZES
from households.models import Membership, Person, PersonMember, Role

PLANNING = 0.6
PEOPLE_TO_A_COUPLE = 6


@dataclass(frozen=True)
class Logins:
    """How somebody signs in: `suffix` makes each of them unlike all others on this server."""

    suffix: str
    password_hash: str

    def user(self, name: str, *, by_email: bool) -> User:
        handle = f"{name.replace(' ', '').lower()}-{self.suffix}"
        return User(
            name=name,
            handle=handle,
            email=f"{handle}@example.org" if by_email else None,
            password=self.password_hash,
            activated_at=timezone.now(),
        )


def move_in(home: Home, logins: Logins, people: int) -> None:
    """So many persons, the owner first, and couples made of some of them."""
    names = _names(home, people)
    planners = max(round(people * PLANNING), 1)
    guests = 1 if people > planners + 1 else 0
    for number, name in enumerate(names):
        if number < planners + guests:
            role = Role.OWNER if number == 0 else Role.MEMBER if number < planners else Role.GUEST
            _sign_up(home, logins, name, role)
        else:
            home.others.append(Resident(_recorded(home, _person(home, name))))
    for halves in _pairs(home)[: people // PEOPLE_TO_A_COUPLE]:
        home.couples.append(_couple(home, halves))


def _names(home: Home, count: int) -> list[str]:
    """Unlike each other, so that each can be called by theirs."""
    names = home.rng.sample(FIRST_NAMES, len(FIRST_NAMES))
    rounds = cycle(names)
    return [next(rounds) if number < len(names) else f"{next(rounds)} {number}" for number in range(count)]


def _sign_up(home: Home, logins: Logins, name: str, role: str) -> None:
    person = _person(home, name)
    user = home.batch.add(logins.user(name, by_email=home.chance(0.5)))
    membership = Membership(household_id=home.household.pk, user_id=user.pk, role=role, person_id=person.pk)
    member = Member(person, user, home.batch.add(membership))
    (home.guests if role == Role.GUEST else home.planners).append(member)
    if role == Role.OWNER:
        home.diary.note(user, "household.created", home.household)
    else:
        home.diary.note(home.owner.user, "membership.created", membership, role=str(role), person=str(person.pk))


def _person(home: Home, name: str) -> Person:
    return home.batch.add(
        Person(
            household_id=home.household.pk,
            display_name=name,
            relationship=home.choose(RELATIONSHIPS),
            birthdate=date(1940, 1, 1) + timedelta(days=home.rng.randrange(80 * 365)),
            interests=home.choose(INTERESTS),
            sizes=home.choose(SIZES),
            constraints=home.choose(CONSTRAINTS),
        )
    )


def _recorded(home: Home, person: Person) -> Person:
    home.diary.note(home.owner.user, "person.created", person)
    return person


def _pairs(home: Home) -> list[tuple[Resident, Resident]]:
    """The first two of those who plan, the last two of those without a login, and then one of each."""
    planners, others = home.planners, home.others
    same = [(group[0], group[-1]) for group in (planners[:2], others[-2:]) if len(group) == 2]
    return [*same, *zip(planners[2:], others[:-2], strict=False)]


def _couple(home: Home, halves: tuple[Resident, Resident]) -> Couple:
    first, second = (half.person for half in halves)
    person = Person(household_id=home.household.pk, display_name=f"{first.display_name} & {second.display_name}")
    home.batch.add(person)
    for half in (first, second):
        home.batch.add(PersonMember(household_id=home.household.pk, group_id=person.pk, member_id=half.pk))
    return Couple(_recorded(home, person), halves)
