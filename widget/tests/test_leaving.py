"""Leaving at once: the page is gone, the way back leads past it, and nothing stays."""
from __future__ import annotations

import pytest
from person import Chat, loaded
from playwright.sync_api import expect

EXIT = '<mooring-chat position=page exit="/weather"></mooring-chat>'


def begin(chat: Chat) -> None:
    """A conversation, after some other page."""
    chat.page.goto(f"{chat.server.url}/before")
    chat.page.goto(chat.server.page("/chat", EXIT))
    loaded(chat.page)
    chat.ask("a secret")


@pytest.mark.parametrize("way", ["button", "Shift", "Escape", "in a sheet"])
def test_leaving_replaces_the_page_and_asks_the_server_to_delete(way: str, chat: Chat) -> None:
    begin(chat)
    if way == "button":
        chat.press("Leave now")
    elif way == "in a sheet":
        chat.press("Options")
        chat.page.get_by_role("dialog").get_by_role("button", name="Leave now").click()
    else:
        for _ in range(3 if way == "Shift" else 2):
            chat.page.keyboard.press(way)
    chat.page.wait_for_url("**/weather")
    token = chat.server.heard[0]["token"]
    chat.page.wait_for_timeout(300)
    assert chat.server.deleted == [token]
    assert chat.page.evaluate("() => sessionStorage.length") == 0
    chat.page.go_back()
    chat.page.wait_for_url("**/before")
    assert chat.page.locator("mooring-chat").count() == 0


def test_the_page_is_blank_before_the_next_one_comes(chat: Chat) -> None:
    begin(chat)
    left = "sessionStorage.setItem('left', document.body.childElementCount + document.title.replace('\u200e', ''))"
    chat.page.evaluate(f"() => addEventListener('pagehide', () => {left})")
    chat.press("Leave now")
    chat.page.wait_for_url("**/weather")
    assert chat.page.evaluate("() => sessionStorage.getItem('left')") == "0"


@pytest.mark.parametrize("keys", [["Shift", "a", "Shift", "Shift"], ["Shift", "Shift"], ["Escape", "a", "Escape"]])
def test_other_keys_do_not_leave(keys: list[str], chat: Chat) -> None:
    begin(chat)
    for key in keys:
        chat.page.keyboard.press(key)
    chat.page.wait_for_timeout(400)
    expect(chat.said("You wrote: a secret")).to_be_visible()


def test_a_closed_chat_takes_no_keys_from_its_page(chat: Chat) -> None:
    chat.page.goto(chat.server.page("/floating", '<mooring-chat exit="/weather"></mooring-chat>'))
    loaded(chat.page)
    for _ in range(3):
        chat.page.keyboard.press("Escape")
    chat.page.wait_for_timeout(200)
    assert chat.page.url.endswith("/floating")


def test_it_says_what_leaving_cannot_hide(chat: Chat) -> None:
    chat.press("About leaving fast")
    dialog = chat.page.get_by_role("dialog")
    for words in ("history may still show", "phone bill", "watches this device or network"):
        expect(dialog).to_contain_text(words)


def test_a_reload_forgets_everything_as_given(chat: Chat) -> None:
    chat.ask("do not keep")
    chat.page.reload()
    loaded(chat.page)
    expect(chat.said("do not keep")).to_have_count(0)


def test_a_tab_that_was_told_to_remember_goes_on_and_forgets_when_told(chat: Chat) -> None:
    chat.ask("keep for now")
    chat.press("Options")
    chat.page.get_by_label("Remember on this tab").check()
    chat.press("Back")
    chat.page.reload()
    loaded(chat.page)
    chat.said("You wrote: keep for now").wait_for()
    chat.ask("more")
    assert chat.server.heard[0]["token"] == chat.server.heard[1]["token"]
    expect(chat.said("You wrote: keep for now")).to_have_count(1)
    chat.press("Options")
    chat.page.get_by_label("Remember on this tab").uncheck()
    assert chat.page.evaluate("() => sessionStorage.length") == 0
