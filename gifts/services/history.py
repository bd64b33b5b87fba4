"""What a person has been given, by year and occasion. For themself: what is no secret any more, and nothing else."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gifts.models import Claim
from gifts.models.money import cost_of_claim
from households.models import Occasion
from households.viewer import Viewer

Row = dict[str, Any]
# The occasion, if the viewer knows of one, and the gift.
Given = tuple[Row | None, Row]
Chapter = dict[str, Any]


def rows(*, viewer: Viewer, person_id: UUID) -> dict[str, QuerySet]:
    """What a person was given: `given` is for all others to know, `revealed` for themself. One of the two is empty."""
    claims = Claim.objects.given_to(person_id).annotate(cost=cost_of_claim())
    return {
        "given": claims.visible_to(viewer),
        "revealed": claims.revealed_to(viewer),
        # Also one that was deleted since: history speaks of what was.
        "occasions": Occasion.objects.known_to(viewer).filter(pk__in=claims.values("item__list__occasion")),
    }


def history(*, person: Row, found: dict[str, list[Row]], year: int | None = None) -> dict[str, Any]:
    """Chapters of gifts, newest first. The order follows from what is shown alone: a key would tell when something was
    claimed."""
    occasions = {row["id"]: row for row in found["occasions"]}
    given = [(occasions.get(row["occasion"]), row["gift"]) for row in found["given"] + found["revealed"]]
    of_year = [(occasion, gift) for occasion, gift in given if year in {None, _day(gift).year}]
    return {"person": person, "chapters": sorted(_chapters(of_year), key=_newest_first)}


def _chapters(given: Iterable[Given]) -> list[Chapter]:
    chapters = [list(rows) for _, rows in groupby(sorted(given, key=_reading_order), key=_chapter_of)]
    return [
        {"year": _day(rows[0][1]).year, "occasion": rows[0][0], "gifts": [gift for _, gift in rows]}
        for rows in chapters
    ]


def _chapter_of(given: Given) -> tuple[int, str]:
    occasion, gift = given
    return _day(gift).year, occasion["id"] if occasion else ""


def _reading_order(given: Given) -> tuple:
    """Chapter by chapter, the newest first in each; those of one day by their words."""
    _, gift = given
    giver = gift["giver"]
    words = (gift["title"], giver["display_name"], giver["id"], gift["image_url"], str(gift["item"]))
    return *_chapter_of(given), -_day(gift).toordinal(), *words


def _newest_first(chapter: Chapter) -> tuple:
    occasion = chapter["occasion"]
    return -_day(chapter["gifts"][0]).toordinal(), occasion is None, occasion["id"] if occasion else ""


def _day(gift: Row) -> date:
    return date.fromisoformat(gift["given_on"])
