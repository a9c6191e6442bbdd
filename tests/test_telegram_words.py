"""The words of an answer are the same on Telegram as on the website, and each command does what it says."""
from __future__ import annotations

import pathlib
from typing import Any

import pytest

from bot import content, kept, render, settings
from bot.storage import database
from channels import base
from channels.telegram import commands, mind, parts

ANSWERS = sorted(content.shared().answers)


@pytest.fixture(autouse=True)
def own_database(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{tmp_path / 'kept.sqlite3'}")
    monkeypatch.setenv("MOORING_KEYS", "A" * 43 + "=")
    database.upgrade()


def squeezed(text: str) -> str:
    """The words without the spaces between them, as a part may end at one."""
    return "".join(text.split())


@pytest.mark.parametrize("country", [None, "GB", "US"])
def test_every_answer_has_the_same_words_on_the_web_and_on_telegram(country: str | None, clock: None) -> None:
    sources = mind.Assistant(None).sources  # type: ignore[arg-type]
    for id in ANSWERS:
        scene = render.Scene(kept.said(), kept.register(), settings.now(), country)
        on_web = render.as_dict(render.answer([id], scene))
        on_telegram = parts.parts_of(on_web["text"], on_web["buttons"], sources(on_web["sources"]))
        plain = [part.text if part.sources_at is None else part.text.encode("utf-16-le")[: part.sources_at * 2].decode("utf-16-le") for part in on_telegram]
        assert squeezed("".join(plain)) == squeezed(on_web["text"]), id
        assert [title for part in on_telegram for title, _ in part.buttons] == [parts.title_of(button) for button in on_web["buttons"]]


def test_every_button_of_every_answer_fits_telegram() -> None:
    for id in ANSWERS:
        for payload in (f"/answer/{id}", f"/more/{id}"):
            assert parts.data_of(payload) == payload, "it would need a key, which is only for what grows later"


@pytest.mark.parametrize("name", commands.ASKING)
async def test_a_command_starts_what_its_button_starts(name: str, agent: Any) -> None:
    assistant = mind.Assistant(agent)
    title = assistant.title(commands.ASKING[name])
    sender = f"command-{name}"
    assert await base.answer(agent, base.Incoming(sender, title, None, "telegram"))
    tracker = await agent.tracker_store.retrieve(sender)
    understood = base.last_understanding(tracker)
    assert understood["intent"]["name"] == commands.ASKING[name].rsplit("/", 1)[-1]


async def test_a_country_is_chosen_by_the_button_that_the_command_brings(agent: Any) -> None:
    title = mind.Assistant(agent).title(commands.ASKING["country"])
    (asked,) = await base.answer(agent, base.Incoming("chooses", title, None, "telegram"))
    chosen = next(button for button in asked["buttons"] if button["payload"] == "/country/IN")
    await base.answer(agent, base.Incoming("chooses", chosen["title"], parts.data_of(chosen["payload"]), "telegram"))
    tracker = await agent.tracker_store.retrieve("chooses")
    assert tracker.get_slot("country") == "IN"


async def test_the_lines_that_are_always_open_are_there_without_a_country(agent: Any) -> None:
    assert "•" in await mind.Assistant(agent).always_open("nobody")
