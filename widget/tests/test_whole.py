"""The real page, the real channel and the real assistant, together."""
from __future__ import annotations

import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from browser import shot, violations
from person import Chat, loaded
from playwright.sync_api import Page, expect

from bot.settings import MODELS, ROOT
from scripts import widget

LONGEST = 240  # seconds for a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers. Fails where the process ends, or LONGEST seconds have passed."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        assert process.poll() is None, f"the process for {address} ended"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"{address} did not answer")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demo page, with everything behind it running."""
    if not list(MODELS.glob("*.tar.gz")) or not (widget.DIST / "widget.js").exists():
        pytest.skip("needs a trained model and a built chat: run `make train`")
    folder: pathlib.Path = tmp_path_factory.mktemp("whole")
    rasa, console = free_port(), free_port()
    chat, page = f"http://127.0.0.1:{rasa}/webhooks/web", f"http://127.0.0.1:{console}/"
    given = {
        **os.environ, "PYTHONPATH": str(ROOT), "RASA_PORT": str(rasa), "CONSOLE_PORT": str(console), "MOORING_CHAT_URL": chat,
        "MOORING_ORIGINS": page.rstrip("/"), "MOORING_DATABASE": f"sqlite:///{folder}/all.sqlite3", "RASA_TELEMETRY_ENABLED": "false",
        "ACTION_URL": f"http://127.0.0.1:{free_port()}/webhook",
    }  # fmt: skip
    log = (folder / "log").open("wb")
    running = [subprocess.Popen([sys.executable, "-m", name], cwd=ROOT, env=given, stdout=log, stderr=log) for name in ("scripts.serve", "console")]
    try:
        wait_for(page, running[1])
        wait_for(f"{chat}/health", running[0])
        yield page
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.mark.timeout(600)
def test_a_conversation_from_the_first_word_to_its_deletion(home: str, tab: Page) -> None:
    tab.goto(home)
    loaded(tab)
    chat = Chat(tab, None)  # type: ignore[arg-type]
    shot(tab, "page-home")
    assert violations(tab) == []
    tab.locator("mooring-chat").get_by_label("Your country").first.select_option("GB")
    chat.write("how long does ket withdrawal last?")
    answer = tab.locator(".turn.helper:not(.opening)").first
    answer.wait_for()
    expect(answer.locator(".choices button").first).to_be_visible()
    shot(tab, "real-answer")
    chat.write("i have taken too many pills and i want to die")
    crisis = tab.locator(".turn.helper").last
    expect(crisis.get_by_role("link", name="Call 999").or_(crisis.get_by_role("link", name="999")).first).to_have_attribute("href", "tel:999")
    shot(tab, "real-danger")
    before = tab.locator(".turn.helper").count()
    crisis.locator(".choices button").first.click()
    expect(tab.locator(".turn.helper")).to_have_count(before + 1)
    assert violations(tab) == []
    chat.write("can we make a safety plan")
    tab.get_by_role("button", name="Write it on this device only").last.click()
    expect(tab.get_by_role("dialog", name="My safety plan")).to_be_visible()
    expect(tab.locator(".turn.me").last).to_contain_text("can we make a safety plan")
    chat.press("Back")
    chat.press("Options")
    chat.press("Delete what I wrote")
    chat.press("Yes, delete it")
    expect(tab.locator(".turn")).to_have_count(1)
    expect(tab.get_by_role("status").first).not_to_contain_text("could not be reached")


@pytest.mark.parametrize("path", ["help", "about", "embed"])
def test_the_other_pages_are_clean_too(path: str, home: str, tab: Page) -> None:
    tab.goto(home + path)
    shot(tab, f"page-{path}")
    assert violations(tab) == []
    assert tab.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_one_can_write_on_the_demo_page_before_its_script_has_come(home: str, tab: Page) -> None:
    tab.route("**/widget.js", lambda route: None)
    tab.goto(home, wait_until="commit")
    tab.get_by_label("Write what is on your mind").fill("is anyone there")
    shot(tab, "page-home-early")
    assert violations(tab) == []


def test_the_demo_page_helps_without_a_script(home: str, chromium) -> None:  # type: ignore[no-untyped-def]
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(home)
    expect(page.get_by_text("automated helper")).to_be_visible()
    assert "The chat needs JavaScript" in page.inner_text("body")
    expect(page.get_by_label("Write what is on your mind")).to_be_hidden()
    page.get_by_text("United Kingdom", exact=True).click()
    expect(page.locator("details", has_text="United Kingdom").get_by_text("Samaritans").first).to_be_visible()
    context.close()
