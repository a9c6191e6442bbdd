"""The chat as a person meets it."""
from __future__ import annotations

import dataclasses

from fake import Fake
from playwright.sync_api import Locator, Page


@dataclasses.dataclass
class Chat:
    """The chat as a person meets it."""

    page: Page
    server: Fake

    def write(self, text: str) -> None:
        """Type and send."""
        self.page.get_by_label("Write what is on your mind").fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def said(self, text: str) -> Locator:
        """A turn of the conversation with these words."""
        return self.page.locator(".turn").filter(has_text=text)

    def ask(self, text: str, awaited: str | None = None) -> None:
        """Write, and wait for the answer."""
        self.write(text)
        self.said(awaited or f"You wrote: {text}").last.wait_for()

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")


def loaded(page: Page) -> None:
    """Wait until everything has come."""
    page.wait_for_function("() => performance.getEntriesByType('resource').some(one => one.name.includes('mooring-more'))")
    page.wait_for_timeout(150)
