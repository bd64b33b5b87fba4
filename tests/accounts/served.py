"""What the door promises where several processes serve it, against real servers; each says what came of it."""

import json
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any

import jwt

from tests.console import Console, own_console
from tests.devices import Answer, Device, ask, at_once
from tests.gifts.streaming import PASSWORD, signed_in_again
from tests.own_redis import own_redis
from tests.server import Server, running_server

WRONG = "not the password"
KEYS = """
import json
from accounts.models import SigningKey
print(json.dumps({key.kid: key.secret for key in SigningKey.objects.all()}))
"""
SIGNS_NOW = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import SigningKey
SigningKey.objects.filter(verifies_until=None).update(signs_from=timezone.now() - timedelta(seconds=1))
print(1)
"""


@dataclass
class House:
    """A household of Mia's on a server of its own, that can be started, more than once at a time as well."""

    console: Console
    code: str

    def served(self, **variables: str) -> AbstractContextManager[Server]:
        return running_server(self.console.folder, **self.console.variables, **variables)

    def mia(self, server: Server) -> Device:
        """Her phone, the first time."""
        mia = Device(server.url, "mia")
        mia.activate(self.code, password=PASSWORD)
        return mia


@contextmanager
def house(folder: Path) -> Iterator[House]:
    with own_console(folder / "house") as console:
        owner = ["--owner-name", "Mia", "--owner-handle", "mia"]
        made = console.facts("create_household", "--name", "Home", *owner)
        yield House(console, made["activation_code"])


def log_in(server: Server, login: str, password: str = WRONG) -> Answer:
    body = {"login": login, "password": password, "device_name": "a phone"}
    return ask("POST", f"{server.url}/api/v1/auth/login", body)


def show_code(server: Server, login: str) -> Answer:
    body = {"login": login, "activation_code": "0000-0000", "device_fingerprint": "x", "app_version": "1"}
    return ask("POST", f"{server.url}/api/v1/auth/activate", body)


def statuses(*calls: Callable[[], Answer]) -> Counter[int]:
    return Counter(answer.status for answer in at_once(*calls))


# --- Limits ---------------------------------------------------------------------------------------


@dataclass
class Tried:
    """How so many attempts at once were answered: of one login, and of one code; after a restart; of one address."""

    logins: Counter[int]
    codes: Counter[int]
    afterwards: Counter[int]
    address: Counter[int]


def tried_at_once(folder: Path, *, times: int = 100, processes: int = 4, strangers: int = 100) -> Tried:
    serving = {"WEB_CONCURRENCY": str(processes)}
    with house(folder) as home:
        with home.served(**serving) as server:
            logins = statuses(*[lambda: log_in(server, "mia")] * times)
            codes = statuses(*[lambda: show_code(server, "nobody")] * times)
        with home.served(**serving) as server:
            again = [lambda: log_in(server, "MIA", PASSWORD), lambda: show_code(server, "Nobody")]
            afterwards = statuses(*again * 4)
            others = [partial(log_in, server, f"stranger-{number}") for number in range(strangers)]
            return Tried(logins, codes, afterwards, statuses(*others) if others else Counter())


# --- Revoked sessions -----------------------------------------------------------------------------


def let_in_after_their_end(folder: Path, *, rounds: int = 10, workers: int = 4, nodes: int = 2) -> Counter[int]:
    """How a session that was just ended on one node is answered by all workers of all nodes."""
    answers: Counter[int] = Counter()
    with house(folder) as home, home.served(WEB_CONCURRENCY=str(workers)) as first:
        mia = home.mia(first)
        with home.served(WEB_CONCURRENCY=str(workers)) as second:
            urls = [first.url, second.url][:nodes] * workers * 2
            for _ in range(rounds):
                phone = signed_in_again(mia)
                calls = [partial(ask, "GET", f"{url}/api/v1/users/me", token=phone.access) for url in urls]
                assert statuses(*calls) == {200: len(urls)}
                mia.post("auth/session/revoke", device_id=phone.device_id)
                answers += statuses(*calls)
    return answers


# --- Redis away -----------------------------------------------------------------------------------


@dataclass
class Away:
    """What came of it; and the 95th of a hundred answers, in ms: as ever, while it hangs, and while it is gone."""

    answered: int = 0
    p95_ms: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def without_redis(folder: Path, *, requests: int = 600) -> Away:
    away = Away()
    many = {"API_LIMIT_PER_MINUTE": "1000000", "API_ANONYMOUS_LIMIT_PER_MINUTE": "1000000"}
    with own_redis(folder) as redis, house(folder) as home:
        with home.served(REDIS_URL=redis.url, WEB_CONCURRENCY="2", **many) as server:
            mia = home.mia(server)
            _work(mia, requests // 4)  # all is compiled and connected
            for state, happens in {"as ever": lambda: None, "hung": redis.hang, "refused": redis.stop}.items():
                happens()
                _see(state, server, mia, requests, away)
        away.broken += [f"{said} in the log" for said in ("Traceback",) if said in server.log.read_text()]
    return away


def _see(state: str, server: Server, mia: Device, requests: int, away: Away) -> None:
    taken = _work(mia, requests)
    away.answered += len(taken)
    away.p95_ms[state] = quantiles([seconds * 1000 for _, seconds in taken], n=20)[-1]
    if worse := [status for status, _ in taken if status >= 400]:
        away.broken.append(f"{state}: {Counter(worse)}")
    phone = signed_in_again(mia)
    mia.post("auth/session/revoke", device_id=phone.device_id)
    if (seen := phone.ask("GET", "lists").status) != 401:
        away.broken.append(f"{state}: a revoked session gets {seen}")
    tries = statuses(*[lambda: log_in(server, f"nobody {state}")] * 14)
    if tries != {401: 10, 429: 4}:
        away.broken.append(f"{state}: of 14 passwords {tries}")


def _work(mia: Device, requests: int) -> list[tuple[int, float]]:
    """Status and seconds of each; one of four is a write."""

    def one(number: int) -> tuple[int, float]:
        asked = ("POST", "lists", {"name": f"List {number}"}) if number % 4 == 0 else ("GET", "lists?limit=10", None)
        started = time.perf_counter()
        status = mia.ask(*asked).status
        return status, time.perf_counter() - started

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(one, range(requests)))


# --- Keys -----------------------------------------------------------------------------------------


@dataclass
class Rotated:
    """How whoever was signed in went on, and how tokens were answered that nobody was given."""

    went_on: Counter[int] = field(default_factory=Counter)
    forged: dict[str, int] = field(default_factory=dict)
    new_kids: int = 0


def rotated_keys(folder: Path, *, devices: int = 5) -> Rotated:
    outcome = Rotated()
    with house(folder) as home:
        with home.served(WEB_CONCURRENCY="2") as server:
            mia = home.mia(server)
            phones = [mia, *(signed_in_again(mia) for _ in range(devices - 1))]
            first = _kid(mia.access)
            home.console.done("rotate_signing_key")
            _go_on(phones, server, outcome)
        home.console.asked(SIGNS_NOW)
        with home.served(WEB_CONCURRENCY="2") as server:
            _go_on(phones, server, outcome)
            outcome.new_kids = sum(_kid(phone.access) != first for phone in phones)
            keys = home.console.asked(KEYS)
            for name, token in forgeries(mia.access, keys).items():
                outcome.forged[name] = ask("GET", f"{server.url}/api/v1/users/me", token=token).status
    return outcome


def _go_on(phones: list[Device], server: Server, outcome: Rotated) -> None:
    for phone in phones:
        phone.url = server.url
        outcome.went_on[phone.ask("GET", "users/me").status] += 1
        refreshed = phone.try_refresh(phone.refresh)
        outcome.went_on[refreshed.status] += 1
        if refreshed.status == 200:
            phone._keep(refreshed.json)


def _kid(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


def forgeries(token: str, keys: dict[str, str]) -> dict[str, str]:
    """Tokens that say all that this one does, but for one thing."""
    kid = _kid(token)
    secret, claims = keys[kid], jwt.decode(token, options={"verify_signature": False})

    def signed(changes: dict[str, Any] | None = None, key: str = secret, algorithm: str = "HS256", **head: Any) -> str:
        return jwt.encode(claims | (changes or {}), key, algorithm, headers={"kid": kid} | head)

    payload = token.split(".")[1]
    unsigned = {name: f"{_part({'alg': name, 'typ': 'JWT', 'kid': kid})}.{payload}." for name in ("none", "None")}
    return unsigned | {
        "unknown kid": signed(kid="0" * 32),
        "no kid": signed(kid=""),
        "kid of another key": signed(kid=next(other for other in keys if other != kid)),
        "another key": signed(key="5" * 64),
        "another algorithm": signed(algorithm="HS512"),
        "another issuer": signed({"iss": "somebody"}),
        "another audience": signed({"aud": "something"}),
        "another type": signed({"token_type": "refresh"}),
        "over": signed({"exp": int(time.time()) - 60}),
        "cut off": token[:-2],
    }


def _part(value: dict[str, str]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
