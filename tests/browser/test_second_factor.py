"""A second factor as an owner gets it and signs in with it: by keyboard, without JavaScript; and looked over by axe."""

import re
import time
from base64 import b32decode
from collections.abc import Iterator

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Demo, sign_in
from tests.browser.test_accessible import SCREEN, complaints_of
from tests.browser.test_admin import go, heading
from tests.server import manage, migrate, running_server


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Demo]:
    """A family of this file's own: whoever has a second factor is in nobody else's way."""
    folder = tmp_path_factory.mktemp("hearth")
    migrate(folder)
    assert manage("collectstatic", "--no-input", data_dir=folder).returncode == 0
    said = manage("create_demo", data_dir=folder).stdout
    with running_server(folder) as server:
        yield Demo(server.url, dict(re.findall(r"^  (\w+) +(\S+)$", said, re.MULTILINE)))


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator shows, now or half a minute later."""
    totp = TOTP(b32decode(secret.replace(" ", "")))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"


def typed(page: Page, text: str) -> None:
    """Where the cursor waits."""
    expect(page.locator("input:focus")).to_be_visible()
    page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def to_mine(page: Page) -> None:
    """On a phone the way there is by the page of the password."""
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    link = page.get_by_role("link", name="Second factor", exact=True)
    if not link.is_visible():
        go(page, "Password")
    link.last.click()


def half_in(page: Page, demo: Demo) -> None:
    """With the right password."""
    sign_in(page, demo)
    heading(page, "Your second factor")


def test_a_second_factor_is_set_up_and_signs_in_by_keyboard(page: Page, demo: Demo):
    sign_in(page, demo)
    go(page, "Password", "Second factor", "Set it up")
    typed(page, demo.passwords["mia"])
    heading(page, "Your authenticator")
    expect(page.get_by_role("img", name="A picture for the camera")).to_be_visible()
    secret = page.locator(".copy").inner_text()
    typed(page, code_of(secret))
    heading(page, "Your recovery codes")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_text(codes[9])).to_be_visible()
    page.emulate_media(media="screen")
    go(page, "I have them")
    assert codes[0] not in page.content()
    page.get_by_role("button", name="Sign out").click()

    half_in(page, demo)
    page.goto(f"{demo.url}/admin/households/person/")
    heading(page, "Welcome home")
    half_in(page, demo)
    typed(page, "000000")
    expect(page.get_by_text("This code is wrong or was used before.")).to_be_visible()
    typed(page, code_of(secret, 1))
    heading(page, "The Winters (demo)")
    page.get_by_role("button", name="Sign out").click()

    half_in(page, demo)
    typed(page, codes[0].lower())
    go(page, "Password", "Second factor")
    expect(page.get_by_text("9 recovery codes left")).to_be_visible()
    go(page, "Remove it")
    typed(page, demo.passwords["mia"])
    expect(page.get_by_role("status")).to_contain_text("Your password alone lets you in.")


@pytest.mark.parametrize("options", [{"viewport": PHONE}, {"viewport": SCREEN, "color_scheme": "dark"}], ids=str)
def test_none_of_its_pages_shuts_anybody_out(chromium: Browser, demo: Demo, options: dict):
    with chromium.new_context(**options) as context:
        page, found = context.new_page(), []
        sign_in(page, demo)
        to_mine(page)
        found += complaints_of(page)
        go(page, "Set it up")
        found += complaints_of(page)
        typed(page, "wrong")
        found += complaints_of(page)
        typed(page, demo.passwords["mia"])
        found += complaints_of(page)
        typed(page, code_of(page.locator(".copy").inner_text()))
        code = page.locator(".codes code").first.inner_text()
        found += complaints_of(page)
        go(page, "I have them")
        found += complaints_of(page)
        page.get_by_role("button", name="Sign out").click()
        half_in(page, demo)
        found += complaints_of(page)
        typed(page, code)
        to_mine(page)
        go(page, "Remove it")
        found += complaints_of(page)
        typed(page, demo.passwords["mia"])
        assert found == []
