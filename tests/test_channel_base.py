"""Nobody is left without an answer: Rasa raising, not ready, slow, or silent."""
from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot import kept
from channels import base

DANGER = "I am going to kill myself tonight"
CALM = "how long does withdrawal last?"


def ascii_name(text: str) -> str:
    """A short name for a message in the list of tests."""
    return ascii(text[:12])


class Broken:
    """Stands in for an assistant that fails in one way."""

    def __init__(self, how: str) -> None:
        self.how, self.tracker_store, self.processor = how, self, None

    def is_ready(self) -> bool:
        return self.how != "not ready"

    async def retrieve(self, sender: str) -> None:
        if self.how == "store":
            raise ConnectionError("the store is away")

    async def handle_message(self, message: Any) -> None:
        if self.how == "raises":
            raise RuntimeError("a broken component")
        if self.how == "slow":
            await asyncio.sleep(30)


@pytest.mark.parametrize("how", ["raises", "not ready", "slow", "silent"])
async def test_someone_in_danger_gets_the_crisis_reply_whatever_breaks(how: str) -> None:
    broken: Any = Broken(how)
    replies = await base.answer(broken, base.Incoming("x", DANGER), patience=0.1)
    assert len(replies) == 1
    text = replies[0]["text"]
    assert "emergency number" in text and "•" in text and "{" not in text


@pytest.mark.parametrize("how", ["raises", "not ready", "silent"])
async def test_everybody_else_is_told_that_something_is_wrong(how: str) -> None:
    broken: Any = Broken(how)
    replies = await base.answer(broken, base.Incoming("x", CALM))
    assert [reply["text"] for reply in replies] == [kept.said().words["static_trouble"]]


async def test_a_button_is_answered_though_the_store_is_away() -> None:
    broken: Any = Broken("store")
    assert (await base.answer(broken, base.Incoming("x", "Next", "/guide/breathing/1")))[0]["text"]


@pytest.mark.parametrize("text", ["", "   ", "/", "😀😀", "x" * 10_000, "\x00\x07", "我需要帮助", '/x{"y": 1}', "\ud800", "?"], ids=ascii_name)
async def test_no_message_goes_unanswered(text: str, agent: Any, clock: None) -> None:
    replies = await base.answer(agent, base.Incoming(f"odd-{text[:9]!r}", text))
    assert replies and all(reply["text"].strip() for reply in replies)


@pytest.mark.parametrize(("text", "expected"), [(DANGER, True), (CALM, False), ("", False), ("thanks", False)])
def test_danger_is_heard_without_a_model(text: str, expected: bool) -> None:
    assert base.hears_danger(text) is expected


def test_when_the_words_cannot_be_checked_danger_is_assumed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise MemoryError

    monkeypatch.setattr(base, "read", fail)
    assert base.hears_danger("hello") is True
