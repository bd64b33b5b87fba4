"""The admin as the tests walk through it: every address of its site, with the ids of whatever there is."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.browsers import KEY as DEVICE_SESSION
from accounts.models import User
from accounts.services.sessions import open_session
from config.client import Client
from tests.envelope import NOWHERE
from tests.secrecy.looking import FORM_MARKS

# Of one model; of the diary there are hundreds.
MOST_ROWS = 4
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
# What a form sends that only means to ask, and what a hostile hand writes into an address.
QUESTIONS = ["q=cnry", "q=surprise", "o=1", "o=-2.1", "p=2", "all=", "_facets=True", "_popup=1"]
FORBIDDEN_LOOKUPS = [
    "_to_field=id",
    "lists__isnull=0",
    "lists__name__contains=cnry",
    "honoree__notes__contains=cnry",
    "household__name__contains=cnry",
    "deleted_by__isnull=0",
    "seq__gte=1",
    "payload__contains=cnry",
    "user__password__startswith=m",
]


def signed_in(user: User, **options: Any) -> Browser:
    """A browser that is let in as this user, without the price of a password."""
    browser = Browser(**options)
    browser.force_login(user)
    session = browser.session
    opened = open_session(user=user, device_name="a test's browser", client=Client())
    session[DEVICE_SESSION] = str(opened.pk)
    session.save()
    return browser


def places() -> list[str]:
    """Every address of the resolver below /admin/, with its ids still open."""
    resolvers = [entry for entry in get_resolver().url_patterns if isinstance(entry, URLResolver)]
    site = next(entry for entry in resolvers if entry.app_name == "admin")
    found: list[str] = []

    def collect(entries: Iterable[URLPattern | URLResolver], prefix: str) -> None:
        for entry in entries:
            if isinstance(entry, URLResolver):
                collect(entry.url_patterns, prefix + str(entry.pattern))
            else:
                found.append(prefix + str(entry.pattern))

    collect(site.url_patterns, "/admin/")
    # Without the one that catches what is left, and the stock redirect from an id alone.
    return [place for place in found if "(?P" not in place]


def lists() -> list[str]:
    return [place for place in places() if model_at(place) and place.count("/") == 4]


def model_at(place: str) -> type[Model] | None:
    parts = place.split("/")[2:4]
    return next((m for m in admin.site._registry if [m._meta.app_label, m._meta.model_name] == parts), None)


def filled(place: str, pk: Any) -> str:
    return PLACE.sub(str(pk), place)


def addresses(places: Iterable[str]) -> list[str]:
    """These, with the ids of rows of their model all over the table, and of one that never was."""
    found = []
    for place in places:
        model = model_at(place)
        if not PLACE.search(place) or model is None:
            found.append(filled(place, NOWHERE))
        else:
            ids = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
            found += [filled(place, pk) for pk in [*ids[:: len(ids) // MOST_ROWS + 1], NOWHERE]]
    return found


def offered(page: str, html: str) -> set[str]:
    """The filters, orders and pages that a list offers."""
    return {page + unescape(link) for link in re.findall(r'href="(\?[^"]*)"', html)}


def text_of(browser: Browser, address: str, **query: Any) -> str:
    answer = browser.get(address, query)
    assert answer.status_code == 200, address
    return FORM_MARKS.sub(b"", answer.content).decode()


def saved(browser: Browser, address: str, row: Any = None, **form: Any) -> str:
    """The page that a form leads to, or the complaints that it shows; of a form for this row, as it is now."""
    if row is not None:
        row.refresh_from_db()
        form["seen"] = row.updated_at.isoformat()
    answer = browser.post(address, form, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()
