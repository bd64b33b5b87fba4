"""The admin, walked through by a browser that has shown the right password and no code."""

from dataclasses import dataclass, field

from django.test import Client as Browser

from accounts.models import User
from tests.accounts.factor import Phone
from tests.admin_pages import addresses, places
from tests.factories import PASSWORD

STEP = "/admin/second-step/"
# What is there for whoever is not signed in.
DOORS = {"/admin/login/", "/admin/logout/", STEP}


@dataclass
class Walk:
    """How many addresses were tried in how many requests, and which of them opened."""

    addresses: int = 0
    requests: int = 0
    opened: list[str] = field(default_factory=list)


def by_password(browser: Browser, user: User, **more: str) -> str:
    """Where the right password leads."""
    form = {"username": user.login, "password": PASSWORD, "next": "/admin/"} | more
    answer = browser.post("/admin/login/?next=/admin/", form)
    assert answer.status_code == 302
    return answer.headers["Location"]


def by_code(browser: Browser, code: str) -> tuple[int, str]:
    answer = browser.post(STEP, {"code": code})
    return answer.status_code, answer.headers.get("Location", "")


def walk_by_password_alone(user: User, phone: Phone) -> Walk:
    """Every address there is, read and written to. Whoever is sent elsewhere must be sent to a door."""
    browser, walk = Browser(), Walk()
    assert by_password(browser, user) == STEP
    for address in set(addresses(places())) - DOORS:
        walk.addresses += 1
        for ask in (browser.get, browser.post):
            answer = ask(address)
            walk.requests += 1
            is_shut = answer.status_code == 302 and answer.headers["Location"].startswith("/admin/login/")
            if not is_shut and answer.status_code != 405:
                walk.opened.append(f"{answer.status_code} {address}")
    # It was one code away from being in all the time.
    assert by_code(browser, phone.fresh()) == (302, "/admin/")
    assert browser.get("/admin/").status_code == 200
    return walk
