"""A family's server, and a real Chromium in front of it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import PHONE, Chromium, Demo, demo_family, open_chromium, sign_in


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Demo]:
    with demo_family(tmp_path_factory.mktemp("hearth")) as demo:
        yield demo


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with open_chromium() as chromium:
        yield chromium


@pytest.fixture(autouse=True)
def policy_kept(chromium: Chromium) -> Iterator[None]:
    """Whatever a test opens: nothing that a page wanted was stopped by its content security policy."""
    yield
    found, chromium.violations[:] = list(chromium.violations), []
    assert found == []


@pytest.fixture
def context(chromium: Chromium) -> Iterator[BrowserContext]:
    """A phone without JavaScript: none of our pages needs it."""
    with chromium.new_context(viewport=PHONE, java_script_enabled=False) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def cookies(chromium: Chromium, demo: Demo) -> list:
    with chromium.new_context(java_script_enabled=False) as context:
        sign_in(context.new_page(), demo)
        return context.cookies()


@pytest.fixture
def mia(context: BrowserContext, cookies: list, demo: Demo) -> Page:
    """Mia's phone, at home in the admin. She owns the household."""
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{demo.url}/admin/")
    return page


@pytest.fixture
def screen(chromium: Chromium, cookies: list) -> Iterator[Callable[..., Page]]:
    """Mia at a screen of this size and scheme, with JavaScript for whoever looks her pages over."""
    contexts = []

    def opened(**options) -> Page:
        contexts.append(chromium.new_context(**options))
        contexts[-1].add_cookies(cookies)
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()
