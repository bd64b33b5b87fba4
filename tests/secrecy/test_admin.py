"""The family admin is a recipient, too: an owner learns nothing in the admin that they may not know."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client as Browser

from households.models import Membership, Occasion, Role
from tests.admin_pages import FORBIDDEN_LOOKUPS, PLACE, QUESTIONS, addresses, filled, lists, offered, places, signed_in
from tests.envelope import NOWHERE
from tests.gifts.scene import HIDDEN_CHANGES, Scene
from tests.secrecy.before_after import Play, differing, for_leo, undone
from tests.secrecy.canaries import told
from tests.secrecy.looking import Look, Watcher
from tests.secrecy.stage import Stage, listening

pytestmark = pytest.mark.django_db


def walk(watcher: Watcher) -> Iterator[Look]:
    """Every page for every row there is, and every list asked in every way that it offers, and in others."""
    for address in addresses(places()):
        yield watcher.get(address)
    for page in lists():
        look = watcher.get(page)
        for url in {f"{page}?{question}" for question in QUESTIONS} | offered(page, look.body.decode()):
            yield watcher.get(url)
        for lookup in FORBIDDEN_LOOKUPS:
            refused = watcher.get(f"{page}?{lookup}")
            assert refused.status in {302, 400, 403}, refused.asked
            yield refused


@pytest.fixture
def mia(stage: Stage) -> Watcher:
    return Watcher("recipient", signed_in(stage.world.family.mia.user))


def test_the_owner_is_told_no_canary(stage: Stage, mia: Watcher):
    with listening(mia):
        looks = list(walk(mia))
    heard = told(stage.cage, "recipient", looks)
    # Unlike in the API, an owner reads here on which devices the members are signed in.
    devices = [line for line in heard if "session devicesession." in line and line.endswith("/devices/")]
    assert devices
    assert [line for line in heard if line not in devices] == []
    pages = [look for look in looks if look.status == 200]
    assert len(pages) > 100
    # A page that shows nothing proves nothing.
    everything = "\n".join(look.body.decode() for look in pages)
    owed = [c for c in stage.cage.owed_to("recipient") if c.name in {"occasion.name", "person.display_name"}]
    assert owed
    assert [str(canary) for canary in owed if str(canary.value) not in everything] == []


def test_the_owner_next_door_is_told_nothing_of_this_household(stage: Stage):
    eve = Watcher("other", signed_in(stage.world.other.user))
    with listening(eve):
        assert told(stage.cage, "other", walk(eve)) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_hidden_is_answered_like_what_never_was(stage: Stage, mia: Watcher, method: str):
    party = Occasion.objects.filter(pk__in=stage.world.kinds).exclude(
        pk__in=Occasion.objects.visible_to(stage.world.family.mia.viewer)
    )
    hidden = party.filter(household=stage.world.family.household).first()
    opened = [place for place in places() if PLACE.search(place) and "/occasion/" in place]
    assert len(opened) > 3
    for place in opened:
        there, nowhere = (answer(mia.api, method, filled(place, pk)) for pk in (hidden.pk, NOWHERE))
        assert there == nowhere
        assert there[0] in {302, 404, 405}


def answer(browser: Browser, method: str, url: str) -> tuple[int, bytes]:
    look = Watcher("", browser)._look(method, url, browser.generic(method, url, b"post=yes"))
    return look.status, look.seen[1].replace(url.encode(), b"")


# --- Before and after --------------------------------------------------------------------------


@pytest.fixture
def leo(play: Play) -> Iterator[Watcher]:
    """Who may not know of all that is done behind his back, and looks after the household with Mia."""
    with transaction.atomic():
        Membership.objects.filter(person=play.viewers[0].person).update(role=Role.OWNER)
        yield Watcher("Leo", signed_in(play.viewers[0].user))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def play(django_db_setup, django_db_blocker) -> Iterator[Play]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield for_leo()
        transaction.set_rollback(True)


def looked_at(watcher: Watcher, urls: list[str]) -> dict[tuple[str, str], object]:
    return {(watcher.name, url): watcher.get(url).seen for url in urls}


def urls_of(watcher: Watcher) -> list[str]:
    pages = {url for page in lists() for url in offered(page, watcher.get(page).body.decode())}
    return sorted({*addresses(places()), *pages, *(f"{page}?{asked}" for page in lists() for asked in QUESTIONS)})


def notices(leo: Watcher, play: Play, urls: list[str], changes: dict[str, Callable[[Scene], None]]) -> list[str]:
    before = looked_at(leo, urls)
    with undone():
        done = [name for name, change in changes.items() if play.change(change)]
        assert done
        return sorted(url for _, url in differing(before, looked_at(leo, urls)))


def test_an_owner_notices_nothing_that_happens_behind_their_back(leo: Watcher, play: Play):
    assert notices(leo, play, urls_of(leo), HIDDEN_CHANGES) == []


def test_a_lookup_through_the_lists_would_be_noticed(leo: Watcher, play: Play, monkeypatch: pytest.MonkeyPatch):
    """A leak, planted: the stock admin would let anybody ask an occasion for its lists."""
    page = type(admin.site._registry[Occasion])
    monkeypatch.setattr(page, "lookup_allowed", lambda page, lookup, value, request: True)
    url = "/admin/households/occasion/?lists__name__startswith=Under"
    changes = {name: HIDDEN_CHANGES[name] for name in ["a surprise is planned for an occasion that everybody sees"]}
    assert notices(leo, play, [url], changes) == [url]


def test_a_page_past_the_door_would_be_noticed(stage: Stage, mia: Watcher, monkeypatch: pytest.MonkeyPatch):
    """A leak, planted: rows that did not come through the door."""
    page = type(admin.site._registry[Occasion])
    monkeypatch.setattr(page, "get_queryset", lambda page, request: Occasion.objects.alive())
    found = told(stage.cage, "recipient", [mia.get("/admin/households/occasion/")])
    assert any("occasion.name" in one for one in found)
