"""What a family's admin does, as she does it: on a phone, by names that she reads, without JavaScript."""

import json
from pathlib import Path
from urllib.request import Request, urlopen

from playwright.sync_api import Page, expect

from tests.browser.chromium import Demo, sign_in
from tests.gifts.importing import SAMPLE
from tests.server import Server


def go(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("link", name=name, exact=True).click()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_signing_in_and_out(page: Page, demo: Demo):
    sign_in(page, demo)
    heading(page, "The Winters (demo)")
    expect(page.get_by_text("What comes next")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    heading(page, "You are signed out")
    page.goto(f"{demo.url}/admin/")
    heading(page, "Welcome home")


def test_a_member_who_owns_nothing_is_not_let_in(page: Page, demo: Demo):
    sign_in(page, demo, "leo")
    expect(page.get_by_role("alert")).to_contain_text("the admin is for owners of a household")


def test_somebody_is_invited_by_a_card_that_can_be_printed(mia: Page):
    go(mia, "Members", "Add a member")
    mia.get_by_label("Name").fill("Aunt Olga")
    mia.get_by_label("Handle").fill("olga")
    mia.get_by_role("button", name="Save").click()
    heading(mia, "Welcome, Aunt Olga")
    expect(mia.get_by_role("img", name="A picture for the camera")).to_be_visible()
    code = mia.locator(".code").inner_text()
    assert len(code) >= 8
    mia.emulate_media(media="print")
    expect(mia.get_by_role("navigation")).to_be_hidden()
    expect(mia.locator(".code")).to_be_visible()
    mia.emulate_media(media="screen")
    mia.get_by_role("link", name="Done").click()
    expect(mia.get_by_role("link", name="Aunt Olga")).to_be_visible()
    assert code not in mia.content()


def test_christmas_is_planned(mia: Page):
    go(mia, "Plan it")
    expect(mia.get_by_text("have something coming")).to_be_visible()
    go(mia, "Lists", "Surprises for Leo", "Put something on it")
    mia.get_by_label("Something new").fill("A sledge")
    mia.get_by_label("price").fill("40")
    mia.get_by_role("button", name="Put it on the list").click()
    mia.get_by_label("What comes next for A sledge").select_option("I have ordered it")
    mia.get_by_role("button", name="Do it for A sledge").click()
    expect(mia.get_by_role("status")).to_have_text("A sledge: ordered.")
    go(mia, "Home", "Plan it")
    expect(mia.get_by_role("link", name="A sledge")).to_be_visible()
    go(mia, "For printing")
    expect(mia.get_by_role("navigation")).to_be_hidden()
    expect(mia.get_by_text("A sledge")).to_be_visible()


def test_a_spreadsheet_is_looked_at_and_then_imported(mia: Page, tmp_path: Path):
    go(mia, "Lists", "Import a spreadsheet")
    mia.get_by_label("The table, saved as CSV").set_input_files(SAMPLE)
    mia.get_by_role("button", name="Look at it first").click()
    expect(mia.get_by_role("status")).to_contain_text("Nothing is written yet.")
    expect(mia.get_by_text("48 rows:")).to_be_visible()
    mia.get_by_role("button", name="Import it").click()
    expect(mia.get_by_role("status")).to_contain_text("Done.")
    mia.get_by_role("link", name="To the lists").click()
    with mia.expect_download() as download:
        go(mia, "Export as a spreadsheet")
    assert "Running socks" in download.value.path().read_text()


def test_a_lost_phone_is_signed_out(mia: Page, demo: Demo):
    phone = {"login": "ada", "password": demo.passwords["ada"], "device_name": "Ada's lost phone"}
    kind = {"Content-Type": "application/json"}
    asked = Request(f"{demo.url}/api/v1/auth/login", json.dumps(phone).encode(), kind)
    access = json.load(urlopen(asked, timeout=10))["access"]
    server = Server(demo.url, process=None, log=None)
    assert server.status("/api/v1/users/me", Authorization=f"Bearer {access}") == 200
    go(mia, "Members", "Ada", "Devices")
    mia.get_by_role("button", name="Sign out Ada's lost phone").click()
    expect(mia.get_by_role("status")).to_have_text("Signed out.")
    assert server.status("/api/v1/users/me", Authorization=f"Bearer {access}") == 401


def test_everything_is_reached_by_keyboard_alone(page: Page, demo: Demo):
    page.goto(f"{demo.url}/admin/")
    page.keyboard.type("mia")  # The cursor waits there.
    page.keyboard.press("Tab")
    page.keyboard.type(demo.passwords["mia"])
    page.keyboard.press("Enter")
    heading(page, "The Winters (demo)")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    tab_to(page, "People")
    page.keyboard.press("Enter")
    tab_to(page, "Add somebody")
    page.keyboard.press("Enter")
    heading(page, "Add somebody")
    while not page.get_by_label("Name").evaluate("field => field === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.type("Cousin Vera")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Cousin Vera is there now.")


def tab_to(page: Page, name: str) -> None:
    link = page.get_by_role("link", name=name, exact=True)
    for _ in range(40):
        if link.evaluate("link => link === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by keyboard.")
