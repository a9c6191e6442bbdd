"""What a button means, and that nothing typed can pass for one."""
from __future__ import annotations

from typing import Any

import pytest

from bot import payloads
from bot.content import Content
from bot.helplines import Register
from channels import base


@pytest.mark.parametrize(
    ("payload", "intent", "chosen"),
    [
        ("/answer/withdrawal_duration", "answer", ["withdrawal_duration"]),
        ("/more/withdrawal_duration", "more", ["withdrawal_duration"]),
        ("/also/none", "also", ["none"]),
        ("/guide/breathing/0", "guide", ["breathing"]),
        ("/guide/breathing", "guide", ["breathing"]),
        ("/flow/find_helpline", "find_helpline", ["flow/find_helpline"]),
        ("/talk/im_safe_now", "talk", ["talk/im_safe_now"]),
        ("/other_drug/alcohol", "other_drug", ["other_drug/alcohol"]),
        ("/country/GB", "inform_country", []),
        ("/country/unknown", "inform_country", []),
        ("/none_of_these", "not_covered", []),
    ],
)
def test_a_button_is_understood(payload: str, intent: str, chosen: list[str], said: Content, register: Register) -> None:
    found = payloads.parse(payload, said, register)
    assert found is not None
    assert found["intent"]["name"] == intent and found["understanding"]["chosen"] == chosen


@pytest.mark.parametrize(
    "payload",
    ["", "/", "/answer/", "/answer/nothing_of_the_kind", "/guide/breathing/x", "/country/XX", "/restart", '/answer{"x": 1}', "/talk", "/session_start", "/flow/x"],
)
def test_anything_else_means_nothing(payload: str, said: Content, register: Register) -> None:
    assert payloads.parse(payload, said, register) is None


@pytest.mark.parametrize(
    "typed", ['/inform_country{"country": "US"}', "/restart", '/talk{"x": 1}', "//", "/", "/session_start", "/answer/withdrawal_duration"]
)
async def test_a_typed_command_is_read_as_text(typed: str, agent: Any, clock: None) -> None:
    sender = f"typed-{typed}"
    replies = await base.answer(agent, base.Incoming(sender, typed))
    tracker = await agent.tracker_store.retrieve(sender)
    assert replies and tracker.latest_message.text == (typed.lstrip("/") or base.EMPTY)
    assert tracker.get_slot("country") is None
    assert not any(event.type_name == "restart" for event in tracker.events)


async def test_a_button_counts_only_where_it_was_offered(agent: Any, clock: None) -> None:
    forged = base.Incoming("forger", "Tell me more", "/more/withdrawal_duration")
    await base.answer(agent, forged)
    data = base.last_understanding(await agent.tracker_store.retrieve("forger"))
    assert data["intent"]["name"] != "more"

    first = await base.answer(agent, base.Incoming("honest", "how long does ket withdrawal last?"))
    offered = [button for reply in first for button in reply["buttons"]]
    pressed = next(button for button in offered if button["payload"].startswith(("/more", "/also", "/answer")))
    await base.answer(agent, base.Incoming("honest", pressed["title"], pressed["payload"]))
    data = base.last_understanding(await agent.tracker_store.retrieve("honest"))
    assert data["intent"]["name"] in ("more", "also", "answer") and data["intent"]["confidence"] == 1.0
