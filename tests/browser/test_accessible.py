"""Every page of the family's admin, looked over by axe, in the light and in the dark, on a phone and on a screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.chromium import PHONE, Demo

SCREEN = {"width": 1280, "height": 900}
MODELS = [
    *(f"households/{name}" for name in ("person", "occasion", "membership", "tag", "activity", "household")),
    *(f"gifts/{name}" for name in ("giftlist", "gift", "listitem", "claim", "comment")),
    "tasks/task",
    "accounts/authevent",
]
MEMBERS = "households/membership/"
OTHERS = ["", "households/person/add/", f"{MEMBERS}add/", f"{MEMBERS}invitations/", "gifts/giftlist/add/"]
OTHERS += ["gifts/giftlist/import/"]


def links(page: Page, address: str, selector: str) -> list[str]:
    page.goto(address)
    return page.locator(selector).evaluate_all("links => links.map(link => link.href)")


def lists_of(demo: Demo) -> list[str]:
    return [f"{demo.url}/admin/{path}" for path in [*OTHERS, *(f"{model}/" for model in MODELS)]]


def rows_of(page: Page, demo: Demo) -> list[str]:
    """The first row of each list, with what leads on from there."""
    found = []
    for model in MODELS:
        for row in links(page, f"{demo.url}/admin/{model}/", "#result_list tbody a")[:1]:
            found += [row, *links(page, row, "main .tools a"), *links(page, row, "main .heading a")]
    return list(dict.fromkeys(found))


def test_no_page_shuts_anybody_out_on_a_phone(screen, demo: Demo):
    page = screen(viewport=PHONE)
    pages = lists_of(demo) + rows_of(page, demo)
    assert len(pages) > 30
    assert [complaint for address in pages for complaint in complaints(page, address)] == []


def test_none_does_in_the_dark_on_a_screen(screen, demo: Demo):
    page = screen(viewport=SCREEN, color_scheme="dark")
    (plan,) = links(page, f"{demo.url}/admin/", "main a[href*='/plan/']")
    pages = [*lists_of(demo), plan]
    assert [complaint for address in pages for complaint in complaints(page, address)] == []


def test_nor_does_the_door(chromium, demo: Demo):
    with chromium.new_context(viewport=PHONE) as context:
        assert complaints(context.new_page(), f"{demo.url}/admin/login/") == []


def complaints(page: Page, address: str) -> list[str]:
    page.goto(address)
    return complaints_of(page)


def complaints_of(page: Page) -> list[str]:
    """What axe finds serious, and whether one has to scroll sideways."""
    address = page.url
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    said = [f"{address}: {one['id']}: {one['nodes'][0]['html']}" for one in serious]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        said.append(f"{address}: is wider than the screen")
    return said
