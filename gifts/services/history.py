"""What a person has been given, by year and occasion. For themself: what is no secret any more, and nothing else."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.models import Prefetch

from gifts.models import Claim
from gifts.models.money import cost_of_claim
from households.models import Occasion, Person
from households.viewer import Viewer

Chapter = dict[str, Any]


def history_of(*, viewer: Viewer, person: Person, year: int | None = None) -> list[Chapter]:
    """Chapters of gifts, newest first. The order follows from what is shown alone: a key would tell when something was
    claimed."""
    claims: Any = Claim.objects.given_to(person, viewer)
    if year is not None:
        claims = claims.filter(given_on__year=year)
    # Also one that was deleted since: history speaks of what was.
    occasions = Prefetch("item__list__occasion", Occasion.objects.known_to(viewer))
    rows = claims.select_related("giver", "item__gift", "item__list").prefetch_related(occasions)
    is_own = viewer.is_any_of(person.pk)
    given = [_given(claim, is_own=is_own) for claim in rows.annotate(cost=cost_of_claim())]
    return sorted(_chapters(given), key=_newest_first)


def _given(claim: Any, *, is_own: bool) -> dict[str, Any]:
    """One gift as it is told. Of one's own: title, picture, giver and date; the rest is null, always."""
    gift, occasion = claim.item.gift, claim.item.list.occasion
    told = {
        "title": claim.given_title,
        "image_url": claim.given_image_url,
        "giver": claim.giver,
        "given_on": claim.given_on,
        "occasion": occasion,
    }
    rest = {"item": claim.item_id, "quantity": claim.quantity, "price": claim.cost, "currency": gift.currency}
    return told | (dict.fromkeys(rest) if is_own else rest)


def _chapters(given: Iterable[dict[str, Any]]) -> list[Chapter]:
    return [
        {"year": gifts[0]["given_on"].year, "occasion": gifts[0]["occasion"], "gifts": gifts}
        for gifts in (list(rows) for _, rows in groupby(sorted(given, key=_reading_order), key=_chapter_of))
    ]


def _chapter_of(gift: dict[str, Any]) -> tuple[int, str]:
    return gift["given_on"].year, str(gift["occasion"].pk if gift["occasion"] else "")


def _reading_order(gift: dict[str, Any]) -> tuple:
    """Chapter by chapter, the newest first in each; those of one day by their words."""
    giver = gift["giver"]
    words = (gift["title"], giver.display_name, str(giver.pk), gift["image_url"], str(gift["item"]))
    return *_chapter_of(gift), -gift["given_on"].toordinal(), *words


def _newest_first(chapter: Chapter) -> tuple:
    newest = chapter["gifts"][0]["given_on"]
    occasion = chapter["occasion"]
    return -newest.toordinal(), occasion is None, str(occasion.pk if occasion else "")
