"""A conversation on the page: what is said before the first word, and how answers are shown."""
from __future__ import annotations

import re

import pytest
from browser import violations
from person import Chat
from playwright.sync_api import expect

LONG = "\n\n".join(f"Part {number}. " + "Some words that fill a line or two. " * 6 for number in range(1, 12))
ANSWER = {
    "text": "The first week is often the hardest.\n\nPeople who can help:\n"
    "• Samaritans: Someone to talk to · Call 116 123 · Free\n• Shout: Crisis line · Text SHOUT to 85258\n\n"
    "Written from sources on 1 May 2026, not yet reviewed by a clinician.",
    "buttons": [{"title": "Tell me more", "payload": "/more/duration"}],
    "sources": [{"title": "A review", "publisher": "A journal", "year": 2022, "url": "https://example.org/review"}],
}


def test_it_says_what_it_is_and_who_can_read_before_the_first_message(chat: Chat) -> None:
    expect(chat.log).to_contain_text("automated helper, not a person")
    expect(chat.log).to_contain_text("People who work for this service may read")
    assert chat.server.connections == 0, "nothing is sent before somebody writes"


def test_it_asks_for_no_name_and_sets_no_cookie(chat: Chat) -> None:
    chat.ask("hello")
    assert chat.page.locator("input[type=text], input[type=email]").count() == 0
    assert chat.page.context.cookies() == []
    assert chat.page.evaluate("() => localStorage.length + sessionStorage.length") == 0


def test_the_helplines_are_always_in_sight(chat: Chat) -> None:
    strip = chat.page.get_by_role("region", name="Help by phone or text")
    expect(strip).to_contain_text("your local emergency number")
    chat.page.get_by_label("Your country").select_option("GB")
    call = strip.get_by_role("link", name="In danger? Call 999")
    assert call.get_attribute("href") == "tel:999"
    for number in range(8):
        chat.ask(f"message {number}")
    expect(call).to_be_in_viewport()


def test_a_country_given_by_the_page_goes_with_the_message(chat: Chat) -> None:
    chat.page.goto(chat.server.page("/ie", '<mooring-chat position=page country="IE"></mooring-chat>'))
    chat.ask("hello")
    assert chat.server.heard[-1]["country"] == "IE"
    expect(chat.page.get_by_role("link", name="In danger? Call 112")).to_be_visible()


def test_an_answer_has_links_buttons_and_sources(chat: Chat) -> None:
    chat.server.answers["how long"] = [ANSWER]
    chat.ask("how long", "The first week")
    turn = chat.said("The first week")
    assert turn.get_by_role("link", name="Call 116 123").get_attribute("href") == "tel:116123"
    assert turn.get_by_role("link", name="Text SHOUT to 85258").get_attribute("href") == "sms:85258?&body=SHOUT"
    source = turn.get_by_role("link", name="A review")
    expect(source).to_be_hidden()
    turn.get_by_text("Sources (1)").click()
    expect(source).to_be_visible()
    assert source.get_attribute("href") == "https://example.org/review" and "noopener" in str(source.get_attribute("rel"))


def test_a_button_sends_what_was_offered_once(chat: Chat) -> None:
    chat.server.answers["how long"] = [ANSWER]
    chat.server.answers["Tell me more"] = [{"text": "More of it."}]
    chat.ask("how long", "The first week")
    chat.press("Tell me more")
    chat.said("More of it.").wait_for()
    chat.page.get_by_role("button", name="Tell me more").click(force=True)
    chat.page.wait_for_timeout(300)
    assert [one.get("payload") for one in chat.server.heard] == [None, "/more/duration"]


def test_only_numbers_of_the_register_can_be_tapped(chat: Chat) -> None:
    chat.server.answers["numbers"] = [{"text": "Call 0900 666 1234. I took 999 mg in 112 days. Ring 112 or call 999. 2 people may come."}]
    chat.ask("numbers", "Ring 112")
    assert [link.get_attribute("href") for link in chat.said("Ring 112").get_by_role("link").all()] == ["tel:112", "tel:999"]


def test_a_long_answer_is_shown_from_its_beginning(chat: Chat) -> None:
    chat.server.answers["long"] = [{"text": LONG}]
    chat.ask("long", "Part 11")
    chat.page.wait_for_timeout(100)
    expect(chat.page.get_by_text("Part 1. ").first).to_be_in_viewport()
    assert chat.log.evaluate("log => log.scrollTop + log.clientHeight < log.scrollHeight - 100")


def test_who_reads_further_up_is_not_moved_by_a_new_message(chat: Chat) -> None:
    chat.server.answers["long"] = [{"text": LONG}]
    chat.ask("long", "Part 11")
    chat.log.evaluate("log => { log.scrollTop = 40; }")
    chat.server.push(text="I am here if you want.", name="Ana")
    expect(chat.page.get_by_role("button", name="New message below")).to_be_visible()
    assert chat.log.evaluate("log => log.scrollTop") == 40
    chat.press("New message below")
    expect(chat.said("I am here if you want.")).to_be_in_viewport()


def test_the_log_announces_additions_only(chat: Chat) -> None:
    assert chat.log.get_attribute("aria-live") == "polite" and chat.log.get_attribute("aria-relevant") == "additions"
    chat.ask("one")
    watch = "all => all.forEach(one => window.changes.push(one.removedNodes.length))"
    chat.log.evaluate(f"log => {{ window.changes = []; new MutationObserver({watch}).observe(log, {{childList: true}}); }}")
    chat.ask("two")
    assert chat.page.evaluate("() => window.changes.every(removed => removed === 0)")


def test_a_wait_shows_and_a_long_wait_says_that_help_is_here(chat: Chat) -> None:
    chat.server.delay = 7
    chat.write("slow one")
    status = chat.page.get_by_role("status").first
    expect(status).to_have_text("Writing an answer")
    bottoms = [one.bounding_box() for one in (chat.page.locator(".turn.me"), chat.log)]
    said, log = [one["y"] + one["height"] for one in bottoms if one]
    assert said <= log, "the line of words hides nothing of what was said"
    expect(status).to_contain_text("You do not have to wait", timeout=40_000)
    chat.said("You wrote: slow one").wait_for(timeout=40_000)
    expect(status).to_have_text("")


def test_days_are_parted(chat: Chat) -> None:
    chat.ask("hello")
    assert chat.page.locator(".day").all_text_contents() == ["Today"]
    chat.server.answers["old"] = [{"text": "Said long ago.", "at": 1_700_000_000}]
    chat.ask("old", "Said long ago.")
    assert re.match(r"Tuesday,? 14 November", chat.page.locator(".day").all_text_contents()[1])


def test_staff_are_announced_when_they_come_and_go(chat: Chat) -> None:
    chat.ask("hello")
    chat.server.staff("Ana")
    expect(chat.log).to_contain_text("Ana has joined. You are talking with a person now.")
    expect(chat.page.get_by_text("A person from this service is here")).to_be_visible()
    chat.server.push(text="Hello, I am Ana.", name="Ana")
    expect(chat.said("Hello, I am Ana.")).to_have_class(re.compile("staff"))
    chat.server.staff(None)
    expect(chat.log).to_contain_text("Ana has left. You are talking with the automated helper again.")
    expect(chat.page.get_by_text("Automated helper, not a person", exact=True)).to_be_visible()
    assert not violations(chat.page)


def test_start_again_clears_the_screen_and_opens_another_session(chat: Chat) -> None:
    chat.ask("first")
    chat.press("Options")
    chat.press("Start again")
    expect(chat.said("You wrote: first")).to_have_count(0)
    expect(chat.page.get_by_label("Write what is on your mind")).to_be_focused()
    chat.ask("second")
    assert chat.server.heard[0]["token"] != chat.server.heard[1]["token"]


@pytest.mark.parametrize("kept,said", [([], "Deleted. This is a new conversation."), ([{"danger": "x"}], "a note stays: which danger, and when")])
def test_delete_asks_first_and_says_what_was_done(kept: list[dict[str, str]], said: str, chat: Chat) -> None:
    chat.server.kept = kept
    chat.ask("secret")
    chat.press("Options")
    chat.press("Delete what I wrote")
    assert chat.server.deleted == []
    chat.press("Yes, delete it")
    expect(chat.page.get_by_role("status").first).to_contain_text(said)
    expect(chat.page.get_by_role("status").first).to_contain_text("Receipt: ab12.")
    assert chat.server.deleted == [chat.server.heard[0]["token"]]
    expect(chat.said("secret")).to_have_count(0)


def test_a_guide_offers_its_timer_and_the_plan_form(chat: Chat) -> None:
    chat.server.answers["breathe"] = [{"text": "Breathe with me (1/5)", "buttons": [{"title": "Next", "payload": "/guide/breathing/1"}]}]
    chat.ask("breathe", "Breathe with me (1/5)")
    chat.press("Open the breath timer")
    chat.press("Start")
    expect(chat.page.locator(".phase")).to_have_text("Breathe in")
    expect(chat.page.locator(".phase")).to_have_text("Breathe out", timeout=40_000)
    chat.press("Stop")
    expect(chat.page.locator(".phase")).to_have_text("")


def test_a_guide_is_led_through_step_by_step_without_the_server(chat: Chat) -> None:
    chat.page.get_by_label("Your country").select_option("GB")
    chat.server.kill()
    chat.press("Options")
    chat.press("Step by step")
    chat.press("Someone will not wake up")
    expect(chat.page.locator(".step")).to_contain_text("Call 999 now")
    chat.press("Next")
    expect(chat.page.get_by_text("Step 2 of 7")).to_be_visible()
    chat.server.start()


def test_a_plan_is_saved_as_a_file_and_never_sent(chat: Chat) -> None:
    chat.press("Options")
    chat.press("My safety plan")
    chat.page.get_by_label("One thing worth staying for").fill("my dog")
    with chat.page.expect_download() as saved:
        chat.press("Save as a file")
    assert saved.value.suggested_filename == "notes.txt"
    assert "One thing worth staying for\nmy dog" in saved.value.path().read_text()
    chat.press("Back")
    chat.press("Options")
    chat.press("My safety plan")
    expect(chat.page.get_by_label("One thing worth staying for")).to_have_value("my dog")
    assert chat.server.connections == 0


def test_the_conversation_can_be_copied_and_printed(chat: Chat) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.ask("keep this")
    chat.press("Options")
    chat.press("Copy")
    chat.page.get_by_text("Copied.", exact=True).wait_for()
    assert chat.page.evaluate("() => navigator.clipboard.readText()") == "You: keep this\n\nHelper: You wrote: keep this"
    chat.page.evaluate("() => { window.print = () => { window.onPaper = document.querySelector('.mooring-print').textContent; }; }")
    chat.press("Print")
    assert "You wrote: keep this" in chat.page.evaluate("() => window.onPaper")
    chat.page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(chat.page.locator(".mooring-print")).to_have_count(0)
