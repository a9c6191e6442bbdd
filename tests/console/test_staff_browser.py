"""Staff pages in Chromium: axe finds nothing on any of them, they fit a phone, and the keys of the inbox work."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from browser import chromium, context, shot, tab, violations  # noqa: F401

from console.review.models import Review

PAGES = {
    "inbox": "/staff/", "inbox-filtered": "/staff/?level=any&answer=none", "conversation": "/staff/conversation/c1/", "hidden": "/staff/conversation/c2/",
    "figures": "/staff/figures/", "safety-year": "/staff/figures/safety/2026/", "audit": "/staff/audit/", "people": "/staff/people/",
    "account": "/staff/account/", "password": "/staff/account/password/", "missing": "/staff/nowhere/",
}  # fmt: skip


@pytest.fixture
def served(db: Any) -> Iterator[str]:
    """The console on a free port, with this test's database."""
    from waitress.server import create_server

    from console.wsgi import application

    server = create_server(application, host="127.0.0.1", port=0, threads=3, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture
def filled(conversation: Any) -> None:
    conversation("c1", ["I want to end it", "Call somebody now."] * 4, danger="suicide", level="emergency", country="GB")
    conversation("c2", ["hello", "hi"], consent="session")
    for place in range(6):
        conversation(f"more{place}", channel="telegram", decision="not_covered")


@pytest.fixture
def inside(served: str, filled: None, signed_in: Any, tab: Any) -> Any:  # noqa: F811
    """A page that is signed in as somebody with every duty."""
    client = signed_in("lead", "administrator", "reviewer", name="robin")
    tab.context.add_cookies([{"name": "staff", "value": client.session.session_key, "url": served}])
    tab.base = served
    return tab


def test_axe_finds_nothing_and_every_page_fits_a_phone(inside: Any) -> None:
    found = {}
    for name, path in PAGES.items():
        inside.goto(inside.base + path)
        wide = inside.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shot(inside, f"staff-{name}")
        if problems := violations(inside) + ([f"{wide} pixels too wide"] if wide > 0 else []):
            found[name] = problems
    assert not found


def test_axe_finds_nothing_on_the_way_in(served: str, tab: Any) -> None:  # noqa: F811
    tab.goto(f"{served}/staff/")
    assert tab.url.endswith("/staff/sign-in/") and violations(tab) == []


def test_the_inbox_is_driven_by_keys(inside: Any) -> None:
    inside.goto(inside.base + "/staff/?channel=telegram")
    first = inside.locator(".item .open").first.inner_text()
    inside.keyboard.press("j")
    assert inside.locator(".item.here").count() == 1
    with inside.expect_navigation():
        inside.keyboard.press("d")
    assert Review.objects.filter(status="done").count() == 1
    inside.keyboard.press("j")
    inside.keyboard.press("k")
    inside.keyboard.press("t")
    inside.locator("#tag-name").fill("good example")
    with inside.expect_navigation():
        inside.keyboard.press("Enter")
    assert inside.locator(".item .about").first.inner_text().endswith("good example")
    inside.keyboard.press("j")
    with inside.expect_navigation():
        inside.keyboard.press("o")
    assert inside.locator("h1").inner_text() in first


def test_a_covered_passage_opens_without_a_script(served: str, filled: None, signed_in: Any, chromium: Any) -> None:  # noqa: F811
    client = signed_in("reviewer")
    quiet = chromium.new_context(java_script_enabled=False)
    quiet.add_cookies([{"name": "staff", "value": client.session.session_key, "url": served}])
    page = quiet.new_page()
    page.goto(f"{served}/staff/conversation/c1/")
    words = page.locator(".covered .words").first
    assert not words.is_visible()
    page.locator(".covered summary").first.click()
    assert words.is_visible() and "I want to end it" in words.inner_text()
    quiet.close()


def test_what_is_said_meanwhile_is_shown(inside: Any, db: Any) -> None:
    import time

    from bot.storage import conversations, database

    inside.goto(inside.base + "/staff/conversation/c1/")
    with database.writing(db) as writing:
        conversations.append(writing, "c1", "web", [{"event": "user", "text": "are you there", "timestamp": time.time(), "parse_data": {}}])
    inside.get_by_text("are you there").wait_for()
