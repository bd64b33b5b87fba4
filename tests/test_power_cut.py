"""The power fails while somebody writes: their app sends all of it again, with its keys, and all is there once."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest

from tests.devices import Device, until
from tests.server import empty_database, manage, running_server

A_HOUSEHOLD = """
import json
from tests.cast import found
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken
from config.client import Client
mia = found("The Winters", "Mia")
print(json.dumps(str(AccessToken.for_session(open_session(user=mia.user, device_name="a phone", client=Client())))))
"""
ROUTES = {"lists": "name", "gifts": "title"}


@pytest.mark.server
def test_what_was_cut_off_is_there_once_when_it_is_sent_again(tmp_path):
    sent: list[tuple[str, str]] = []
    answered: dict[str, str] = {}
    stop = Event()

    def send(mia: Device, route: str, key: str) -> str | None:
        try:
            made = mia.ask("POST", route, {ROUTES[route]: key}, **{"Idempotency-Key": key})
        except OSError:  # the power is gone
            return None
        return made.json["id"] if made.status == 201 else None

    def write(mia: Device, route: str, name: str) -> None:
        for number in count():
            if stop.is_set():
                return
            key = f"{name}-{number}"
            sent.append((route, key))
            made = send(mia, route, key)
            if made is None:
                return
            answered[key] = made

    with empty_database() as variables:
        with running_server(tmp_path, **variables) as server, ThreadPoolExecutor(4) as threads:
            ran = manage("shell", "--no-imports", "-c", A_HOUSEHOLD, data_dir=tmp_path, **variables)
            mia = Device(server.url, "mia", access=json.loads(ran.stdout))
            writers = [threads.submit(write, mia, route, f"{route}{n}") for n in range(2) for route in ROUTES]
            until(lambda: len(answered) >= 40)
            server.kill()
            stop.set()
            for writer in writers:
                writer.result()
        with running_server(tmp_path, **variables) as server:
            mia.url = server.url
            again = {key: send(mia, route, key) for route, key in sent for _ in range(2)}
            assert answered.items() <= again.items()
            for route, field in ROUTES.items():
                rows = sorted((row[field], row["id"]) for row in mia.all(route))
                assert rows == sorted((key, again[key]) for sent_to, key in sent if sent_to == route)
