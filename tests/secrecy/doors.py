"""Every door there is: the routes of the resolver, with what the schema says can be asked and sent at each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator

from tests.envelope import NOWHERE
from tests.routes import SUBJECTS, address, described, operations

Rows = dict[str, Any]

# What the schema does not describe: itself, the page that shows it, and the ways there.
UNDESCRIBED = {"/", "/admin", "/api/v1/schema", "/api/v1/docs"}
# Signing in insists on transactions and secrets of its own.
SIGNING_IN = "/api/v1/auth/"

# Where a world has no row of some kind. Whatever is a user's own, everybody looks for among their own.
NOTHING: Rows = dict.fromkeys(SUBJECTS.values(), NOWHERE) | {"whose": "me"}

# Parameters and fields that name a row of a kind by another word; an unknown word is tried with rows of all kinds.
ROW_BEHIND = {
    "recipient": "person",
    "honoree": "person",
    "giver": "person",
    "into": "person",
    "members": "person",
    "hidden_from": "person",
    "person": "person",
    "household": "household",
    "list": "list",
    "gift": "gift",
    "item": "item",
    "occasion": "occasion",
    "tag": "tag",
    "tags": "tag",
    "comment": "comment",
    "guest": "membership",
    "after": "activity",
}


@dataclass(frozen=True)
class Door:
    """One method of one route. `parameters` and `fields` are as the schema describes them, by name."""

    method: str
    place: str
    parameters: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.place}"

    @property
    def takes_ids(self) -> bool:
        return "<" in self.place

    def addresses(self, row_sets: Iterable[Rows]) -> list[str]:
        """The route with each of these rows in its place."""
        return list(dict.fromkeys(address(self.place, NOTHING | rows) for rows in row_sets))


@cache
def schema() -> dict[str, Any]:
    return SchemaGenerator(api_version=None).get_schema(request=None, public=True)


def doors() -> list[Door]:
    """All that the table of who may see what is about."""
    found = [_door(method, place) for method, place in operations(get_resolver().url_patterns)]
    described = [door for door in found if door.place not in UNDESCRIBED]
    return [door for door in described if door.method == "GET" or not door.place.startswith(SIGNING_IN)]


def reads() -> list[Door]:
    return [door for door in doors() if door.method == "GET"]


def writes() -> list[Door]:
    return [door for door in doors() if door.method != "GET"]


def undescribed() -> set[str]:
    """Operations that the schema says nothing of, so that nobody can know what to try."""
    return {
        f"{method} {place}"
        for method, place in operations(get_resolver().url_patterns)
        if place not in UNDESCRIBED and method.lower() not in schema()["paths"].get(described(place), {})
    }


def ids_among(fields: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """The parameters or fields that take ids, and whether they take a list of them."""
    for name, kind in fields.items():
        for one in _alternatives(kind):
            if one.get("format") == "uuid":
                yield name, False
            elif _alternatives(one.get("items", {}))[0].get("format") == "uuid":
                yield name, True


def resolved(kind: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference."""
    if "$ref" in kind:
        return resolved(schema()["components"]["schemas"][kind["$ref"].rpartition("/")[2]])
    return kind


def _alternatives(kind: dict[str, Any]) -> list[dict[str, Any]]:
    kind = resolved(kind)
    several = kind.get("oneOf") or kind.get("anyOf") or kind.get("allOf") or [kind]
    return [resolved(one) for one in several]


def _door(method: str, place: str) -> Door:
    operation = schema()["paths"].get(described(place), {}).get(method.lower(), {})
    parameters = {one["name"]: one["schema"] for one in operation.get("parameters", []) if one["in"] == "query"}
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Door(method, place, parameters, resolved(content.get("schema", {})).get("properties", {}))
