"""How large a host is: how many households there are, and who and what is in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil
from random import Random

# The family that is measured is the same size on every host, whatever lies beside it.
FAMILY_PEOPLE = 18
FAMILY_ITEMS = 5_000

# The others, on average.
PEOPLE_EACH = 8
ITEMS_EACH = 100

# Few items stand on short lists, many on longer ones.
ITEMS_ON_A_LIST = 15
MOST_LISTS = 100

ITEMS_BY_DEFAULT = 100_000


@dataclass(frozen=True)
class HouseholdSize:
    people: int
    items: int

    @property
    def lists(self) -> int:
        return min(ceil(self.items / ITEMS_ON_A_LIST), MOST_LISTS)


def host_of(
    *, people: int | None = None, items: int | None = None, households: int | None = None, seed: str = ""
) -> list[HouseholdSize]:
    """The measured family, and then the other households; what is not given follows from the rest.

    ValueError, with a sentence, for what does not go together.
    """
    if people is None and items is None and households is None:
        items = ITEMS_BY_DEFAULT
    others = _others(people, items) if households is None else households - 1
    people = FAMILY_PEOPLE + others * PEOPLE_EACH if people is None else people
    items = FAMILY_ITEMS + others * ITEMS_EACH if items is None else items
    _check(people, items, others)
    family = _family(people, items, others)
    rng = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    return [family, *_beside(people - family.people, items - family.items, others, rng)]


def shares(total: int, weights: Iterable[float]) -> list[int]:
    """`total` divided by these weights into whole numbers that add up to it."""
    sums = list(accumulate(weights, initial=0.0))
    return [round(total * end / sums[-1]) - round(total * start / sums[-1]) for start, end in pairwise(sums)]


def _others(people: int | None, items: int | None) -> int:
    """How many households it takes beside the family. None is, on average, larger than that."""
    if people is None:
        return max(ceil(((items or 0) - FAMILY_ITEMS) / ITEMS_EACH), 0)
    for_people = ceil((people - FAMILY_PEOPLE) / PEOPLE_EACH)
    for_items = ceil(((items or 0) - FAMILY_ITEMS) / FAMILY_ITEMS)
    return min(max(for_people, for_items, 0), people - 1)


def _check(people: int, items: int, others: int) -> None:
    if people <= others:
        raise ValueError(f"{others + 1} households need at least as many people.")
    if not others and (people > FAMILY_PEOPLE or items > FAMILY_ITEMS):
        raise ValueError(
            f"The measured family has {FAMILY_PEOPLE} people and {FAMILY_ITEMS} items; "
            "for more there have to be other households and people beside it."
        )


def _family(people: int, items: int, others: int) -> HouseholdSize:
    """Smaller only where less is asked for in all."""
    if items < FAMILY_ITEMS and others:
        items //= 2
    return HouseholdSize(min(people - others, FAMILY_PEOPLE), min(items, FAMILY_ITEMS))


def _beside(people: int, items: int, count: int, rng: Random) -> list[HouseholdSize]:
    """A few large households, and many small ones."""
    weights = [rng.lognormvariate(0, 0.7) for _ in range(count)]
    in_each = zip(shares(people - count, weights), shares(items, weights), strict=True)
    return [HouseholdSize(1 + more, of_these) for more, of_these in in_each]
