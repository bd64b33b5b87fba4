"""How many SQL statements an answer takes, counted inside the application: `python -m benchmarks.statements FILE`.

The file has requests and a token as JSON; what is printed is one number for each request. BEGIN and its like do not
count. Each request is sent once before it counts, since the first of a kind may look things up that are kept.
"""

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
Ask = dict[str, Any]


def is_counted(statement: str) -> bool:
    return bool(statement.strip()) and not statement.lstrip().upper().startswith(TRANSACTIONS)


def by_django(asks: list[Ask], token: str) -> list[int]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    importlib.import_module("django").setup()
    connection = importlib.import_module("django.db").connection
    capture = importlib.import_module("django.test.utils").CaptureQueriesContext
    client = importlib.import_module("django.test").Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)

    def send(ask: Ask) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        with capture(connection) as captured:
            body = json.dumps(ask["body"]) if ask["body"] else ""
            answer = client.generic(ask["method"], ask["path"], body, "application/json", headers=headers)
        require(answer.status_code, ask)
        return sum(is_counted(query["sql"]) for query in captured.captured_queries)

    return [send(ask) for ask in asks]


def by_fastapi(asks: list[Ask], token: str) -> list[int]:
    return asyncio.run(_by_fastapi(asks, token))


async def _by_fastapi(asks: list[Ask], token: str) -> list[int]:
    database = importlib.import_module("benchmarks.rivals.fastapi_app.database")
    app = importlib.import_module("benchmarks.rivals.fastapi_app.app").app
    event, httpx = importlib.import_module("sqlalchemy.event"), importlib.import_module("httpx")
    seen: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    headers = {"Authorization": f"Bearer {token}"}
    counts = []
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        for ask in asks:
            seen.clear()
            answer = await client.request(ask["method"], ask["path"], json=ask["body"])
            require(answer.status_code, ask)
            counts.append(sum(map(is_counted, seen)))
    await database.engine.dispose()
    return counts


def by_floor(asks: list[Ask], token: str) -> list[int]:
    floor = importlib.import_module("benchmarks.rivals.floor.wsgi")
    fetch, seen = floor.fetch, []

    def counted(sql: str, values: dict[str, Any], **options: Any) -> Any:
        seen.append(sql)
        return fetch(sql, values, **options)

    floor.fetch = counted
    counts = []
    for ask in asks:
        seen.clear()
        _send_to_floor(floor.application, ask, token)
        counts.append(len(seen))
    return counts


def _send_to_floor(application: Callable, ask: Ask, token: str) -> None:
    path, _, query = ask["path"].partition("?")
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_AUTHORIZATION": f"Bearer {token}"}
    application(environ, lambda status, headers: require(int(status[:3]), ask))


def require(status: int, ask: Ask) -> None:
    if not 200 <= status < 300:
        raise RuntimeError(f"{status} for {ask}")


COUNTERS: dict[str, Callable[[list[Ask], str], list[int]]] = {
    "django": by_django,
    "fastapi": by_fastapi,
    "floor": by_floor,
}

if __name__ == "__main__":
    told = json.loads(Path(sys.argv[2]).read_text())
    sys.stdout.write(json.dumps(COUNTERS[sys.argv[1]](told["asks"], told["token"])) + "\n")
