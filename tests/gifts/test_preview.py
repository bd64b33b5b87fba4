"""POST /gifts/preview: fills in a form, saves nothing and never fails."""

import threading
from functools import partial

import pytest
from django.db import connection

from gifts.api.views import preview as door
from gifts.models import Gift
from gifts.services.preview import previews
from gifts.services.preview.fetching import Page
from gifts.services.preview.previews import preview_page
from households.models import Activity
from tests.cast import found, join
from tests.envelope import code_of, complaints
from tests.gifts import pages
from tests.gifts.website import Website, rules, website

PREVIEW = "/api/v1/gifts/preview"
NOTHING = dict.fromkeys(["reason", "title", "image_url", "price", "currency", "source"])


@pytest.fixture
def site(monkeypatch, empty_cache) -> Website:
    """A website that the door visits, though it is on loopback."""
    monkeypatch.setattr(door, "preview_page", partial(preview_page, rules=rules()))
    with website() as open_site:
        yield open_site


def test_a_page_is_shown_and_nothing_is_saved(family, site, django_assert_num_queries):
    ada, url = family.ada.api(), site.shows(pages.MARKETPLACE)
    diary = Activity.objects.count()
    with django_assert_num_queries(1):  # who is asking
        answer = ada.post(PREVIEW, {"url": url})
    assert answer.status_code == 200
    assert answer.json() == {
        "found": True,
        "reason": None,
        "title": "Red kite & line",
        "image_url": "http://img.example.org/kite.jpg",
        "price": "24.90",
        "currency": "EUR",
        "source": "Marketplace",
    }
    assert (Gift.objects.count(), Activity.objects.count()) == (0, diary)


def test_what_is_shown_can_be_saved(family, site):
    ada, url = family.ada.api(), site.shows(pages.SOCIAL)
    shown = ada.post(PREVIEW, {"url": url}).json()
    fields = {name: value for name, value in shown.items() if name not in {"found", "reason"} and value is not None}
    gift = ada.post("/api/v1/gifts", fields | {"url": url})
    assert gift.status_code == 201, gift.content
    assert gift.json()["price"] == shown["price"] == "49.95"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pages.PLAIN, {"found": True, "title": "Grandma's apple pie \u2013 a recipe", "source": "127.0.0.1"}),
        (pages.CAPTCHA, {"found": False, "reason": "no_data"}),
    ],
)
def test_the_answer_has_always_the_same_shape(family, site, content, expected):
    assert family.ada.api().post(PREVIEW, {"url": site.shows(content)}).json() == NOTHING | expected


def test_an_address_that_is_not_public_is_not_visited(family, empty_cache):
    with website() as trap:
        for url in (f"{trap.url}/", f"http://127.0.0.1:{trap.port}/", "http://[::1]/", "http://169.254.169.254/latest"):
            answer = family.ada.api().post(PREVIEW, {"url": url})
            assert (answer.status_code, answer.json()) == (200, NOTHING | {"found": False, "reason": "not_allowed"})
        assert trap.connections == 0


@pytest.mark.parametrize(
    "url", ["", "kite", "ftp//x", "http://", "http://x y/", "javascript:alert(1)", None, 5, "x" * 2001]
)
def test_what_is_no_url_is_refused(family, url):
    assert complaints(family.ada.api().post(PREVIEW, {"url": url})).keys() == {"url"}


def test_the_url_is_needed_and_nothing_else(family):
    assert complaints(family.ada.api().post(PREVIEW, {"title": "x"})).keys() == {"url", "title"}


def test_whoever_is_not_signed_in_is_told_to(db, api):
    assert code_of(api.post(PREVIEW, {"url": "http://example.org/"})) == (401, "AUTH_REQUIRED")


def test_a_guest_may_look_too(family, site):
    guest = join(family.household, "Godfather", role="guest")
    assert guest.api().post(PREVIEW, {"url": site.shows(pages.PLAIN)}).json()["found"]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_meanwhile(site, monkeypatch):
    is_open = []
    read = previews.fetch

    def fetch(*arguments) -> Page:
        is_open.append(connection.in_atomic_block)
        return read(*arguments)

    monkeypatch.setattr(previews, "fetch", fetch)
    ada = found("The Bauers", "Ada").api()
    assert ada.post(PREVIEW, {"url": site.shows(pages.PLAIN)}).json()["found"]
    assert is_open == [False]


# --- Again ---------------------------------------------------------------------------------------


def test_a_page_is_not_asked_for_twice_by_the_same_user(family, site):
    url = site.shows(pages.MARKETPLACE)
    answers = [family.ada.api().post(PREVIEW, {"url": url}).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(site.visits) == 1


def test_nobody_can_tell_by_its_speed_that_another_has_looked(family, site):
    url = site.shows(pages.MARKETPLACE)
    family.ada.api().post(PREVIEW, {"url": url})
    family.leo.api().post(PREVIEW, {"url": url})
    assert len(site.visits) == 2


def test_a_page_that_was_not_found_may_be_there_the_next_time(family, site):
    ada, url = family.ada.api(), site.shows(pages.EMPTY)
    assert not ada.post(PREVIEW, {"url": url}).json()["found"]
    site.shows(pages.PLAIN)
    assert ada.post(PREVIEW, {"url": url}).json()["found"]


# --- At once -------------------------------------------------------------------------------------


def test_two_are_read_at_once_and_a_third_is_told_to_wait(family, site):
    arrived, go_on = threading.Semaphore(0), threading.Event()

    def slow(visit) -> None:
        arrived.release()
        go_on.wait(5)
        visit.answer(pages.PLAIN.encode())

    site.pages["/slow"] = slow
    site.shows(pages.PLAIN)
    viewer = family.ada.viewer
    previewed = []
    look = partial(preview_page, viewer=viewer, rules=rules())
    waiting = [
        threading.Thread(target=lambda place=place: previewed.append(look(url=f"{site.url}/slow?{place}")))
        for place in range(previews.AT_ONCE)
    ]
    for thread in waiting:
        thread.start()
        assert arrived.acquire(timeout=5)
    busy = family.ada.api().post(PREVIEW, {"url": f"{site.url}/page"})
    assert busy.json() == NOTHING | {"found": False, "reason": "busy"}
    go_on.set()
    for thread in waiting:
        thread.join()
    assert [preview.found for preview in previewed] == [True, True]
    assert family.ada.api().post(PREVIEW, {"url": f"{site.url}/page"}).json()["found"]


def test_whatever_goes_wrong_in_reading_is_no_failure_of_the_family(family, site, monkeypatch, caplog):
    def stumble(page) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(previews, "read_page", stumble)
    for _ in range(previews.AT_ONCE + 1):
        answer = family.ada.api().post(PREVIEW, {"url": site.shows(pages.PLAIN)})
        assert (answer.status_code, answer.json()) == (200, NOTHING | {"found": False, "reason": "no_data"})
    assert "ZeroDivisionError" in caplog.text
