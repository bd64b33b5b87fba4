"""Thousands of hostile requests, made of the schema: so a new route is under fire as soon as it is there."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps

from tests.envelope import NOWHERE
from tests.hostile.operations import Operation
from tests.hostile.shots import Shot
from tests.hostile.words import HEADERS, IDS, MALFORMED, MEDIA, QUERIES, VALUES
from tests.secrecy.doors import resolved

Shots = Iterator[Shot]

# What no write may take from anybody, whatever the models and serializers are called.
FORBIDDEN = {
    "pk",
    "is_staff",
    "is_superuser",
    "is_active_",
    "household_id",
    "owner_id",
    "__proto__",
    "constructor",
    "self",
}


def malformed(operation: Operation) -> Shots:
    for name, body in MALFORMED.items():
        if operation.method != "GET":
            yield Shot(name, operation, operation.url, body, refused=bool(operation.fields))


def media(operation: Operation) -> Shots:
    if operation.good is None:
        return
    body = json.dumps(operation.good).encode()
    for kind in MEDIA:
        yield Shot(kind, operation, operation.url, body, content_type=kind, refused=True)
    for charset in ("utf-16", "idna", "nonsense", "utf-8; charset=utf-7"):
        content_type = f"application/json; charset={charset}"
        yield Shot(content_type, operation, operation.url, body, content_type=content_type)
    packed = gzip.compress(body)
    yield Shot("gzip", operation, operation.url, packed, headers={"Content-Encoding": "gzip"}, refused=True)


def headers(operation: Operation) -> Shots:
    body = json.dumps(operation.good).encode() if operation.good else b""
    for sent in HEADERS:
        yield Shot(str(sent)[:50], operation, operation.url, body, headers=sent)


def queries(operation: Operation) -> Shots:
    names = [*operation.parameters, "unknown", "format"] if operation.method == "GET" else ["unknown"]
    for name in names:
        for value in QUERIES if operation.method == "GET" else QUERIES[::9]:
            yield Shot(f"?{name}={value[:20]}", operation, f"{operation.url}?{name}={value}")
    for tail in ("&" * 2000, "a=1&" * 2000, ";a=1", "?a=1", "=1", "%ff=%fe", "limit=1&limit=2", "limit[]=1", "#a"):
        yield Shot(f"?{tail[:20]}", operation, f"{operation.url}?{tail}")


def paths(operation: Operation) -> Shots:
    parts = operation.place.split("/")
    for place in (number for number, part in enumerate(parts) if part.startswith("<")):
        real = operation.url.split("/")
        for value in IDS:
            real[place] = value
            # Where the id of a user is a word, other spellings of it may be read, too.
            yield Shot(f"an id: {value[:20]}", operation, "/".join(real), refused=value not in {"me"})
    for url in (
        operation.url + "/",
        "/" + operation.url,
        operation.url.replace("/api", "/api/."),
        operation.url.upper(),
    ):
        yield Shot("a path", operation, url, refused=True)
    for method in ("TRACE", "PROPFIND", "get", "POST\x00", "OPTIONS", "HEAD", "CONNECT"):
        yield Shot(method, operation, operation.url, method=method)


def values(operation: Operation) -> Shots:
    for name, kind in operation.fields.items():
        for value in VALUES:
            is_link = (
                isinstance(value, str) and value.startswith(("javascript:", "data:", "file:")) and is_address(kind)
            )
            body = json.dumps((operation.good or {}) | {name: value}).encode("utf-8", "surrogatepass")
            yield Shot(f"{name}={str(value)[:30]}", operation, operation.url, body, refused=is_link)
        inner = resolved(kind).get("properties", {})
        for deeper in inner:
            for value in VALUES[::3]:
                nested = {name: {"title": "x", deeper: value}}
                yield Shot(f"{name}.{deeper}={str(value)[:30]}", operation, operation.url, json.dumps(nested).encode())


def is_address(kind: dict[str, Any]) -> bool:
    several = resolved(kind).get("oneOf") or resolved(kind).get("anyOf") or [resolved(kind)]
    return any(resolved(one).get("format") == "uri" for one in several)


def mass_assignment(operation: Operation) -> Shots:
    """Every field of every model that is not this operation's own to write: all at once, and each by itself."""
    if not operation.fields:
        return
    offered = sorted((columns() | FORBIDDEN) - set(operation.fields))
    everything = (operation.good or {}) | dict.fromkeys(offered, NOWHERE)
    yield Shot("every field there is", operation, operation.url, json.dumps(everything).encode(), refused=True)
    for name in offered:
        for value in (NOWHERE, True):
            body = json.dumps((operation.good or {}) | {name: value}).encode()
            yield Shot(f"{name} that is not its own", operation, operation.url, body, refused=True)


def columns() -> set[str]:
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    return {name for field in fields for name in (field.name, getattr(field, "attname", field.name))}


def tokens(operation: Operation) -> Shots:
    """Signs of somebody that are none."""
    head, payload, signature = operation.token.removeprefix("Bearer ").split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    forged = {
        "cut off": f"{head}.{payload}.{signature[:-4]}",
        "without a signature": f"{head}.{payload}.",
        "of two parts": f"{head}.{payload}",
        "signed by nobody": f"{none}.{payload}.",
        "signed by nobody, with a signature": f"{none}.{payload}.{signature}",
        "another payload": f"{head}.{payload[:-2]}AA.{signature}",
        "four parts": f"{head}.{payload}.{signature}.{signature}",
        "empty parts": "..",
        "kid of a path": f"eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0.{payload}.{signature}",
        "very long": f"{head}.{payload * 40}.{signature}",
    }
    for name, token in forged.items():
        sent = {"Authorization": f"Bearer {token}"}
        yield Shot(f"a token: {name}", operation, operation.url, headers=sent, refused=not operation.is_open)


def cursors(operation: Operation) -> Shots:
    if "cursor" not in operation.parameters:
        return
    page = operation.api.get(operation.url, {"limit": 1}).json()
    cursor = re.search(r"cursor=([^&]+)", page.get("next") or "")
    real = cursor[1] if cursor else "eyJhIjoxfQ"
    for forged in (
        real[:-3],
        real[:10],
        real + "x",
        "x" + real,
        real[::-1],
        "x",
        "%00",
        "%ff",
        ":",
        "::",
        "a:b",
        "." * 500,
    ):
        yield Shot(f"a cursor: {forged[:20]}", operation, f"{operation.url}?cursor={forged}", refused=True)


ASPECTS: dict[str, Callable[[Operation], Shots]] = {
    one.__name__: one for one in (malformed, media, headers, queries, paths, values, mass_assignment, tokens, cursors)
}


def some(shots: list[Shot], most: int | None) -> list[Shot]:
    """Evenly spread, and of every operation another part."""
    if most is None or len(shots) <= most:
        return shots
    step = len(shots) / most
    return [shots[int(number * step)] for number in range(most)]
