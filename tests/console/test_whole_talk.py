"""A person in the chat and staff in the console, each in a browser, with the real assistant between them."""
from __future__ import annotations

import base64
import concurrent.futures
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from browser import chromium  # noqa: F401
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pointing import point
from served import ORIGIN, STAFF_KEY, Served, served  # noqa: F401

from bot.settings import ROOT
from bot.storage import database, tables

PATIENCE = 60_000  # milliseconds, on a busy machine


@pytest.fixture
def console(served: Served) -> Iterator[Any]:  # noqa: F811
    """The console's own process on the assistant's database; a cookie of a lead who has signed in."""
    env = {**os.environ, "MOORING_DATABASE": served.database, "MOORING_STAFF_KEY": STAFF_KEY, "CONSOLE_PORT": ORIGIN.rsplit(":", 1)[1]}
    env |= {"MOORING_STAFF_URL": f"{served.url}/webhooks/staff", "MOORING_CHAT_URL": f"{served.url}/webhooks/web", "PYTHONPATH": str(ROOT)}
    env |= {"MOORING_KEYS": base64.urlsafe_b64encode(b"k" * 32).decode()}
    process = subprocess.Popen([sys.executable, "-m", "console"], cwd=ROOT, env=env)
    try:
        wait_for(f"{ORIGIN}/help")
        point(served.database)
        with concurrent.futures.ThreadPoolExecutor(1) as apart:  # Playwright runs a loop in this thread, and Django will not have that
            found = apart.submit(cookie).result()
        yield found
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{url} did not answer")


def cookie() -> str:
    """A session with both factors."""
    from django.contrib.auth.models import Group
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from console.people.models import Staff

    staff = Staff.objects.create(username="robin", shown_name="Robin")
    staff.groups.set(Group.objects.filter(name="lead"))
    device = TOTPDevice.objects.create(user=staff, name="phone", confirmed=True)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(staff)
    session = client.session
    session["otp_device_id"], session["signed_in_at"] = device.persistent_id, time.time()
    session["seen_at"] = session["signed_in_at"]
    session.save()
    return client.cookies["staff"].value


def page_of(browser: Browser, **cookies: str) -> Page:
    context = browser.new_context(viewport={"width": 1100, "height": 800}, locale="en-GB")
    context.add_cookies([{"name": name, "value": value, "url": ORIGIN} for name, value in cookies.items()])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def write(page: Page, words: str) -> None:
    page.get_by_label("Write what is on your mind").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()


def newest_conversation(address: str) -> str:
    with database.reading(database.engine(address)) as connection:
        rows = tables.conversations
        return str(connection.execute(sa.select(rows.c.id).where(rows.c.messages > 0).order_by(rows.c.last_at.desc())).scalars().first())


@pytest.mark.timeout(900)
def test_staff_take_over_talk_and_hand_back(served: Served, console: str, chromium: Browser) -> None:  # noqa: F811
    if not (ROOT / "widget" / "dist" / "widget.js").exists():
        pytest.skip("needs Node: run `make build`")
    person, staff = page_of(chromium), page_of(chromium, staff=console)
    person.goto(f"{ORIGIN}/")
    turns = person.locator(".turn")
    write(person, "how long does ketamine withdrawal last?")
    expect(turns.filter(has_text="Written from sources").first).to_be_visible(timeout=PATIENCE)

    staff.goto(f"{ORIGIN}/staff/talk/{newest_conversation(served.database)}")
    staff.get_by_role("button", name="Take over").click()
    expect(staff.get_by_text("You speak as")).to_be_visible()
    staff.get_by_label("Your words").fill("Hello, I am a person. How are you?")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(turns.filter(has_text="Hello, I am a person").filter(has_text="Robin")).to_be_visible(timeout=PATIENCE)

    before = turns.count()
    write(person, "honestly i am going to kill myself tonight")
    log = staff.locator("#said")
    expect(log.get_by_text("kill myself tonight")).to_be_visible(timeout=PATIENCE)
    expect(log.get_by_text("suicide").last).to_be_visible()
    person.wait_for_timeout(2_000)
    assert turns.count() == before + 1, "the bot is silent while staff speak"

    staff.get_by_role("button", name="Hand back to the assistant").click()
    expect(turns.filter(has_text="This is the automated helper again")).to_be_visible(timeout=PATIENCE)
    write(person, "can you show me helplines")
    expect(turns.nth(before + 3)).to_be_visible(timeout=PATIENCE)
