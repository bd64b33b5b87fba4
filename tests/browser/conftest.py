"""A family's server, and a real Chromium in front of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.programs import require_program
from tests.server import manage, migrate, running_server

PHONE = {"width": 390, "height": 844}


@dataclass
class Demo:
    url: str
    passwords: dict[str, str]


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Demo]:
    """The demo family, as `make run` shows it."""
    folder = tmp_path_factory.mktemp("hearth")
    migrate(folder)
    assert manage("collectstatic", "--no-input", data_dir=folder).returncode == 0
    said = manage("create_demo", data_dir=folder).stdout
    with running_server(folder) as server:
        yield Demo(server.url, dict(re.findall(r"^  (\w+) +(\S+)$", said, re.MULTILINE)))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = require_program("chromium")
    with sync_playwright() as playwright:
        # Chromium's own walls need rights that root in a container has not; it opens our pages only.
        yield playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone without JavaScript: none of our pages needs it."""
    with chromium.new_context(viewport=PHONE, java_script_enabled=False) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def cookies(chromium: Browser, demo: Demo) -> list:
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
def screen(chromium: Browser, cookies: list) -> Iterator[Callable[..., Page]]:
    """Mia at a screen of this size and scheme, with JavaScript for whoever looks her pages over."""
    contexts = []

    def opened(**options) -> Page:
        contexts.append(chromium.new_context(**options))
        contexts[-1].add_cookies(cookies)
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def sign_in(page: Page, demo: Demo, login: str = "mia") -> None:
    page.goto(f"{demo.url}/admin/")
    page.get_by_label("E-mail address or handle").fill(login)
    page.get_by_label("Password").fill(demo.passwords[login])
    page.get_by_role("button", name="Sign in").click()
