"""What is asked, one line for each kind of request. To measure another one, add it to READS or WRITES."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from benchmarks.scene import PASSWORD, Scene, open_sessions, refresh_token

API = "/api/v1"
# More than any server here goes through while it is measured: a refresh token is good once.
SESSIONS_PER_SECOND = 1_500


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Work:
    """`requests` are sent one after the other, over and over; `seconds` is how long."""

    name: str
    requests: Callable[[Scene, int], Iterable[Request]]
    writes: bool = False
    # Hashing a password takes as long as a hundred pages, for everybody.
    slow: bool = False


def get(path: str) -> Callable[[Scene, int], Iterable[Request]]:
    """The same address each time, with ids of the scene: `{list}`."""
    return lambda scene, seconds: [Request("GET", API + path.format(list=scene.list_id))]


def each_gift(scene: Scene, seconds: int) -> Iterable[Request]:
    return [Request("GET", f"{API}/gifts/{pk}") for pk in scene.gift_ids]


def create_gift(scene: Scene, seconds: int) -> Iterable[Request]:
    tags = [str(pk) for pk in scene.tag_ids]
    return [Request("POST", f"{API}/gifts", {"title": "A kite, 2 m", "price": "24.90", "tags": tags})]


def claim(scene: Scene, seconds: int) -> Iterable[Request]:
    return [Request("POST", f"{API}/items/{pk}/claim", {"quantity": 1}) for pk in scene.items_to_claim]


def move(scene: Scene, seconds: int) -> Iterable[Request]:
    """Each claim is another step further every time it comes round."""
    steps = ("ordered", "delivered", "wrapped")
    return [
        Request("POST", f"{API}/items/{pk}/status", {"status": status})
        for status in steps
        for pk in scene.items_to_move
    ]


def toggle(scene: Scene, seconds: int) -> Iterable[Request]:
    """Done, and when it comes round again, not done."""
    return [Request("PATCH", f"{API}/users/me/tasks/{pk}/toggle") for pk in scene.tasks_to_toggle]


def refresh(scene: Scene, seconds: int) -> Iterable[Request]:
    for session in open_sessions(scene.viewer.user, SESSIONS_PER_SECOND * seconds):
        body = {"refresh": refresh_token(session), "device_id": str(session.device_id)}
        yield Request("POST", f"{API}/auth/session/refresh", body)


def log_in(scene: Scene, seconds: int) -> Iterable[Request]:
    body = {"login": scene.viewer.user.login, "password": PASSWORD, "device_name": "a phone"}
    return [Request("POST", f"{API}/auth/login", body)]


READS = [
    Work("page of 50 gifts", get("/gifts?limit=50")),
    Work("page of 1 gift", get("/gifts?limit=1")),
    Work("one gift", each_gift),
    Work("one list", get("/lists/{list}")),
    Work("its page of 50 items", get("/lists/{list}/items?limit=50")),
    Work("page of 50 items", get("/items?limit=50")),
    Work("page of 50 tasks", get("/users/me/tasks?limit=50")),
    Work("dashboard", get("/dashboard")),
    Work("page of 50 diary entries", get("/activity?limit=50")),
]
WRITES = [
    Work("create a gift", create_gift, writes=True),
    Work("claim an item", claim, writes=True),
    Work("move a claim", move, writes=True),
    Work("toggle a task", toggle, writes=True),
    Work("refresh a session", refresh, writes=True),
    Work("sign in", log_in, writes=True, slow=True),
]
ALL = [*READS, *WRITES]


def sample(work: Work, scene: Scene, many: int) -> list[Request]:
    """The first requests of this work."""
    return list(islice(cycle(list(work.requests(scene, 1))), many))
