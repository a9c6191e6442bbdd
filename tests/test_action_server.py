"""The action server is away, hangs or fails: the referral of the country comes in under two seconds, and danger is still heard."""
from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from moments import NOON
from rasa.utils.endpoints import EndpointConfig

from bot import settings
from bot.rasa_parts import replies
from bot.rasa_parts.endpoint import PATIENCE, ActionEndpoint
from channels import base

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def answering(status: str, body: str) -> Handle:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    return answer


SERVERS: dict[str, Handle | None] = {
    "killed": None,
    "hung": hang,
    "drops the call": drop,
    "fails": answering("500 Internal Server Error", "{}"),
    "says nothing": answering("200 OK", '{"events": [], "responses": []}'),
    "knows no such action": answering("404 Not Found", '{"error": "no", "action_name": "x"}'),
}


@pytest.fixture(params=SERVERS, ids=list(SERVERS))
async def broken(request: pytest.FixtureRequest, agent: Any) -> AsyncIterator[Any]:
    """The assistant with an action server that is broken in one way."""
    handle, kept = SERVERS[request.param], agent.processor.action_endpoint
    server = await asyncio.start_server(handle, "127.0.0.1", 0) if handle else None
    port = server.sockets[0].getsockname()[1] if server else 9
    agent.processor.action_endpoint = ActionEndpoint.of(EndpointConfig(f"http://127.0.0.1:{port}/webhook"))
    yield agent
    agent.processor.action_endpoint = kept
    if server:
        server.close()


async def say(agent: Any, text: str, sender: str) -> tuple[str, float]:
    began = time.monotonic()
    with settings.at(NOON):
        found = await base.answer(agent, base.Incoming(sender, text, channel="ask"))
    return "\n".join(str(reply["text"]) for reply in found), time.monotonic() - began


@pytest.mark.parametrize("text", ["give me a number", "can i speak to a real person", "where do i get help near me"])
async def test_the_referral_of_the_country_comes_instead_of_silence(text: str, broken: Any, request: pytest.FixtureRequest) -> None:
    sender = request.node.nodeid
    await base.set_slots(broken, sender, {"country": "GB"})
    said, took = await say(broken, text, sender)
    assert "Samaritans" in said and "I could not do that" in said and took < 2.0
    assert "the team's list" not in said


async def test_danger_is_answered_at_once_and_after_it_the_referral_still_comes(broken: Any, request: pytest.FixtureRequest) -> None:
    sender = request.node.nodeid
    await base.set_slots(broken, sender, {"country": "IE"})
    said, took = await say(broken, "I want to kill myself tonight", sender)
    assert "112" in said or "999" in said
    assert took < PATIENCE
    said, took = await say(broken, "what happens if i ring", sender)
    assert took < 2.0 and "Samaritans" in said


async def test_where_rendering_fails_too_the_words_compiled_into_the_domain_are_those_of_the_country(
    broken: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(type(broken.processor.nlg), "say", fail)
    for country, name in (("US", "988"), ("GB-SCT", "999"), (None, "findahelpline")):
        sender = f"{request.node.nodeid}-{country}"
        await base.set_slots(broken, sender, {"country": country})
        said, _ = await say(broken, "give me a number", sender)
        assert name in said


def test_every_country_has_a_static_referral_without_lines_of_another_hour(said: Any, register: Any) -> None:
    for code in register.countries:
        text = replies.static_referral(said, register, code)
        assert "•" in text and "{" not in text and "Closed now" not in text and "Open now until" not in text
