"""Every write of the API asks the database few questions, however much hangs on the row that it is about."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from rest_framework.test import APIClient

from config.api.views import ResourceViewSet
from tests.crowded import WRITES, Crowd, Write, crowd
from tests.gifts.looking import API
from tests.routes import OPERATIONS

BUDGET = 8


def spent_by(here: Crowd, name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    method, path, body = WRITES[name](here)
    api = (
        APIClient() if path.startswith("auth/") and "revoke" not in path and "sessions" not in path else here.mia.api()
    )
    in_answer: list[int] = []

    def shown(view: Any, *of: Any, then: Any = ResourceViewSet.shown_by_id, **named: Any) -> Any:
        before = len(connection.queries_log)
        answer = then(view, *of, **named)
        in_answer.extend(range(before, len(connection.queries_log)))
        return answer

    with monkeypatch.context() as patched, CaptureQueriesContext(connection) as queries:
        patched.setattr(ResourceViewSet, "shown_by_id", shown)
        answer = api.generic(
            method, f"{API}/{path}", api._encode_data(body, "json")[0], content_type="application/json"
        )
    assert answer.status_code < 300, (name, answer.content)
    start = queries.initial_queries
    first = {number - start for number in in_answer}
    out = []
    for number, query in enumerate(queries.captured_queries):
        sql = query["sql"]
        if re.match(r"(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK)", sql):
            out.append("sp")
        else:
            out.append(("answer " if number in first else "") + brief(sql))
    return out


def brief(sql: str) -> str:
    kind = sql.split()[0]
    while "(" in sql:
        new = re.sub(r"\([^()]*\)", "", sql)
        if new == sql:
            break
        sql = new
    found = re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql)
    return f"{kind}{' LOCK' if 'FOR NO KEY' in sql or 'FOR UPDATE' in sql else ''} {found and found[1]}"


def test_measure(family, monkeypatch, request):
    import os

    here = crowd(family, int(os.environ.get("SIZE", 3)))
    only = os.environ.get("ONLY")
    for name in WRITES:
        if only and only != name:
            continue
        point = transaction.savepoint()
        spent = spent_by(here, name, monkeypatch)
        transaction.savepoint_rollback(point)
        real = [s for s in spent if s != "sp"]
        n = sum(1 for s in real if not s.startswith("answer"))
        a = sum(1 for s in real if s.startswith("answer"))
        print(f"{n + (1 if a else 0):3d} ({n}+{a}, {spent.count('sp')} sp) {name}")
        if only or os.environ.get("ALL"):
            print("\n".join("      " + s for s in spent if s != "sp"))
