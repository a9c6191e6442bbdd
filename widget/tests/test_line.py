"""Nothing is lost and nothing comes twice: dropped sockets, killed servers, slow networks, walls, refusals, two people at once."""
from __future__ import annotations

import pytest
from browser import shot
from person import Chat, loaded
from playwright.sync_api import Browser, expect

CRISIS = {"text": "If someone is in danger, call your local emergency number now.", "buttons": [], "sources": []}


def texts(chat: Chat) -> list[str]:
    """What stands in the conversation, after the opening."""
    return [one.strip() for one in chat.page.locator(".turn:not(.opening) .text").all_text_contents()]


def test_a_socket_that_drops_in_mid_answer_loses_and_doubles_nothing(chat: Chat) -> None:
    chat.ask("first")
    chat.server.answers["drop me"] = [{"text": "One."}, {"text": "Two."}]
    chat.server.drop_next = True
    chat.write("drop me")
    chat.said("Two.").wait_for()
    chat.ask("last")
    assert texts(chat) == ["first", "You wrote: first", "drop me", "One.", "Two.", "last", "You wrote: last"]


def test_a_server_that_is_killed_and_comes_back_goes_on_where_it_was(chat: Chat) -> None:
    chat.ask("before")
    chat.server.kill()
    chat.write("while away")
    chat.write("and again")
    away = chat.page.get_by_role("region", name="I cannot be reached right now")
    expect(away).to_be_visible()
    expect(chat.said("while away")).to_contain_text("Not sent yet")
    shot(chat.page, "away")
    chat.server.start()
    chat.said("You wrote: and again").wait_for(timeout=40_000)
    expect(away).to_be_hidden()
    assert texts(chat) == ["before", "You wrote: before", "while away", "and again", "You wrote: while away", "You wrote: and again"]
    ids = [one["id"] for one in chat.server.heard]
    assert len(ids) == len(set(ids)) == 3 and len({one["token"] for one in chat.server.heard}) == 1


def test_offline_the_card_holds_the_lines_of_the_country(chat: Chat) -> None:
    chat.page.get_by_label("Your country").select_option("GB")
    chat.server.kill()
    chat.write("anyone there")
    away = chat.page.get_by_role("region", name="I cannot be reached right now")
    expect(away).to_contain_text("call 999 now")
    expect(away.get_by_role("link", name="Call 116 123")).to_be_visible()
    away.get_by_role("button", name="Helplines").click()
    chat.page.get_by_role("dialog").get_by_label("Your country").select_option("IE")
    expect(chat.page.get_by_role("dialog").get_by_role("link", name="Emergency: 112")).to_be_visible()
    chat.server.start()


def test_words_typed_without_a_network_are_sent_once_when_it_returns(chat: Chat) -> None:
    chat.ask("before")
    chat.page.context.set_offline(True)
    chat.server.do(chat.server.drop_sockets)
    chat.write("typed offline")
    expect(chat.said("typed offline")).to_contain_text("Not sent yet", timeout=40_000)
    chat.page.wait_for_timeout(1500)
    assert [one["text"] for one in chat.server.heard] == ["before"]
    chat.page.context.set_offline(False)
    chat.said("You wrote: typed offline").wait_for(timeout=40_000)
    assert [one["text"] for one in chat.server.heard].count("typed offline") == 1


def test_where_sockets_are_blocked_plain_http_serves(chat: Chat) -> None:
    chat.server.sockets = False
    chat.ask("through the wall")
    chat.server.push(text="From a person.", name="Ana")
    chat.said("From a person.").wait_for(timeout=40_000)
    chat.ask("again")
    assert len({one["token"] for one in chat.server.heard}) == 1
    assert texts(chat) == ["through the wall", "You wrote: through the wall", "From a person.", "again", "You wrote: again"]


def test_two_people_at_once_see_only_their_own_words(chat: Chat, chromium: Browser) -> None:
    other_context = chromium.new_context()
    page = other_context.new_page()
    page.goto(f"{chat.server.url}/chat")
    loaded(page)
    other = Chat(page, chat.server)
    for number in range(3):
        chat.write(f"mine {number}")
        other.write(f"theirs {number}")
    chat.said("You wrote: mine 2").wait_for()
    other.said("You wrote: theirs 2").wait_for()
    assert not [one for one in texts(chat) if "theirs" in one] and not [one for one in texts(other) if "mine" in one]
    other_context.close()


@pytest.mark.parametrize("sockets", [True, False])
def test_whoever_is_refused_gets_the_crisis_words_once_and_is_sent_again_when_told(sockets: bool, chat: Chat) -> None:
    chat.server.sockets = sockets
    chat.ask("first")
    chat.server.refuse_next = {"ok": False, "error": "limit", "retry_after": 1, "replies": [CRISIS]}
    chat.write("too fast")
    chat.said("If someone is in danger").wait_for()
    expect(chat.page.get_by_role("status").first).to_contain_text("a lot at once")
    chat.said("You wrote: too fast").wait_for()
    expect(chat.said("If someone is in danger, call")).to_have_count(1)


def test_what_can_never_be_sent_is_not_sent_for_ever(chat: Chat) -> None:
    chat.ask("first")
    chat.server.refuse_next = {"ok": False, "error": "size", "replies": [CRISIS]}
    chat.write("so long")
    expect(chat.page.get_by_role("status").first).to_contain_text("two parts")
    chat.ask("shorter")
    assert [one["text"] for one in chat.server.heard] == ["first", "shorter"]


def test_a_slow_network_still_answers(chat: Chat) -> None:
    network = chat.page.context.new_cdp_session(chat.page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000})
    chat.page.goto(f"{chat.server.url}/chat")
    chat.ask("on a train")
    assert texts(chat) == ["on a train", "You wrote: on a train"]


def test_without_the_second_script_there_is_still_a_number_and_a_directory(chat: Chat) -> None:
    chat.page.route("**/mooring-more.js*", lambda route: route.abort())
    chat.page.goto(chat.server.page("/gb", '<mooring-chat position=page country="GB"></mooring-chat>'))
    chat.press("Helplines")
    dialog = chat.page.get_by_role("dialog")
    expect(dialog).to_contain_text("In danger? Call 999")
    expect(dialog.get_by_role("link")).to_have_attribute("href", "https://findahelpline.com/")


def test_without_any_script_the_page_s_own_words_stay(chat: Chat) -> None:
    chat.page.route("**/widget.js", lambda route: route.abort())
    chat.page.goto(chat.server.page("/bare", "<mooring-chat position=page><p>Helplines are here.</p></mooring-chat>"))
    expect(chat.page.get_by_text("Helplines are here.")).to_be_visible()
