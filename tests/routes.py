"""Every route there is, and what it answers to whom. A new route needs its lines here."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ACTORS = ("nobody", "guest", "other", "recipient", "giver")
Patterns = list[URLPattern | URLResolver]

# The ids in the paths are of rows that the giver hides from the recipient, who owns the household;
# people, members, users and the household itself are there for both.
TABLE: dict[str, dict[str, tuple[int, ...]]] = {
    # path: {method: (nobody, guest, other household, recipient, giver)}
    "/": dict.fromkeys(METHODS, (302,) * 5),
    "/admin": dict.fromkeys(METHODS, (302,) * 5),
    "/api/v1/health": {"GET": (200,) * 5},
    "/api/v1/health/db": {"GET": (200,) * 5},
    "/api/v1/health/cache": {"GET": (200,) * 5},
    "/api/v1/schema": {"GET": (200,) * 5},
    "/api/v1/docs": {"GET": (200,) * 5},
    "/api/v1/auth/activate": {"POST": (400,) * 5},
    "/api/v1/auth/activate/complete": {"POST": (400,) * 5},
    "/api/v1/auth/login": {"POST": (400,) * 5},
    "/api/v1/auth/mfa": {"POST": (400,) * 5},
    "/api/v1/auth/mfa/device": {"GET": (401, 200, 200, 200, 200)},
    "/api/v1/auth/mfa/enrol": {"POST": (401, 400, 400, 400, 400)},
    "/api/v1/auth/mfa/confirm": {"POST": (401, 400, 400, 400, 400)},
    "/api/v1/auth/mfa/recovery-codes": {"POST": (401, 400, 400, 400, 400)},
    "/api/v1/auth/mfa/remove": {"POST": (401, 400, 400, 400, 400)},
    "/api/v1/auth/password": {"POST": (401, 400, 400, 400, 400)},
    "/api/v1/auth/session/refresh": {"POST": (400,) * 5},
    "/api/v1/auth/session/revoke": {"POST": (401, 404, 404, 404, 204)},
    # without a body, and of sessions without a PIN
    "/api/v1/auth/session/pin": {"POST": (401, 400, 400, 400, 400)},
    "/api/v1/auth/session/pin/remove": {"POST": (401, 409, 409, 409, 409)},
    "/api/v1/auth/session/lock": {"POST": (401, 409, 409, 409, 409)},
    "/api/v1/auth/session/unlock": {"POST": (401, 400, 400, 400, 400)},
    "/api/v1/auth/sessions": {"GET": (401, 200, 200, 200, 200)},
    "/api/v1/auth/sessions/<uuid:pk>": {"DELETE": (401, 404, 404, 404, 204)},
    "/api/v1/users": {"GET": (401, 200, 200, 200, 200)},
    "/api/v1/users/me": {"GET": (401, 200, 200, 200, 200), "PATCH": (401, 200, 200, 200, 200)},
    "/api/v1/users/me/export": {"GET": (401, 200, 200, 200, 200)},
    "/api/v1/users/<uuid:pk>": {"GET": (401, 200, 404, 200, 200)},
    "/api/v1/households": {"GET": (401, 200, 200, 200, 200), "POST": (401, 201, 201, 201, 201)},
    "/api/v1/households/<uuid:pk>": {"GET": (401, 200, 404, 200, 200), "PATCH": (401, 403, 404, 200, 403)},
    "/api/v1/households/<uuid:household_id>/members": {
        "GET": (401, 404, 404, 200, 200),
        "POST": (401, 404, 404, 201, 403),
    },
    "/api/v1/households/<uuid:household_id>/members/<uuid:pk>": {
        "GET": (401, 404, 404, 200, 200),
        "PATCH": (401, 404, 404, 200, 403),
        "DELETE": (401, 404, 404, 204, 403),
    },
    "/api/v1/households/<uuid:household_id>/members/<uuid:pk>/activation-code": {"POST": (401, 404, 404, 201, 403)},
    # the giver is invited next door
    "/api/v1/households/<uuid:household_id>/invitations": {"GET": (401, 404, 404, 200, 404)},
    "/api/v1/households/<uuid:household_id>/invitations/<uuid:pk>": {"DELETE": (401, 404, 404, 404, 404)},
    "/api/v1/invitations": {"GET": (401, 200, 200, 200, 200)},
    "/api/v1/invitations/<uuid:pk>/accept": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/invitations/<uuid:pk>/decline": {"POST": (401, 404, 404, 404, 204)},
    "/api/v1/people": {"GET": (401, 200, 200, 200, 200), "POST": (401, 403, 201, 201, 201)},
    "/api/v1/people/<uuid:pk>": {
        "GET": (401, 404, 404, 200, 200),
        "PATCH": (401, 404, 404, 200, 200),
        "DELETE": (401, 404, 404, 204, 204),
    },
    "/api/v1/people/<uuid:pk>/restore": {"POST": (401, 404, 404, 200, 200)},
    "/api/v1/people/<uuid:pk>/history": {"GET": (401, 404, 404, 200, 200)},
    "/api/v1/people/<uuid:pk>/merge": {"POST": (401, 404, 404, 200, 200)},
    "/api/v1/occasions": {"GET": (401, 200, 200, 200, 200), "POST": (401, 403, 201, 201, 201)},
    "/api/v1/occasions/<uuid:pk>": {
        "GET": (401, 404, 404, 404, 200),
        "PATCH": (401, 404, 404, 404, 200),
        "DELETE": (401, 404, 404, 404, 204),
    },
    "/api/v1/occasions/<uuid:pk>/restore": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/tags": {"GET": (401, 200, 200, 200, 200), "POST": (401, 403, 201, 201, 201)},
    "/api/v1/tags/<uuid:pk>": {
        "GET": (401, 404, 404, 200, 200),
        "PATCH": (401, 404, 404, 200, 200),
        "DELETE": (401, 404, 404, 204, 204),
    },
    "/api/v1/tags/<uuid:pk>/restore": {"POST": (401, 404, 404, 200, 200)},
    "/api/v1/occasions/<uuid:pk>/summary": {"GET": (401, 404, 404, 404, 200)},
    "/api/v1/gifts": {"GET": (401, 200, 200, 200, 200), "POST": (401, 403, 201, 201, 201)},
    "/api/v1/gifts/preview": {"POST": (401, 200, 200, 200, 200)},
    "/api/v1/gifts/<uuid:pk>": {
        "GET": (401, 404, 404, 404, 200),
        "PATCH": (401, 404, 404, 404, 200),
        "DELETE": (401, 404, 404, 404, 204),
    },
    "/api/v1/gifts/<uuid:pk>/publish": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/gifts/<uuid:pk>/restore": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/lists": {"GET": (401, 200, 200, 200, 200), "POST": (401, 403, 201, 201, 201)},
    "/api/v1/lists/<uuid:pk>": {
        "GET": (401, 404, 404, 404, 200),
        "PATCH": (401, 404, 404, 404, 200),
        "DELETE": (401, 404, 404, 404, 204),
    },
    "/api/v1/lists/<uuid:pk>/restore": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/lists/<uuid:pk>/summary": {"GET": (401, 404, 404, 404, 200)},
    "/api/v1/lists/<uuid:list_id>/items": {"GET": (401, 404, 404, 404, 200), "POST": (401, 404, 404, 404, 201)},
    "/api/v1/lists/<uuid:list_id>/shares": {"GET": (401, 404, 404, 404, 200), "POST": (401, 404, 404, 404, 201)},
    "/api/v1/lists/<uuid:list_id>/shares/<uuid:pk>": {"DELETE": (401, 404, 404, 404, 204)},
    "/api/v1/items": {"GET": (401, 200, 200, 200, 200)},
    "/api/v1/items/<uuid:pk>": {
        "GET": (401, 404, 404, 404, 200),
        "PATCH": (401, 404, 404, 404, 200),
        "DELETE": (401, 404, 404, 404, 204),
    },
    "/api/v1/items/<uuid:pk>/restore": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/items/<uuid:pk>/claim": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/items/<uuid:pk>/release": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/items/<uuid:pk>/status": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/activity": {"GET": (401, 200, 200, 200, 200)},
    "/api/v1/activity/stream": {"GET": (401, 404, 200, 200, 200)},
    "/api/v1/activity/ticket": {"POST": (401, 201, 201, 201, 201)},
    "/api/v1/claims/<uuid:pk>": {"PATCH": (401, 404, 404, 404, 200), "DELETE": (401, 404, 404, 404, 204)},
    # about somebody whom a guest and the other household do not see
    "/api/v1/comments": {"GET": (401, 200, 200, 200, 200), "POST": (401, 400, 400, 201, 201)},
    "/api/v1/comments/<uuid:pk>": {
        "GET": (401, 404, 404, 404, 200),
        "PATCH": (401, 404, 404, 404, 200),
        "DELETE": (401, 404, 404, 404, 204),
    },
    "/api/v1/comments/<uuid:pk>/restore": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/dashboard": {"GET": (401, 200, 200, 200, 200)},
    # the giver's own, about what is hidden
    "/api/v1/users/<str:user_id>/tasks": {"GET": (401, 404, 404, 404, 200), "POST": (401, 404, 404, 404, 201)},
    "/api/v1/users/<str:user_id>/tasks/<uuid:pk>": {
        "GET": (401, 404, 404, 404, 200),
        "PUT": (401, 404, 404, 404, 200),
        "PATCH": (401, 404, 404, 404, 200),
        "DELETE": (401, 404, 404, 404, 204),
    },
    "/api/v1/users/<str:user_id>/tasks/<uuid:pk>/toggle": {"PATCH": (401, 404, 404, 404, 200)},
    "/api/v1/users/<str:user_id>/tasks/<uuid:pk>/skip": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/users/<str:user_id>/tasks/<uuid:pk>/restore": {"POST": (401, 404, 404, 404, 200)},
    "/api/v1/items/<uuid:item_id>/tasks": {"POST": (401, 404, 404, 404, 201)},
}

# Which row stands behind the id of a path.
SUBJECTS = {
    "sessions": "session",
    "users": "user",
    "households": "household",
    "members": "membership",
    "invitations": "invitation",
    "people": "person",
    "occasions": "occasion",
    "tags": "tag",
    "gifts": "gift",
    "lists": "list",
    "shares": "share",
    "items": "item",
    "claims": "claim",
    "comments": "comment",
    "tasks": "task",
}
# Whose they are is said by an id, or by a word.
WHOSE = "<str:user_id>"

# A body that is good, where a route takes one; `{grandpa}` stands for his id, `{guest}` for Gus's membership. The auth
# routes are tested on their own: they get none here.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/auth/session/revoke"): {"device_id": "{device}"},
    ("PATCH", "/api/v1/users/me"): {"avatar_url": "https://example.org/a.png"},
    ("POST", "/api/v1/households"): {"name": "Another home"},
    ("PATCH", "/api/v1/households/<uuid:pk>"): {"name": "The same home"},
    ("POST", "/api/v1/households/<uuid:household_id>/members"): {"name": "Zoe", "handle": "zoe"},
    ("PATCH", "/api/v1/households/<uuid:household_id>/members/<uuid:pk>"): {"role": "member"},
    ("POST", "/api/v1/people"): {"display_name": "Zoe"},
    ("PATCH", "/api/v1/people/<uuid:pk>"): {"relationship": "cousin"},
    ("POST", "/api/v1/people/<uuid:pk>/merge"): {"into": "{grandpa}"},
    ("POST", "/api/v1/occasions"): {"name": "Easter"},
    ("PATCH", "/api/v1/occasions/<uuid:pk>"): {"notes": "with cake"},
    ("POST", "/api/v1/tags"): {"name": "outdoors"},
    ("PATCH", "/api/v1/tags/<uuid:pk>"): {"colour": "#2f855a"},
    ("POST", "/api/v1/gifts"): {"title": "A kite"},
    ("POST", "/api/v1/gifts/preview"): {"url": "http://127.0.0.1/"},
    ("PATCH", "/api/v1/gifts/<uuid:pk>"): {"source": "the shop"},
    ("POST", "/api/v1/lists"): {"name": "Another list"},
    ("PATCH", "/api/v1/lists/<uuid:pk>"): {"name": "The same list"},
    ("POST", "/api/v1/lists/<uuid:list_id>/items"): {"new_gift": {"title": "A drill"}},
    ("POST", "/api/v1/lists/<uuid:list_id>/shares"): {"guest": "{guest}"},
    ("PATCH", "/api/v1/items/<uuid:pk>"): {"note": "blue", "stage": "shortlisted"},
    ("POST", "/api/v1/items/<uuid:pk>/claim"): {"quantity": 1},
    ("POST", "/api/v1/items/<uuid:pk>/status"): {"status": "wrapped"},
    ("PATCH", "/api/v1/claims/<uuid:pk>"): {"quantity": 1, "actual_price": "5.00"},
    ("POST", "/api/v1/comments"): {"person": "{grandpa}", "body": "A scarf?"},
    ("PATCH", "/api/v1/comments/<uuid:pk>"): {"body": "Two scarves", "resolved": True},
    ("POST", "/api/v1/users/<str:user_id>/tasks"): {"title": "Fetch the cake"},
    ("PUT", "/api/v1/users/<str:user_id>/tasks/<uuid:pk>"): {"title": "Fetch two cakes"},
    ("PATCH", "/api/v1/users/<str:user_id>/tasks/<uuid:pk>"): {"title": "Bake the cake", "priority": 2},
    ("PATCH", "/api/v1/users/<str:user_id>/tasks/<uuid:pk>/toggle"): {"completed": True},
    ("POST", "/api/v1/items/<uuid:item_id>/tasks"): {"kind": "wrap"},
}

OPERATIONS = [(method, path) for path, methods in TABLE.items() for method in methods]


def operations(patterns: Patterns, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Every (method, path) of the resolver outside the admin's own pages."""
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not path.startswith("/admin/"):
                yield from operations(entry.url_patterns, path)
        else:
            yield from ((method, path) for method in methods_of(entry))


def methods_of(route: URLPattern) -> list[str]:
    view = getattr(route.callback, "cls", None) or route.callback.view_class
    options = getattr(route.callback, "view_initkwargs", None) or getattr(route.callback, "initkwargs", {})
    allowed = options.get("http_method_names", view.http_method_names)
    actions = getattr(route.callback, "actions", None)
    has = actions.__contains__ if actions is not None else lambda name: hasattr(view, name)
    return [method for method in METHODS if method.lower() in allowed and has(method.lower())]


def untold(patterns: Patterns) -> set[tuple[str, str]]:
    """Operations that the table does not know of, and those it knows that are no more."""
    return set(operations(patterns)) ^ set(OPERATIONS)


def address(path: str, rows: dict[str, Any]) -> str:
    """The path with the id of the row that each of its parts speaks of."""
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part == WHOSE:
            parts[place] = str(rows["whose"])
        elif part.startswith("<"):
            parts[place] = str(rows[SUBJECTS[parts[place - 1]]])
    return "/".join(parts)


def described(path: str) -> str:
    """The path as the schema writes it."""
    return re.sub(r"<\w+:(\w+)>", r"{\1}", path).replace("{pk}", "{id}")
