"""A real Chromium for tests, through Playwright and the system's own browser. Import the fixtures that you need into a conftest.

Example: `from browser import chromium, tab  # noqa: F401`, then `def test_x(tab: Page) -> None: tab.goto(...)`.
"""
from __future__ import annotations

import atexit
import functools
import pathlib
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect, sync_playwright

from bot.settings import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome")
AXE = ROOT / "widget" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / "reports" / "screenshots"
PATIENCE = 30_000  # milliseconds: what a machine with much else to do may need
PHONE = ViewportSize(width=360, height=740)


def find_chromium() -> str | None:
    """The path of a Chromium that is installed here, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def pytest_itemcollected(item: pytest.Item) -> None:
    """A hook for conftest files: tests with a browser run by themselves, since Playwright leaves a running loop in its thread."""
    if "chromium" in getattr(item, "fixturenames", ()):
        item.add_marker("browser")


@functools.lru_cache(maxsize=1)
def launched(path: str) -> Browser:
    """One browser for the whole run: the fixture is imported by many modules, and Playwright starts only once in a thread."""
    playwright = sync_playwright().start()
    # As root, and in containers, Chromium runs only without its sandbox.
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
    atexit.register(playwright.stop)
    atexit.register(browser.close)
    return browser


@pytest.fixture(scope="session")
def chromium() -> Browser:
    """One browser for all tests; a test skips itself where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("needs Chromium")
    return launched(path)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, on a small phone, that may reach this machine only; what it asks of others fails the test."""
    made = chromium.new_context(viewport=PHONE, locale="en-GB", timezone_id="Europe/London")
    elsewhere: list[str] = []

    def refuse(route: Route) -> None:
        elsewhere.append(route.request.url)
        route.abort()

    made.route(lambda url: not url.startswith(("http://127.0.0.1", "http://localhost", "blob:", "data:")), refuse)
    yield made
    made.close()
    assert not elsewhere, f"asked of third parties: {elsewhere}"


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """One page; an error in its console fails the test."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield page
    assert not errors, f"errors on the page: {errors}"


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, each as `rule: element`."""
    if not AXE.exists():
        pytest.skip("needs axe-core: run `npm ci` in widget/")
    # Through the debugger, so that the page's own policy does not stop it.
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate(
        "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => r.violations)"
    )
    return [f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}" for one in found for node in one["nodes"]]


def shot(page: Page, name: str) -> pathlib.Path:
    """Keep what the screen shows, as reports/screenshots/<name>.png."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=str(path))
    return path
