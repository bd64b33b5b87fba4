"""Whatever is refused, inside DRF and outside it: by a route, by the admin, by Django or by WhiteNoise."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.test import Client as Browser

from tests.admin_pages import addresses, places, signed_in
from tests.envelope import code_of
from tests.factories import UserFactory
from tests.hostile.operations import every_operation
from tests.hostile.shots import Tally, taken_back
from tests.secrets import Home

OUTSIDE = [
    "/nowhere",
    "/api",
    "/api/v1",
    "/api/v1/",
    "/api/v2/items",
    "//",
    "/%00",
    "/%ff",
    "/static/nothing.css",
    "/static/../manage.py",
    "/static/hearth/admin.css",
    "/admin/nowhere/",
    "/admin/login/",
    "/api/v1/docs",
    "/api/v1/schema",
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"]
# A browser is shown a page in the admin; whoever reads JSON, or does not say, gets the envelope.
ACCEPTED = ["*/*", "text/html", "application/json", "image/png"]


def refuse_all(home: Home, *, every: int) -> Tally:
    """Every so many addresses of those that there are, by every method, for somebody and for nobody."""
    tally = Tally(0, 0, [])
    for browser in _browsers(home):
        for address in [*OUTSIDE, *_addresses(home)[::every]]:
            for method, accept in zip(METHODS, (ACCEPTED * 2)[: len(METHODS)], strict=True):
                tally.shots += 1
                answer = _ask(browser, method, address, accept)
                if answer.status_code >= 400:
                    tally.refused += 1
                    tally.wrong += _wrong(answer, f"{method} {address} ({accept})")
                for close in answer._resource_closers if answer.streaming else []:
                    close()  # a file; the answer's own close() would hang up on the database, too
    return tally


def _addresses(home: Home) -> list[str]:
    return [*addresses(places()), *sorted({one.url for one in every_operation(home)})]


def _browsers(home: Home) -> Iterator[Browser]:
    options = {"raise_request_exception": False, "enforce_csrf_checks": True}
    yield Browser(**options)
    yield Browser(SERVER_NAME="elsewhere.example.org", **options)
    yield signed_in(home.recipient.user, **options)
    yield signed_in(UserFactory(is_staff=True, is_superuser=True), **options)


def _ask(browser: Browser, method: str, address: str, accept: str) -> HttpResponse:
    """As a browser would, without the token that every form has."""
    with taken_back():
        return browser.generic(method, address, headers={"Accept": accept})


def _wrong(answer: HttpResponse, asked: str) -> list[str]:
    if answer.status_code >= 500:
        return [f"{asked}: {answer.status_code}"]
    if answer.get("Content-Type") == "text/html; charset=utf-8" and "text/html" in asked and "/admin/" in asked:
        is_ours = answer["X-Request-ID"] in answer.content.decode()
        return [] if is_ours else [f"{asked}: a page that is not ours"]
    try:
        code_of(answer)
    except (AssertionError, KeyError, ValueError) as error:
        return [f"{asked}: {answer.status_code} {error!r}"]
    return []
