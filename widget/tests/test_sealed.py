"""What is not part of the conversation: a yes or no to keeping, a number to call, a plan. And what the person is told of each."""
from __future__ import annotations

import json

import pytest
from browser import shot, violations
from person import Chat
from playwright.sync_api import expect

CALL = {"text": "They can call you.", "buttons": [{"title": "Leave a way to reach me", "payload": "/flow/leave_contact"}]}
PLAN = {"text": "I am glad you told me.", "buttons": [{"title": "Make a safety plan", "payload": "/guide/safety_plan/0"}]}


def everything(chat: Chat) -> str:
    return json.dumps([chat.server.heard, chat.server.lines, chat.page.evaluate("() => JSON.stringify([{...sessionStorage}, {...localStorage}])")])


def test_keeping_is_asked_once_at_a_quiet_moment_agreed_to_and_taken_back(chat: Chat) -> None:
    for number in range(3):
        expect(chat.page.get_by_text("kept for longer than a day")).to_have_count(0)
        chat.ask(f"message {number}")
    offer = chat.page.get_by_text("May what you write be kept for longer than a day?")
    expect(offer).to_be_visible()
    chat.press("See what that means")
    chat.press("Yes, and I am 16 or older")
    dialog = chat.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Thank you. Noted on")
    expect(dialog.get_by_role("heading", name="For longer than a day?")).to_be_focused()
    assert violations(chat.page) == []
    shot(chat.page, "keeping")
    chat.press("Take that back")
    expect(dialog).to_contain_text("Taken back on")
    assert [(one["keep"], one["of_age"]) for one in chat.server.consents] == [(True, True), (False, False)]
    chat.press("Back")
    for number in range(3):
        chat.ask(f"more {number}")
    expect(offer).to_have_count(1)


def test_keeping_is_not_offered_where_the_server_says_that_it_may_not_be(chat: Chat) -> None:
    chat.server.keeping = {"consent": "session", "may_agree": False, "quiet": False, "days": 30, "age": 16}
    for number in range(3):
        chat.ask(f"message {number}")
    chat.press("What is kept, and who reads it")
    expect(chat.page.get_by_role("dialog")).to_contain_text("24 hours after you last wrote")
    chat.page.wait_for_timeout(400)
    expect(chat.page.get_by_text("For longer than a day?")).to_have_count(0)
    expect(chat.page.get_by_text("May what you write be kept")).to_have_count(0)


def test_a_number_to_call_goes_to_its_own_place_and_is_no_part_of_the_conversation(chat: Chat) -> None:
    chat.server.answers["call me back"] = [CALL]
    chat.ask("call me back", "They can call you.")
    chat.press("Leave a way to reach me")
    dialog = chat.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Ask for a call").click()
    expect(dialog.get_by_role("status")).to_contain_text("Nothing was sent")
    dialog.get_by_label("How can we reach you?").fill("zebra number")
    dialog.get_by_label("When is a good time").fill("after six, say quagga")
    dialog.get_by_label("You may use this to call me").check()
    assert violations(chat.page) == []
    shot(chat.page, "contact")
    dialog.get_by_role("button", name="Ask for a call").click()
    expect(dialog.get_by_role("status")).to_contain_text("locked away")
    [given] = chat.server.contacts
    assert (given["contact"], given["when"], given["agree"]) == ("zebra number", "after six, say quagga", True)
    assert "zebra" not in everything(chat) and "quagga" not in everything(chat)
    assert [one["text"] for one in chat.server.heard] == ["call me back"]
    expect(dialog.get_by_label("How can we reach you?")).to_have_value("")


def test_a_number_that_nobody_waits_for_is_said_not_to_be_kept(chat: Chat) -> None:
    chat.server.answers["call me back"] = [CALL]
    chat.ask("call me back", "They can call you.")
    chat.press("Leave a way to reach me")
    dialog = chat.page.get_by_role("dialog")
    dialog.get_by_label("How can we reach you?").fill("zebra")
    dialog.get_by_label("You may use this to call me").check()
    chat.server.refuse_next = {"ok": False, "error": "closed", "replies": []}
    dialog.get_by_role("button", name="Ask for a call").click()
    expect(dialog.get_by_role("status")).to_contain_text("Nothing was kept")


def test_a_plan_is_written_on_this_device_and_never_sent(chat: Chat) -> None:
    chat.server.answers["dark"] = [PLAN]
    chat.ask("dark", "I am glad you told me.")
    chat.press("Make a safety plan")
    dialog = chat.page.get_by_role("dialog", name="My safety plan")
    dialog.get_by_label("What helps me when I am alone?").fill("zebra walk")
    chat.press("Back")
    chat.ask("something else")
    assert "zebra" not in everything(chat)
    assert [one["text"] for one in chat.server.heard] == ["dark", "something else"], "the plan was not asked for in the chat"


@pytest.mark.parametrize("payload", ["/guide/safety_plan/1", "/guide/safety_plan/4", "/flow/safety_plan"])
def test_whoever_asks_for_a_plan_is_led_to_the_form_on_this_device_and_not_on_through_the_chat(payload: str, chat: Chat) -> None:
    chat.server.answers["can we make a plan"] = [{"text": "Let us plan for bad moments.", "buttons": [{"title": "Next", "payload": payload}]}]
    chat.ask("can we make a plan", "Let us plan for bad moments.")
    [choice] = chat.said("Let us plan for bad moments.").get_by_role("button").all()
    expect(choice).to_have_text("Next" if payload.startswith("/flow") else "Write it on this device only")
    choice.click()
    chat.page.get_by_role("dialog", name="My safety plan").get_by_label("One thing worth staying for").fill("zebra dog")
    chat.press("Back")
    chat.page.wait_for_timeout(200)
    assert [one["text"] for one in chat.server.heard] == ["can we make a plan"]
    assert "zebra" not in everything(chat)
