"""For every hand, eye and ear: WCAG 2.2 AA by axe in every state, the keyboard alone, small screens, large text. Keeps screenshots."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from browser import shot, violations
from person import Chat, loaded
from playwright.sync_api import Page, expect

ANSWER = {
    "text": "The first week is often the hardest. It gets easier.\n\nWhat helps: eat something each day, and tell one person.\n\nPeople who can help:\n"
    "• Talk to FRANK: Drugs helpline · Call 0300 123 6600 · Text your question to 82111 · Open 24 hours\n"
    "• Samaritans: Someone to talk to, about anything · Call 116 123 · Free\n\n"
    "Written from sources on 23 November 2026, not yet reviewed by a clinician.",
    "buttons": [{"title": "Tell me more", "payload": "/more/x"}, {"title": "Can stopping be dangerous?", "payload": "/answer/y"}],
    "sources": [{"title": "A review of ketamine withdrawal", "publisher": "A journal", "year": 2022, "url": "https://example.org/x"}],
}


def first(chat: Chat) -> None:
    """As it opens."""


def talked(chat: Chat) -> None:
    """With an answer."""
    chat.page.get_by_label("Your country").select_option("GB")
    chat.server.answers["how long does it last"] = [ANSWER]
    chat.ask("how long does it last", "The first week")
    chat.page.get_by_text("Sources (1)").click()
    chat.page.wait_for_timeout(200)


def writing(chat: Chat) -> None:
    """While an answer is written."""
    chat.server.delay = 30
    chat.write("a slow one")
    expect(chat.page.get_by_role("status").first).to_have_text("Writing an answer")


def away(chat: Chat) -> None:
    """The server is gone."""
    chat.page.get_by_label("Your country").select_option("GB")
    chat.server.kill()
    chat.write("anyone there?")
    chat.page.get_by_role("heading", name="I cannot be reached right now").wait_for()
    chat.page.wait_for_timeout(200)
    chat.server.start()


def staff(chat: Chat) -> None:
    """A person has joined."""
    chat.ask("can I talk to someone")
    chat.server.staff("Ana")
    chat.server.push(text="Hello, I am Ana. I read what you wrote. How are you right now?", name="Ana")
    chat.said("Hello, I am Ana.").wait_for()


def sheet(*names: str) -> Callable[[Chat], None]:
    """A sheet, by the buttons that lead there."""

    def open_it(chat: Chat) -> None:
        chat.page.get_by_label("Your country").select_option("GB")
        chat.press("Options")
        for name in names:
            chat.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
        if names[-1:] == ("Breathe with me",):
            chat.press("Start")
            chat.page.wait_for_timeout(2500)

    open_it.__name__ = "-".join(names).lower().replace(" ", "-") or "options"
    return open_it


STATES = [
    first, talked, writing, away, staff, sheet(), sheet("Helplines"), sheet("Breathe with me"), sheet("Step by step"),
    sheet("Step by step", "Look around you (5-4-3-2-1)"), sheet("My safety plan"), sheet("Delete what I wrote"), sheet("About leaving fast"),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing(state: Callable[[Chat], None], chat: Chat) -> None:
    state(chat)
    shot(chat.page, f"state-{state.__name__}")
    assert violations(chat.page) == []


@pytest.mark.parametrize("look", ["dark", "contrast", "dark-contrast", "largest", "rtl", "wide", "accent"])
def test_axe_finds_nothing_in_any_look(look: str, chat: Chat) -> None:
    more = ' dir="rtl"' if look == "rtl" else ' accent="#f2b134"' if look == "accent" else ""
    if look == "wide":
        chat.page.set_viewport_size({"width": 1100, "height": 800})
    chat.page.goto(chat.server.page("/look", f"<mooring-chat position=page{more}></mooring-chat>"))
    loaded(chat.page)
    if "dark" in look:
        chat.page.emulate_media(color_scheme="dark")
    if "contrast" in look or look == "largest":
        chat.press("Options")
        if look == "largest":
            chat.page.get_by_label("Largest").check()
        else:
            chat.page.get_by_label("Strong contrast").check()
        chat.press("Back")
    talked(chat)
    shot(chat.page, f"look-{look}")
    assert violations(chat.page) == []
    assert wider_than_the_screen(chat.page) == 0


def wider_than_the_screen(page: Page) -> int:
    """How many pixels the page, or the log, can be moved sideways."""
    return int(page.evaluate(
        "() => { const log = document.querySelector('mooring-chat').shadowRoot.querySelector('.log'), all = document.documentElement;"
        " return Math.max(all.scrollWidth - all.clientWidth, log.scrollWidth - log.clientWidth, 0); }"
    ))


@pytest.mark.parametrize("body", ["<mooring-chat position=page></mooring-chat>", "<mooring-chat></mooring-chat>"], ids=["page", "edge"])
def test_at_a_large_zoom_a_reply_is_in_sight_when_it_comes(body: str, chat: Chat) -> None:
    chat.page.set_viewport_size({"width": 320, "height": 370})
    chat.server.answers["help"] = [{"text": "Call now.\n\n" + "A long reply goes on. " * 60}]
    chat.page.goto(chat.server.page("/zoomed", body))
    loaded(chat.page)
    if "position" not in body:
        chat.press("Open the chat: Mooring")
    for _ in range(2):
        chat.ask("help", "Call now.")
    expect(chat.page.get_by_text("Call now.").last).to_be_in_viewport()


@pytest.mark.parametrize("width,height", [(320, 568), (320, 256), (640, 360)], ids=["320px", "400-percent", "200-percent"])
def test_small_screens_and_large_zoom_hide_nothing(width: int, height: int, chat: Chat) -> None:
    chat.page.set_viewport_size({"width": width, "height": height})
    talked(chat)
    assert wider_than_the_screen(chat.page) == 0
    for name in ("Leave now", "Options", "Send", "Tell me more"):
        button = chat.page.get_by_role("button", name=name, exact=True)
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, name
        on_top = "one.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === one"
        assert button.evaluate(f"one => {{ const box = one.getBoundingClientRect(); return {on_top}; }}"), name
    shot(chat.page, f"small-{width}x{height}")


def test_every_target_is_large_enough(chat: Chat) -> None:
    talked(chat)
    sizes = chat.page.evaluate(
        "() => [...document.querySelector('mooring-chat').shadowRoot.querySelectorAll('button, select, summary, textarea, a.way, a.danger')]"
        ".filter(one => one.offsetParent).map(one => [one.textContent, one.getBoundingClientRect()]).map(([name, box]) => [name, box.width, box.height])"
    )
    assert sizes and [one for one in sizes if min(one[1:]) < 24] == []


def test_the_keyboard_reaches_everything_in_the_order_of_the_screen(chat: Chat) -> None:
    chat.page.locator("body").click(position={"x": 5, "y": 5})
    reached = []
    for _ in range(12):
        chat.page.keyboard.press("Tab")
        reached.append(chat.page.evaluate(
            "() => { const one = document.querySelector('mooring-chat').shadowRoot.activeElement;"
            " return one && (one.getAttribute('aria-label') || one.textContent || one.id); }"
        ))
    wanted = ["Options", "Leave now", "Helplines", "Find A Helpline (ThroughLine): Website: findahelpline.com", "Your country", "Conversation",
              "What is kept, and who reads it", "About leaving fast", "words", "Send"]
    assert [one for one in reached if one][: len(wanted)] == wanted


def test_focus_returns_to_where_it_was(chat: Chat) -> None:
    options = chat.page.get_by_role("button", name="Options")
    options.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_role("dialog").get_by_role("heading", name="Options")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(options).to_be_focused()


def test_a_floating_chat_gives_the_focus_back_to_its_button(chat: Chat) -> None:
    chat.page.goto(chat.server.page("/floating", "<mooring-chat></mooring-chat>"))
    loaded(chat.page)
    opener = chat.page.get_by_role("button", name="Open the chat: Mooring")
    opener.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_role("heading", name="Mooring")).to_be_focused()
    assert violations(chat.page) == []
    shot(chat.page, "floating")
    chat.page.set_viewport_size({"width": 320, "height": 568})
    rows = {chat.page.get_by_role("button", name=name).evaluate("one => { const box = one.getBoundingClientRect(); return Math.round(box.top + box.height / 2); }")
            for name in ("Options", "Leave now", "Close the chat")}
    assert max(rows) - min(rows) < 5, "the head of the chat takes one row of a small screen"
    chat.press("Close the chat")
    expect(opener).to_be_focused()
    assert opener.get_attribute("aria-expanded") == "false" and violations(chat.page) == []


def test_enter_sends_and_shift_enter_makes_a_line(chat: Chat) -> None:
    words = chat.page.get_by_label("Write what is on your mind")
    words.focus()
    chat.page.keyboard.type("one")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("two")
    chat.page.keyboard.press("Enter")
    chat.said("You wrote: one").wait_for()
    assert chat.server.heard[0]["text"] == "one\ntwo"
    expect(words).to_be_focused()
    expect(words).to_have_value("")


def test_nothing_moves_for_whom_motion_is_unwelcome(chat: Chat) -> None:
    chat.page.emulate_media(reduced_motion="reduce")
    sheet("Breathe with me")(chat)
    assert chat.page.locator(".ring").evaluate("one => getComputedStyle(one).transitionDuration") == "0s"
    expect(chat.page.locator(".phase")).to_have_text("Breathe in")
