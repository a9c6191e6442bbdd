"""A browser, a page with the chat on it, and a server that says what the test wants."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import chromium, context, pytest_itemcollected, tab  # noqa: F401
from fake import DIST, Fake
from person import Chat, loaded
from playwright.sync_api import Page


@pytest.fixture
def server() -> Iterator[Fake]:
    """A server of its own for each test."""
    if not (DIST / "widget.js").exists():
        pytest.skip("needs Node: run `make build`")
    made = Fake().start()
    yield made
    made.kill()


@pytest.fixture
def chat(tab: Page, server: Fake) -> Chat:  # noqa: F811
    """The chat on a page, with its list of helplines loaded."""
    tab.goto(server.page("/chat"))
    loaded(tab)
    return Chat(tab, server)
