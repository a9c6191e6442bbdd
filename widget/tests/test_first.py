"""The first screen, before the rest has come: who speaks, whom to call, the way out, and a place to write whose words are not lost."""
from __future__ import annotations

import pytest
from fake import Fake
from person import Chat
from playwright.sync_api import Page, Route, expect


class Held:
    """The later scripts, kept back until they are let go."""

    def __init__(self, page: Page) -> None:
        self.routes: list[Route] = []
        page.route("**/mooring-chat.js*", lambda route: self.routes.append(route))

    def let_go(self) -> None:
        for route in self.routes:
            route.continue_()


def opened(tab: Page, server: Fake, body: str) -> tuple[Chat, Held]:
    held = Held(tab)
    tab.goto(server.page("/first", body))
    return Chat(tab, server), held


def test_what_is_written_before_the_rest_has_come_is_sent_once_and_the_field_keeps_its_words_and_the_keyboard(tab: Page, server: Fake) -> None:
    chat, held = opened(tab, server, '<mooring-chat position=page country="GB"></mooring-chat>')
    expect(tab.get_by_text("I am an automated helper")).to_be_visible()
    expect(tab.get_by_role("link", name="In danger? Call 999")).to_have_attribute("href", "tel:999")
    chat.write("first words")
    expect(chat.said("first words")).to_contain_text("Not sent yet")
    field = tab.get_by_label("Write what is on your mind")
    field.press_sequentially("half a sent")
    held.let_go()
    tab.get_by_role("button", name="Options").wait_for()
    field.press_sequentially("ence")
    expect(field).to_have_value("half a sentence")
    expect(field).to_be_focused()
    chat.said("You wrote: first words").wait_for()
    expect(tab.locator(".turn.me")).to_have_count(1)
    assert [one["text"] for one in server.heard] == ["first words"]


def test_the_way_out_is_there_before_the_rest_has_come(tab: Page, server: Fake) -> None:
    chat, _ = opened(tab, server, f'<mooring-chat position=page exit="{server.url}/weather"></mooring-chat>')
    chat.write("words")
    chat.press("Leave now")
    tab.wait_for_url("**/weather")


def test_where_the_rest_never_comes_there_is_a_number_and_a_directory_and_it_is_tried_again(tab: Page, server: Fake) -> None:
    tries: list[Route] = []

    def fail_twice(route: Route) -> None:
        tries.append(route)
        route.abort() if len(tries) < 3 else route.continue_()

    tab.route("**/mooring-chat.js*", fail_twice)
    tab.goto(server.page("/stuck", '<mooring-chat position=page country="GB"></mooring-chat>'))
    chat = Chat(tab, server)
    chat.write("is anyone there")
    expect(tab.get_by_role("status")).to_contain_text("call 999 now")
    expect(tab.get_by_role("status").get_by_role("link")).to_have_attribute("href", "https://findahelpline.com/")
    chat.said("You wrote: is anyone there").wait_for(timeout=40_000)


def test_the_chat_at_the_edge_opens_and_closes_before_the_rest_has_come(tab: Page, server: Fake) -> None:
    chat, held = opened(tab, server, "<mooring-chat></mooring-chat>")
    chat.press("Open the chat: Mooring")
    chat.write("hello")
    chat.press("Close the chat")
    held.let_go()
    chat.press("Open the chat: Mooring")
    chat.said("You wrote: hello").wait_for()


@pytest.mark.parametrize("more", [" position=page", ""], ids=["page", "edge"])
def test_what_is_written_in_the_pages_own_field_before_the_script_has_come_is_taken_over(more: str, tab: Page, server: Fake) -> None:
    held: list[Route] = []
    tab.route("**/widget.js", lambda route: held.append(route))
    tab.goto(server.page("/early", f'<mooring-chat{more}><textarea aria-label="Early"></textarea></mooring-chat>'), wait_until="commit")
    tab.get_by_label("Early").press_sequentially("half a sent")
    held[0].continue_()
    field = tab.get_by_label("Write what is on your mind")
    expect(field).to_be_focused()
    field.press_sequentially("ence")
    expect(field).to_have_value("half a sentence")
    expect(tab.get_by_label("Early")).to_have_count(0)
    Chat(tab, server).press("Send")
    Chat(tab, server).said("You wrote: half a sentence").wait_for()


def test_an_empty_field_of_the_page_opens_nothing(tab: Page, server: Fake) -> None:
    opened(tab, server, '<mooring-chat><textarea aria-label="Early"></textarea></mooring-chat>')
    expect(tab.get_by_role("button", name="Open the chat: Mooring")).to_be_visible()
    expect(tab.get_by_label("Write what is on your mind")).to_be_hidden()


def test_the_first_screen_stands_before_the_rest_is_asked_for(tab: Page, server: Fake) -> None:
    tab.add_init_script(
        "const old = Element.prototype.attachShadow; Element.prototype.attachShadow = function (given) {"
        " window.built = performance.now(); return old.call(this, given); };"
    )
    tab.goto(server.page("/order"))
    tab.wait_for_function("() => performance.getEntriesByType('resource').some(one => one.name.includes('mooring-chat.js'))")
    asked = "performance.getEntriesByType('resource').find(one => one.name.includes('mooring-chat.js')).startTime"
    assert tab.evaluate(f"() => {asked} > window.built")
