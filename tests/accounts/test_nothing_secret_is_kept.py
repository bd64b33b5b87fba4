"""Whatever is secret and was sent or received stands in no table and in no line of the log.

A new step that handles a secret gets a function here, and a line in STEPS.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

import pytest

from tests.accounts.served import House, house, log_in
from tests.backups import rows_of
from tests.devices import Device, ask
from tests.gifts.streaming import Watcher
from tests.server import Server

pytestmark = pytest.mark.server

FIRST, SECOND = "a-warm-fire-in-winter", "roasted-chestnuts-at-home"
Secrets = Iterator[str]


@dataclass
class Scene:
    """A served household, and Mia's phone."""

    home: House
    server: Server
    mia: Device


def first_sign_in(scene: Scene) -> Secrets:
    """By the code that the command printed: both steps."""
    mia, fingerprint = scene.mia, "the-fingerprint-of-her-phone"
    shown = {"login": "mia", "activation_code": scene.home.code, "app_version": "1"}
    step = mia.post("auth/activate", **shown, device_fingerprint=fingerprint)
    token = step["activation_token"]
    mia._keep(mia.post("auth/activate/complete", activation_token=token, device_name="a phone", password=FIRST))
    yield from (scene.home.code, scene.home.code.replace("-", ""), fingerprint, FIRST, token, mia.access, mia.refresh)
    again = mia.ask(
        "POST", "auth/activate/complete", {"activation_token": token, "device_name": "x", "password": FIRST}
    )
    assert again.status == 400


def codes_of_others(scene: Scene) -> Secrets:
    """Shown to the owner who asks for them; and guessed at."""
    household = scene.mia.only("households")["id"]
    member = scene.mia.post(f"households/{household}/members", name="Leo", handle="leo")
    yield member["activation_code"]
    guess = "9Z9Z-8Y8Y"
    shown = {"login": "leo", "activation_code": guess, "device_fingerprint": "guessers-print", "app_version": "1"}
    assert scene.mia.ask("POST", "auth/activate", shown).status == 400
    yield from (guess, "guessers-print")


def passwords(scene: Scene) -> Secrets:
    """Right, wrong, too often, and where the name belongs."""
    assert log_in(scene.server, "mia", FIRST).status == 200
    for number in range(12):
        log_in(scene.server, "leo", f"a-guess-at-leo-{number}")
    assert log_in(scene.server, "my-password-by-mistake", "mia").status == 401
    yield from ("a-guess-at-leo", "my-password-by-mistake")


def another_password(scene: Scene) -> Secrets:
    change = {"current_password": "a-guess-at-hers", "new_password": SECOND}
    assert scene.mia.ask("POST", "auth/password", change).status == 400
    assert scene.mia.ask("POST", "auth/password", change | {"current_password": FIRST}).status == 204
    yield from ("a-guess-at-hers", SECOND)


def refreshes(scene: Scene) -> Secrets:
    """One, and one that was used before, on a device of its own."""
    tablet = Device(scene.server.url, "mia")
    tablet._keep(log_in(scene.server, "mia", SECOND).done())
    yield from (tablet.refresh, tablet.access)
    tablet.go_on()
    yield from (tablet.refresh, tablet.access)
    tablet.device_id = str(uuid4())
    assert tablet.try_refresh(tablet.refresh).status == 401


def tickets(scene: Scene) -> Secrets:
    """In an address: where it belongs, and where it does not."""
    ticket = scene.mia.post("activity/ticket")["ticket"]
    with Watcher(scene.mia).line(ticket=ticket) as line:
        line.read(until=b"retry:")
    for path in ("/api/v1/lists", "/api/v1/nowhere", "/admin/", "/"):
        ask("GET", f"{scene.server.url}{path}?ticket={ticket}")
    yield ticket


def what_is_malformed(scene: Scene) -> Secrets:
    """What cannot be read is not repeated, either."""
    url = f"{scene.server.url}/api/v1/auth/login"
    broken = b'{"login": "mia", "password": "the-broken-secret'
    with pytest.raises(HTTPError):
        build_opener().open(Request(url, broken, {"Content-Type": "application/json"}))
    scene.mia.ask(
        "POST", "auth/login", {"login": "mia", "password": ["the-listed-secret"], "token": "the-extra-secret"}
    )
    ask("GET", f"{scene.server.url}/api/v1/lists", token="the-made-up-token")
    yield from ("the-broken-secret", "the-listed-secret", "the-extra-secret", "the-made-up-token")


def the_admin(scene: Scene) -> Secrets:
    """The same by a form, with fields that nobody asked for."""
    jar = CookieJar()
    browser, url = build_opener(HTTPCookieProcessor(jar)), f"{scene.server.url}/admin/login/"
    for password in (SECOND, "a-guess-at-the-admin"):
        browser.open(url).read()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        sent = {"csrfmiddlewaretoken": token, "username": "mia", "password": password, "otp_token": "a-code-by-hand"}
        browser.open(f"{url}?next=/admin/%3Fticket=the-ticket", urlencode(sent).encode()).read()
        yield token
    assert "sessionid" in {cookie.name for cookie in jar}
    yield from ("a-guess-at-the-admin", "a-code-by-hand", "the-ticket")


STEPS: list[Callable[[Scene], Secrets]] = [
    first_sign_in,
    codes_of_others,
    passwords,
    another_password,
    refreshes,
    tickets,
    what_is_malformed,
    the_admin,
]


def test_nothing_secret_stands_in_a_table_or_in_the_log(tmp_path: Path):
    with house(tmp_path) as home:
        with home.served(LOG_LEVEL="DEBUG") as server:
            scene = Scene(home, server, Device(server.url, "mia"))
            secrets = {secret: step.__name__ for step in STEPS for secret in step(scene)}
        kept = {table: "\n".join(rows) for table, rows in rows_of(home.console).items()}
        kept["the log"] = server.log.read_text()
    assert "auth/login" in kept["the log"]
    assert kept["accounts_authevent"]
    assert kept["axes_accessattempt"]
    found = [(step, place) for secret, step in secrets.items() for place in kept if is_in(secret, kept[place])]
    assert found == []
    assert len(secrets) >= 25


def is_in(secret: str, text: str) -> bool:
    """The secret, or of a token the part that only we can make."""
    return secret in text or json.dumps(secret)[1:-1] in text or (secret.count(".") == 2 and secret[-20:] in text)
