"""A bare WSGI function over two statements: who asks, and the answer."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID
from zoneinfo import ZoneInfo

import jwt

from benchmarks.rivals.floor import queries
from benchmarks.rivals.floor.database import IS_SQLITE, fetch, id_value, value

KEY = os.environ["SIGNING_KEY"].split(":")[1]
LIVE = f"""s.revoked_at IS NULL AND s.idle_expires_at > {value("now")} AND s.expires_at > {value("now")}"""
WHO = f"""SELECT s.user_id, m.household_id, m.role, m.person_id, m.is_active, h.timezone, pm.group_id
    FROM accounts_devicesession s JOIN accounts_user u ON u.id = s.user_id
    LEFT JOIN households_membership m ON m.user_id = u.id LEFT JOIN households_household h ON h.id = m.household_id
    LEFT JOIN households_personmember pm ON pm.member_id = m.person_id
    WHERE s.id = {value("session_id")} AND u.is_active AND {LIVE}"""
JSON = [("Content-Type", "application/json")]
Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    viewer = _viewer(environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer "))
    body = viewer and _answer(viewer, environ["PATH_INFO"].removeprefix("/api/v1/").split("/"), environ)
    start_response("200 OK" if body else "404 Not Found" if viewer else "401 Unauthorized", JSON)
    return [body or b"{}"]


def _viewer(token: str) -> dict[str, Any] | None:
    """The values of every statement; None for whom no session lives."""
    try:
        claims = jwt.decode(token, KEY, ["HS256"], audience="hearth-api", issuer="hearth", leeway=10)
    except jwt.InvalidTokenError:
        return None
    rows = fetch(WHO, {"session_id": id_value(UUID(claims["sid"])), "now": _now()})
    if not rows or claims["token_type"] != "access":
        return None
    planned = [row for row in rows if row[4] and row[2] != "guest"]
    people = {person for row in rows for person in (row[3], row[6]) if person}
    return {
        "user_id": rows[0][0],
        "household_ids": list({row[1] for row in planned}),
        "person_ids": list(people),
        "household_id": planned[0][1],
        "me": planned[0][3],
        "today": datetime.now(ZoneInfo(planned[0][5])).date().isoformat(),
    }


def _answer(viewer: dict[str, Any], path: list[str], environ: dict[str, Any]) -> bytes | None:
    match path:
        case ["gifts"]:
            return _page(queries.GIFTS, viewer, environ)
        case ["gifts", pk]:
            return _row(queries.ONE_GIFT, viewer | {"id": id_value(UUID(pk))})
        case ["lists", pk]:
            return _row(queries.ONE_LIST, viewer | {"id": id_value(UUID(pk))})
        case ["lists", pk, "items"]:
            return _page(queries.LIST_ITEMS, viewer | {"id": id_value(UUID(pk))}, environ)
        case ["items"]:
            return _page(queries.ITEMS, viewer, environ)
        case ["users", "me", "tasks"]:
            return _page(queries.TASKS, viewer, environ)
        case ["activity"]:
            return _page(queries.ACTIVITY, viewer, environ)
        case ["dashboard"]:
            return _row(queries.DASHBOARD, viewer, plan_once=False)
    return None


def _row(sql: str, values: dict[str, Any], *, plan_once: bool = True) -> bytes | None:
    rows = fetch(sql, values, plan_once=plan_once)
    return rows[0][0].encode() if rows else None


def _page(sql: str, values: dict[str, Any], environ: dict[str, Any]) -> bytes:
    limit = int(parse_qs(environ["QUERY_STRING"]).get("limit", ["50"])[0])
    rows = fetch(sql, values | {"limit": limit + 1})
    link = f'"{environ["PATH_INFO"]}?limit={limit}&cursor={rows[limit - 1][1]}"' if len(rows) > limit else "null"
    results = ",".join([row[0] for row in rows[:limit]])
    return f'{{"results": [{results}], "next": {link}, "previous": null}}'.encode()


def _now() -> Any:
    """SQLite compares moments as texts."""
    now = datetime.now(UTC)
    return now.strftime("%Y-%m-%d %H:%M:%S.%f") if IS_SQLITE else now
