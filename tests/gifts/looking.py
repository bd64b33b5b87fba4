"""Everything that somebody can look at, to compare what they saw before with what they see after."""

from collections.abc import Iterable
from uuid import UUID

from rest_framework.test import APIClient

from gifts.models import ItemPlan
from gifts.moves import STATUSES
from gifts.services.stream import BEFORE_ALL

API = "/api/v1"
NEVER = UUID("01890a5d-ac96-774b-bcce-b302099a8057")

# Words of what Leo wishes for, of what is hidden from him, and of a tag.
WORDS = ["socks", "drill", "lamp", "a", "wool drill", "tagged", "nothing%"]

ORDERINGS = {
    "items": ["title", "-title", "price", "-price", "priority", "-priority", "occurs_on", "-occurs_on"],
    "gifts": ["price", "-price", "title", "-title"],
    "lists": ["name", "-name", "occurs_on", "-occurs_on"],
    "people": ["display_name", "-display_name", "birthdate", "-birthdate"],
    "tags": ["name", "-name"],
    "occasions": ["date", "-date", "name", "-name"],
}


def item_filters(
    *, lists: Iterable = (), gifts: Iterable = (), persons: Iterable = (), tags: Iterable = ()
) -> list[str]:
    """Each filter over items, with these rows (seen or not) as its values, and one that never was."""
    filters = [f"status={status}" for status in STATUSES]
    filters += [f"stage={stage}" for stage in ItemPlan.Stage.values]
    filters += ["assigned_to=me", "occurs_after=2031-01-01", "occurs_before=2031-01-01"]
    filters += [f"list={pk}" for pk in [*lists, NEVER]]
    filters += [f"gift={pk}" for pk in [*gifts, NEVER]]
    filters += [f"person={pk}" for pk in [*persons, NEVER]]
    filters += words_and_tags(tags)
    return filters


def words_and_tags(tags: Iterable = ()) -> list[str]:
    return [f"search={words}" for words in WORDS] + [f"tag={pk}" for pk in [*tags, NEVER]]


def all_paths(
    *,
    lists: Iterable = (),
    items: Iterable = (),
    gifts: Iterable = (),
    persons: Iterable = (),
    comments: Iterable = (),
    occasions: Iterable = (),
    tags: Iterable = (),
) -> list[str]:
    """Every route that reads, with every filter and ordering."""
    lists, items, gifts, persons = list(lists), list(items), list(gifts), list(persons)
    occasions, tags = list(occasions), list(tags)
    filters = item_filters(lists=lists, gifts=gifts, persons=persons, tags=tags)
    paths = ["items", "lists", "gifts", "people", "occasions", "tags", "households", "users", "users/me", "activity"]
    paths += [f"gifts?{narrowed}" for narrowed in words_and_tags(tags)] + [f"people?tag={pk}" for pk in tags]
    paths += [f"tags/{pk}" for pk in tags]
    paths += [f"activity/stream?after={BEFORE_ALL}", "activity?verb=item.added", "activity?limit=100"]
    paths += [f"activity?subject={pk}" for pk in [*items, NEVER]]
    paths += [f"{route}?ordering={ordering}" for route, orderings in ORDERINGS.items() for ordering in orderings]
    paths += [f"items?{narrowed}" for narrowed in filters]
    paths += ["gifts?in_catalog=true", "gifts?in_catalog=false", "gifts?price_min=1", "gifts?price_max=1000"]
    paths += [f"lists?{name}={pk}" for name in ("recipient", "occasion") for pk in persons]
    paths += [f"lists/{pk}" for pk in lists] + [f"lists/{pk}/{rows}" for pk in lists for rows in ("items", "shares")]
    paths += [f"lists/{pk}/items?ordering={ordering}" for pk in lists for ordering in ORDERINGS["items"]]
    paths += [f"items/{pk}" for pk in items] + [f"gifts/{pk}" for pk in gifts] + [f"people/{pk}" for pk in persons]
    about = {"list": lists, "item": items, "gift": gifts, "person": persons}
    paths += [f"comments?{name}={pk}" for name, rows in about.items() for pk in [*rows, NEVER]]
    paths += ["comments", "comments?resolved=true", "comments?resolved=false", *(f"comments/{pk}" for pk in comments)]
    paths += [f"occasions/{pk}" for pk in occasions] + overviews(lists, persons, occasions)
    paths += [f"occasions/{pk}/summary?year={year}" for pk in occasions for year in (2026, 2031)]
    return [f"{API}/{path}" for path in paths]


def overviews(lists: Iterable, persons: Iterable, occasions: Iterable) -> list[str]:
    """Whatever counts, sums up and looks back."""
    paths = ["dashboard"] + [f"lists/{pk}/summary" for pk in lists] + [f"people/{pk}/history" for pk in persons]
    return paths + [f"occasions/{pk}/summary" for pk in occasions]


def looks(api: APIClient, paths: Iterable[str]) -> dict[str, tuple[int, bytes]]:
    """What this client is answered there, byte for byte; a refusal without the moment and the request it names."""
    return {path: _look(api, path) for path in paths}


def _look(api: APIClient, path: str) -> tuple[int, bytes]:
    answer = api.get(path)
    if answer.streaming:
        return answer.status_code, answer.getvalue()
    tag = answer.get("ETag", "").encode()
    return answer.status_code, answer.content + tag if answer.status_code == 200 else essence(answer)


def essence(answer) -> bytes:
    """An answer's body without what differs from request to request: its moment and its id."""
    if answer.status_code < 400:
        return answer.content
    error = answer.json()["error"]
    return repr((error["code"], error["message"], error["details"])).encode()


def pages(api: APIClient, path: str) -> list[list[dict]]:
    """The results of this page and all that follow."""
    answer = api.get(path).json()
    rest = pages(api, answer["next"]) if answer["next"] else []
    return [answer["results"], *rest]


def titles(api: APIClient, path: str) -> list[str]:
    """The titles of the gifts on this page of items."""
    return [row["gift"]["title"] for row in api.get(f"{API}/{path}").json()["results"]]
