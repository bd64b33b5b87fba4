"""A real Chromium in front of a family's server, and what it finds fault with by itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.programs import require_program
from tests.server import manage, migrate, running_server

PHONE = {"width": 390, "height": 844}
# What Chromium says of what a policy has stopped, and of a policy that it cannot read.
POLICY = re.compile(r"Content.Security.Policy|Permissions-Policy|Refused to|violates", re.IGNORECASE)


@dataclass
class Demo:
    url: str
    passwords: dict[str, str]


@dataclass
class Chromium:
    """A browser whose every context is listened to."""

    browser: Browser
    violations: list[str]

    def new_context(self, **options: object) -> BrowserContext:
        context = self.browser.new_context(**options)
        context.on("console", self._heard)
        return context

    def _heard(self, message: ConsoleMessage) -> None:
        if POLICY.search(message.text):
            self.violations.append(f"{message.page.url if message.page else ''}: {message.text}")


@contextmanager
def open_chromium() -> Iterator[Chromium]:
    program = require_program("chromium")
    with sync_playwright() as playwright:
        # Chromium's own walls need rights that root in a container has not; it opens our pages only.
        yield Chromium(playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]), [])


@contextmanager
def demo_family(folder: Path) -> Iterator[Demo]:
    """The demo family, as `make run` shows it."""
    migrate(folder)
    assert manage("collectstatic", "--no-input", data_dir=folder).returncode == 0
    said = manage("create_demo", data_dir=folder).stdout
    with running_server(folder) as server:
        yield Demo(server.url, dict(re.findall(r"^  (\w+) +(\S+)$", said, re.MULTILINE)))


def sign_in(page: Page, demo: Demo, login: str = "mia") -> None:
    page.goto(f"{demo.url}/admin/")
    page.get_by_label("E-mail address or handle").fill(login)
    page.get_by_label("Password").fill(demo.passwords[login])
    page.get_by_role("button", name="Sign in").click()
