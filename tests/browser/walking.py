"""A walk through all that a server shows to a browser, while Chromium says what a policy has stopped."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.browser.chromium import Demo, demo_family, open_chromium, sign_in
from tests.server import manage

LOGIN = "root@example.org"
ROOT = {"DJANGO_SUPERUSER_PASSWORD": "a password of root's own"}
# Beside what links lead to.
STARTS = ["/admin/", "/api/v1/docs", "/", "/admin/nowhere/", "/nowhere", "/api/v1/health", "/static/hearth/icon.svg"]


@dataclass
class Walk:
    pages: int
    violations: list[str]


def walk_with_listening(folder: Path) -> Walk:
    """Every page that Mia, who owns a household, and whoever runs the server can come to by links."""
    ran = 0
    with demo_family(folder) as demo, open_chromium() as chromium:
        made = manage("createsuperuser", "--no-input", "--email", LOGIN, "--name", "Root", data_dir=folder, **ROOT)
        assert made.returncode == 0, made.stderr
        demo.passwords[LOGIN] = ROOT["DJANGO_SUPERUSER_PASSWORD"]
        for login in ("mia", LOGIN):
            with chromium.new_context() as context:
                page = context.new_page()
                sign_in(page, demo, login)
                ran += sum(1 for _ in opened(page, demo))
        return Walk(ran, chromium.violations)


def opened(page: Page, demo: Demo) -> Iterator[str]:
    """One page of each kind: by the view that makes it, and whether it is asked something."""
    waiting, seen = [f"{demo.url}{path}" for path in STARTS], set()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind in seen or "logout" in kind or "export" in kind:
            continue
        seen.add(kind)
        page.goto(address, wait_until="networkidle" if "docs" in address else "load")
        yield address
        found = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
        waiting += [link for link in found if link.startswith(f"{demo.url}/admin/")]


def kind_of(address: str) -> str:
    parts = urlsplit(address)
    try:
        return f"{resolve(parts.path).view_name}{bool(parts.query)}"
    except Resolver404:
        return parts.path
