"""The docs of the API, in a browser without internet."""

import re

from playwright.sync_api import expect

from tests.browser.chromium import Chromium, Demo


def test_the_docs_show_every_route_and_try_one_out(chromium: Chromium, demo: Demo):
    with chromium.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{demo.url}/api/v1/docs")
        health = page.locator("#operations-health-health_retrieve")
        health.get_by_role("button").first.click()
        health.get_by_role("button", name="Try it out").click()
        health.get_by_role("button", name="Execute").click()
        expect(health.locator(".live-responses-table")).to_contain_text(re.compile("ok|degraded"))
        assert page.locator(".opblock").count() > 80
        assert [url for url in asked if not url.startswith((demo.url, "data:", "blob:"))] == []


def test_a_page_that_breaks_the_policy_is_heard(chromium: Chromium, demo: Demo):
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{demo.url}/admin/login/")
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=color:red onclick=x()>')")
        page.evaluate("document.body.appendChild(document.createElement('script')).src = 'https://x.example.org/'")
        page.wait_for_timeout(100)
    found, chromium.violations[:] = list(chromium.violations), []
    assert len(found) >= 2, found
