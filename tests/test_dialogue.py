"""Transcripts: tests/dialogue/transcript_*.yml, person and bot lines, on the trained assistant with its actions.

Where words can harm, `says` and `never` hold parts of them, with {emergency_number} filled in for the country; elsewhere
the answer's id is enough, so that writers can edit freely.
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import twins

from bot import helplines

LISTED = [
    pytest.param(transcript, id=f"{path.stem.removeprefix('transcript_')}-{number}")
    for path in sorted((twins.TESTS / "dialogue").glob("transcript_*.yml"))
    for number, transcript in enumerate(twins.read(path)["transcripts"], 1)
]


@pytest.mark.parametrize("transcript", LISTED)
async def test_the_conversation_goes_as_written(
    transcript: dict[str, Any], talk: Callable[..., Awaitable[dict[str, Any]]], register: helplines.Register, said: Any
) -> None:
    country = transcript.get("country")
    number = helplines.emergency_number(register, country) or said.words["local_emergency"]
    turns = transcript["turns"]
    found = (await talk(*[turn["person"] for turn in turns], country=country, voice=transcript.get("voice")))["turns"]
    paragraphs: list[str] = []
    for wanted, got in zip(turns, found):
        text = "\n".join(reply["text"] for reply in got["replies"])
        buttons = [button["payload"] for reply in got["replies"] for button in reply["buttons"]]
        seen = (wanted["person"], got["decision"], got["intent"], [one["id"] for one in got["answers"][:3]], got["risk"], text, buttons)
        if "decision" in wanted:
            assert got["decision"] == wanted["decision"], seen
        if "answer" in wanted:
            assert got["answers"][0]["id"] == wanted["answer"], seen
        for id in wanted.get("answers", ()):
            assert any(words[:30] in text for words in said.answers[id].say.values()), (id, seen)
        if "intent" in wanted:
            assert got["intent"] == wanted["intent"], seen
        for danger in wanted.get("risk", ()):
            assert danger in [one["danger"] for one in got["risk"]], seen
        if wanted.get("calm"):
            assert got["risk"] == [], seen
        for words in wanted.get("says", ()):
            assert words.replace("{emergency_number}", number) in text, (words, seen)
        for words in wanted.get("never", ()):
            assert words.replace("{emergency_number}", number) not in text, (words, seen)
        for payload in wanted.get("buttons", ()):
            assert payload in buttons, (payload, seen)
        assert text.strip() and "{" not in text, seen
        if transcript.get("never_twice"):
            first = text.split("\n\n")[0]
            assert first not in paragraphs, seen
            paragraphs.append(first)
