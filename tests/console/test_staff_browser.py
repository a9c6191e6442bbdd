"""Staff pages in Chromium: axe finds nothing on any of them, they fit a phone, and the keys of the inbox work."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from browser import chromium, context, shot, tab, violations  # noqa: F401
from playwright.sync_api import expect

from bot import settings
from bot.storage import cases, database, tables, takeovers
from console.care import assistant
from console.review.models import Review

PAGES = {
    "inbox": "/staff/", "inbox-filtered": "/staff/?level=any&answer=none", "conversation": "/staff/conversation/c1/", "hidden": "/staff/conversation/c2/",
    "figures": "/staff/figures/", "safety-year": "/staff/figures/safety/2026/", "audit": "/staff/audit/", "people": "/staff/people/",
    "account": "/staff/account/", "password": "/staff/account/password/", "missing": "/staff/nowhere/",
    "queues": "/staff/queues", "not-understood": "/staff/queues/not-understood", "low-score": "/staff/queues/low-score",
    "thumbs-down": "/staff/queues/thumbs-down", "sample": "/staff/queues/sample", "content-due": "/staff/queues/content-due",
    "helplines-due": "/staff/queues/helplines-due", "cases": "/staff/cases", "case": "/staff/cases/k1", "talk": "/staff/talk/c1",
    "lines": "/staff/lines", "lines-found": "/staff/lines?q=samaritans", "withdrawn": "/staff/withdrawn",
    "withdraw": "/staff/withdrawn/answer/withdrawal_sleep", "learn": "/staff/learn", "judge": "/staff/learn/judge/more1/0",
    "content": "/staff/content", "try": "/staff/try",
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
def filled(conversation: Any, db: Any) -> None:
    conversation("c1", ["I want to end it", "Call somebody now."] * 4, danger="suicide", level="emergency", country="GB")
    conversation("c2", ["hello", "hi"], consent="session")
    for place in range(6):
        conversation(f"more{place}", channel="telegram", decision="not_covered")
    now = settings.now().timestamp()
    with database.writing(db) as writing:
        cases.open_case(writing, cases.Case("k1", "c1", "web", "emergency", "suicide", "talk_now", "GB", now))
        writing.execute(tables.cases.update().values(state="taken", owner="robin", taken_at=now))
        takeovers.begin(writing, "c1", "robin", "Robin", now)
        writing.execute(tables.withdrawn.insert(), {"kind": "answer", "id": "withdrawal_craving", "at": now, "by": "mo", "reason": "wrong"})


@pytest.fixture
def inside(served: str, filled: None, signed_in: Any, tab: Any, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: F811
    """A page that is signed in as somebody with every duty."""
    monkeypatch.setattr("console.learn.trial_views.start", lambda: None)  # no assistant is started for a look at the page
    monkeypatch.setenv("MOORING_KEYS", "k" * 42 + "A=")
    client = signed_in("lead", "administrator", "reviewer", name="robin")
    tab.context.add_cookies([{"name": "staff", "value": client.session.session_key, "url": served}])
    tab.base = served
    return tab


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_the_page_fits_a_phone(name: str, inside: Any) -> None:
    inside.goto(inside.base + PAGES[name])
    wide = inside.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    shot(inside, f"staff-{name}")
    assert violations(inside) == [] and wide <= 0


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

    from bot.storage import conversations

    inside.goto(inside.base + "/staff/conversation/c1/")
    with database.writing(db) as writing:
        conversations.append(writing, "c1", "web", [{"event": "user", "text": "are you there", "timestamp": time.time(), "parse_data": {}}])
    inside.get_by_text("are you there").wait_for()


def test_words_stay_in_their_box_after_a_time_out_and_are_the_same_message_when_sent_again(inside: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, str]] = []

    def post(act: str, body: dict[str, str]) -> tuple[int, dict[str, bool]]:
        sent.append((body["id"], body["text"]))
        if len(sent) == 1:
            raise assistant.Away(act)
        return 200, {"delivered": True}

    monkeypatch.setattr(assistant, "post", post)
    inside.goto(inside.base + "/staff/talk/c1")
    box, state, button = inside.get_by_label("Your words"), inside.locator("#state"), inside.get_by_role("button", name="Send", exact=True)
    box.fill("are you there")
    button.click()
    expect(state).to_contain_text("did not answer")
    assert box.input_value() == "are you there"
    button.click()
    expect(state).to_have_text("Sent")
    assert box.input_value() == ""
    box.fill("are you there")
    button.click()
    inside.wait_for_function("document.querySelector('#text').value === ''")
    assert sent[0] == sent[1] and sent[2][1] == sent[1][1] and sent[2][0] != sent[1][0]
