"""Every operation of the API with ids of rows that are there, and something good to send to it."""

from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from rest_framework.test import APIClient

from tests.cast import found, make_family
from tests.routes import ACTORS, TABLE, address, described, operations
from tests.secrecy.doors import UNDESCRIBED, Door, Rows, resolved, schema
from tests.secrecy.probing import good_body
from tests.secrets import Home, hide, open_household


@dataclass
class Operation:
    """`good` is a body that it takes, if it takes one; `fields` and `parameters` are as the schema describes them."""

    method: str
    place: str
    rows: Rows
    api: APIClient
    good: dict[str, Any] | None
    fields: dict[str, Any]
    parameters: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.place}"

    @property
    def url(self) -> str:
        return address(self.place, self.rows)

    @property
    def token(self) -> str:
        return self.api.defaults["HTTP_AUTHORIZATION"]

    @property
    def is_open(self) -> bool:
        return TABLE[self.place][self.method][0] != 401


def set_scene() -> Home:
    home = open_household(make_family(), found("The Neighbours", "Eve"))
    hide(home)
    return home


def every_operation(home: Home) -> list[Operation]:
    """Each of them as somebody for whom it works."""
    actors = {"giver": home.giver.api(), "recipient": home.recipient.api()}
    device = home.giver.user.sessions.earliest("id").device_id
    rows = home.rows | {"grandpa": home.family.grandpa.pk, "guest": home.guest.membership.pk, "device": device}
    found = [one for one in operations(get_resolver().url_patterns) if one[1] not in UNDESCRIBED]
    return [_operation(method, place, rows, actors[_who(method, place)]) for method, place in found]


def _operation(method: str, place: str, rows: Rows, api: APIClient) -> Operation:
    found = schema()["paths"][described(place)][method.lower()]
    parameters = {one["name"]: one["schema"] for one in found.get("parameters", []) if one["in"] == "query"}
    content = found.get("requestBody", {}).get("content", {}).get("application/json", {})
    fields = resolved(content.get("schema", {})).get("properties", {})
    api.raise_request_exception = False
    good = good_body(Door(method, place), rows) or content.get("example")
    return Operation(method, place, rows, api, good if fields else None, fields, parameters)


def _who(method: str, place: str) -> str:
    statuses = dict(zip(ACTORS, TABLE[place][method], strict=True))
    return next((who for who in ("giver", "recipient") if statuses[who] < 300), "giver")
