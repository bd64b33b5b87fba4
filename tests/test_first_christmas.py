"""A family plans its first Christmas, end to end: the real commands, the real server, plain HTTP."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from tests.devices import Answer, Device, at_once, until
from tests.server import ROOT, Server, empty_database, manage, migrate, running_server

pytestmark = pytest.mark.server

SPREADSHEET = str(ROOT / "tests" / "fixtures" / "family-christmas.csv")
MIA = "mia@example.org"


@dataclass
class Place:
    """Where a family's server lives: its folder, and the variables it is started with."""

    folder: Path
    variables: dict[str, str]

    def command(self, *arguments: str) -> str:
        """What a command prints; it must succeed."""
        ran = manage(*arguments, data_dir=self.folder, **self.variables)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def served(self) -> AbstractContextManager[Server]:
        return running_server(self.folder, **self.variables)


@pytest.fixture
def place(tmp_path) -> Iterator[Place]:
    with empty_database() as variables:
        yield Place(tmp_path, variables)


def test_a_family_plans_its_first_christmas(place):
    place.command("migrate", "--no-input")
    code = staff_provide_a_household(place)
    staff_import_the_spreadsheet(place)
    with place.served() as server:
        mia = Device(server.url, MIA)
        mia.activate(code, password="a-warm-fire-in-winter")
        leo, ada, grandma = (member_joins(mia, name) for name in ("Leo", "Ada", "Grandma"))
        each_sees_the_spreadsheet_but_their_own_surprises(mia, leo, ada)
        ada_hides_a_surprise_from_leo(leo, ada)
        wish = leos_wish_looks_the_same_when_it_is_claimed(leo, ada)
        winner = two_want_the_last_one(leo, ada, grandma)
        the_winner_gives_it(*winner, leo)
        a_refresh_rotates_and_a_replay_ends_the_session(grandma)
        before = {device.login: device.looks_around(wish) for device in (mia, leo, ada)}
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 10
    assert "Traceback" not in server.log.read_text()
    with place.served() as server:
        for device in (mia, leo, ada):
            device.url = server.url
            assert device.looks_around(wish) == before[device.login]
            device.go_on()


def staff_provide_a_household(place: Place) -> str:
    owner = ["--owner-name", "Mia", "--owner-email", MIA]
    printed = place.command("create_household", "--name", "The Bauers", *owner, "--timezone", "Europe/Berlin", "--json")
    return json.loads(printed)["activation_code"]


def staff_import_the_spreadsheet(place: Place) -> None:
    importing = ["import_gifts", SPREADSHEET, "--household", "The Bauers", "--as", MIA]
    rehearsal = " This was a rehearsal: nothing was written."
    rehearsed = place.command(*importing, "--dry-run")
    assert rehearsal in rehearsed
    assert place.command(*importing) == rehearsed.replace(rehearsal, "")
    assert "48 rows: 48 imported" in rehearsed
    again = place.command(*importing).splitlines()[-1]
    assert "0 imported" in again
    assert "48 imported before. Made: nothing." in again


def member_joins(owner: Device, name: str) -> Device:
    """The owner makes them a login, says which of the imported people they are, and hands over a code."""
    household = owner.only("households")["id"]
    person = owner.only("people", display_name=name)["id"]
    body = {"name": name, "handle": name.lower(), "role": "member", "person": person}
    member = owner.post(f"households/{household}/members", **body)
    assert member["person"] == {"id": person, "display_name": name}
    device = Device(owner.url, name.lower())
    device.activate(member["activation_code"])
    assert device.ask("POST", "auth/activate", first_step(name.lower(), member["activation_code"])).status == 400
    return device


def first_step(login: str, code: str) -> dict[str, str]:
    return {"login": login, "activation_code": code, "device_fingerprint": "x", "app_version": "1"}


def each_sees_the_spreadsheet_but_their_own_surprises(mia: Device, leo: Device, ada: Device) -> None:
    secrets = {
        "Mia": (mia, ["LEGO Botanicals", "Concert tickets", "Kindle", "Spa day", "arrives first week"]),
        "Leo": (leo, ["Bosch", "Coffee grinder", "Bouldering", "attic"]),
        "Ada": (ada, ["Bicycle 20", "Bike helmet", "Harry Potter", "Gymnastics", "chips in"]),
    }
    for name, (_, words) in secrets.items():
        for other, (device, _) in secrets.items():
            told = b"".join(body for _, body in device.looks_around().values()).decode()
            assert [word for word in words if (word in told) is (name == other)] == [], (other, name)
    wishes = [row for row in leo.all("items") if row["gift"]["title"] == "Running socks size 44"]
    assert [(row["quantity"], row["status"], row["claims"]) for row in wishes] == [(4, None, None)]
    assert mia.only("items", quantity=4, id=wishes[0]["id"])["status"] == "delivered"


def ada_hides_a_surprise_from_leo(leo: Device, ada: Device) -> None:
    person = ada.only("people", display_name="Leo")["id"]
    before = leo.looks_around()
    hidden = ada.post("lists", name="Psst, canary", recipient=person)
    assert hidden["visibility"] == "hidden_from_recipient"
    gift = {"title": "A canary", "price": "48151.62", "url": "https://example.org/canary"}
    item = ada.post(f"lists/{hidden['id']}/items", new_gift=gift, note="canary")
    ada.post(f"items/{item['id']}/status", status="ordered")

    after = leo.looks_around(hidden["id"], item["id"], item["gift"]["id"])
    assert {path: after[path] for path in before} == before
    assert {status for path, (status, _) in after.items() if path not in before} == {404}
    assert not [path for path, (_, body) in after.items() if b"canary" in body or b"48151.62" in body]
    assert ada.get(f"items/{item['id']}")["status"] == "ordered"


def leos_wish_looks_the_same_when_it_is_claimed(leo: Device, ada: Device) -> str:
    wishlist = leo.post("lists", name="Leo's wishes", kind="wishlist")
    wish = leo.post(f"lists/{wishlist['id']}/items", new_gift={"title": "A grinder"}, quantity=1)
    before = leo.looks_around()
    claimed = ada.post(f"items/{wish['id']}/claim", quantity=1)
    assert (claimed["remaining"], claimed["my_claim"]["status"]) == (0, "planned")
    ada.ask("PATCH", f"items/{wish['id']}", {"giver_note": "a red one", "planned_price": "79.00"}).done()
    ada.post(f"items/{wish['id']}/status", status="wrapped")
    assert leo.looks_around() == before
    own = leo.ask("POST", f"items/{wish['id']}/claim", {"quantity": 1})
    assert (own.status, own.code) == (403, "RESOURCE_FORBIDDEN")
    return wish["id"]


def two_want_the_last_one(leo: Device, ada: Device, grandma: Device) -> tuple[Device, str]:
    wishlist = leo.only("lists", name="Leo's wishes")["id"]
    wish = leo.post(f"lists/{wishlist}/items", new_gift={"title": "The last one"})["id"]
    givers = [ada, grandma]
    answers = at_once(*(lambda giver=giver: claim(giver, wish) for giver in givers))
    assert sorted(answer.status for answer in answers) == [200, 409]
    (lost,) = (answer for answer in answers if answer.status == 409)
    assert (lost.code, lost.json["error"]["details"]) == ("CONFLICT_CLAIM_UNAVAILABLE", {"remaining": 0})
    return givers[[answer.status for answer in answers].index(200)], wish


def claim(giver: Device, item: str) -> Answer:
    return giver.ask("POST", f"items/{item}/claim", {"quantity": 1})


def the_winner_gives_it(winner: Device, wish: str, leo: Device) -> None:
    before = leo.looks_around()
    for status in ("ordered", "delivered", "wrapped", "gifted"):
        assert winner.post(f"items/{wish}/status", status=status)["status"] == status
    assert winner.get(f"items/{wish}")["my_claim"]["gifted_on"]
    assert leo.looks_around() == before
    back = winner.ask("POST", f"items/{wish}/status", {"status": "dropped"})
    assert (back.status, back.code) == (409, "CONFLICT_INVALID_TRANSITION")


def a_refresh_rotates_and_a_replay_ends_the_session(device: Device) -> None:
    first = device.go_on()
    assert device.try_refresh(first).done()["refresh"] == device.refresh  # an answer was lost: the same again
    device.go_on()
    replayed = device.try_refresh(first)
    assert (replayed.status, replayed.code) == (401, "AUTH_TOKEN_REPLAYED")
    ended = device.ask("GET", "items")
    assert (ended.status, ended.code) == (401, "AUTH_SESSION_REVOKED")
    assert device.try_refresh(device.refresh).code == "AUTH_SESSION_REVOKED"


# --- More at once --------------------------------------------------------------------------------

# Whoever runs the server could do this too; a family of fifty takes its time to sign in one by one. Their passwords
# are never asked for, so they need not be as slow to guess as real ones.
FIFTY_GIVERS = """
import json
from django.conf import settings
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken
from config.client import Client
from tests.cast import found, join
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
owner = found("The Fifty", "Leo")
wish = owner.add(owner.list("Wishes", kind="wishlist"), "The last one")
givers = [join(owner.person.household, f"Giver {number}").user for number in range(50)]
sessions = [open_session(user=user, device_name="a phone", client=Client()) for user in [owner.user, *givers]]
print(json.dumps({"wish": str(wish.pk), "tokens": [str(AccessToken.for_session(session)) for session in sessions]}))
"""


def test_of_fifty_who_claim_the_last_one_at_once_one_wins(place):
    migrate(place.folder, **place.variables)
    prepared = json.loads(place.command("shell", "--no-imports", "-c", FIFTY_GIVERS))
    with place.served() as server:
        leo, *givers = (Device(server.url, "", access=token) for token in prepared["tokens"])
        before = leo.looks_around()
        answers = at_once(*(lambda giver=giver: claim(giver, prepared["wish"]) for giver in givers))
        assert sorted(answer.status for answer in answers) == [200] + [409] * 49
        assert {answer.code for answer in answers if answer.status == 409} == {"CONFLICT_CLAIM_UNAVAILABLE"}
        seen = givers[0].get(f"items/{prepared['wish']}")
        assert (len(seen["claims"]), seen["remaining"], seen["over_claimed"]) == (1, 0, False)
        assert leo.looks_around() == before
        assert server.stop() == 0


def test_a_power_cut_loses_nothing_that_was_answered(place):
    migrate(place.folder, **place.variables)
    code = staff_provide_a_household(place)
    answered: list[str] = []
    stop = Event()

    def write(mia: Device, number: int) -> None:
        while not stop.is_set():
            try:
                made = mia.ask("POST", "lists", {"name": f"List of thread {number}"})
            except OSError:  # the power is gone
                return
            if made.status == 201:
                answered.append(made.json["id"])

    with place.served() as server, ThreadPoolExecutor(4) as threads:
        mia = Device(server.url, MIA)
        mia.activate(code)
        writers = [threads.submit(write, mia, number) for number in range(4)]
        until(lambda: len(answered) >= 60)
        server.kill()
        stop.set()
        for writer in writers:
            writer.result()
    with place.served() as server:
        mia.url = server.url
        kept = {row["id"] for row in mia.all("lists")}
        assert set(answered) <= kept
        assert len(kept) <= len(answered) + 4  # and at most what each was writing at that moment
        mia.post("lists", name="Life goes on")
