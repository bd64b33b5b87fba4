"""Everything that somebody can look at, to compare what they saw before with what they see after."""

from collections.abc import Iterable
from uuid import UUID

from rest_framework.test import APIClient

API = "/api/v1"
NEVER = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def paths(*, lists: Iterable, persons: Iterable) -> list[str]:
    """Whatever one reads of a household, with all of these lists and persons. Filters and orderings are tried by the
    proof of secrecy."""
    collections = ["items", "lists", "gifts", "people", "occasions", "tags", "comments", "activity", "dashboard"]
    of_lists = [f"lists/{pk}{part}" for pk in lists for part in ("", "/items", "/shares", "/summary")]
    of_people = [f"people/{pk}{part}" for pk in persons for part in ("", "/history")]
    return [f"{API}/{path}" for path in [*collections, *of_lists, *of_people]]


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
