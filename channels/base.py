"""What every channel does with a message, whatever it came over.

A typed "/" is text. A button counts only if it was offered. If Rasa raises, says nothing, or takes too long while
somebody is in danger, the static crisis reply is sent instead, once.
"""
from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot import kept, payloads, render, risk
from bot.rasa_parts import voice
from bot.rasa_parts.danger import deaf_ears
from bot.rasa_parts.reading import read

log = logging.getLogger(__name__)
PATIENCE = 1.5  # seconds that a person in danger waits for Rasa
LONGEST = 10_000  # characters of one message that are read
EMPTY = "..."  # what is read where a message holds nothing


@dataclasses.dataclass(frozen=True)
class Incoming:
    """One message: typed `text`, or the `payload` of a button with its title as `text`."""

    sender: str
    text: str
    payload: str | None = None
    channel: str = "web"
    metadata: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Replies(OutputChannel):
    """Holds what Rasa says until it has been saved; the channel sends it on in order."""

    def __init__(self, name: str) -> None:
        """`name` is the channel's."""
        self._name = name
        self.messages: list[dict[str, Any]] = []

    def name(self) -> str:  # type: ignore[override]
        """The channel's name, as Rasa stores it."""
        return self._name

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one whole message: text, buttons and sources stay together."""
        if message.get("text"):
            kept = {"text": message["text"], "buttons": message.get("buttons") or [], "sources": message.get("sources") or []}
            self.messages.append(kept)


async def answer(agent: Agent, incoming: Incoming, *, patience: float = PATIENCE) -> list[dict[str, Any]]:
    """The replies to one message, each {text, buttons, sources}; never empty, never an exception."""
    replies = Replies(incoming.channel)
    text = plain_text(incoming.text)
    in_danger = hears_danger(text)
    try:
        if not agent.is_ready():
            return [trouble(in_danger)]
        message = UserMessage(text, replies, incoming.sender, input_channel=incoming.channel, metadata=dict(incoming.metadata))
        if incoming.payload is not None:
            message.parse_data = await offered(agent, incoming)
        await asyncio.wait_for(agent.handle_message(message), timeout=patience if in_danger else None)
    except asyncio.TimeoutError:
        log.error("Rasa did not answer a person in danger within %s seconds; the static reply was sent.", patience)
    except Exception as error:
        log.error("Rasa could not answer (%s); the static reply was sent.", type(error).__name__)
    return replies.messages or [trouble(in_danger)]


def plain_text(text: str) -> str:
    """Text that Rasa will read as text: no leading slash, no more than LONGEST characters, never empty."""
    return text[:LONGEST].strip().lstrip("/").strip() or EMPTY


def hears_danger(text: str) -> bool:
    """Whether the words alone say that someone is in danger; needs no model, and never raises."""
    try:
        return any(finding.level in ("urgent", "emergency") for finding in risk.check(read(text), deaf_ears()))
    except Exception as error:
        log.error("The words could not be checked for danger (%s).", type(error).__name__)
        return True


async def offered(agent: Agent, incoming: Incoming) -> dict[str, Any] | None:
    """Parse data for a button that was offered in this conversation; None (so that its title is read) for any other."""
    tracker = await agent.tracker_store.retrieve(incoming.sender)
    if incoming.payload not in offered_payloads(tracker):
        return None
    found = payloads.parse(incoming.payload or "", kept.said(), kept.register())
    return found and {**found, "text": plain_text(incoming.text)}


def offered_payloads(tracker: DialogueStateTracker | None) -> set[str]:
    """Every button of the conversation so far."""
    said = [event for event in tracker.events if isinstance(event, BotUttered)] if tracker else []
    return {button["payload"] for event in said for button in event.data.get("buttons") or []}


def trouble(in_danger: bool) -> dict[str, Any]:
    """The reply when Rasa gives none. It holds the way to help in any case."""
    if in_danger:
        return render.as_dict(voice.static_crisis())
    return {"text": kept.said().words["static_trouble"], "buttons": [], "sources": []}


async def set_slots(agent: Agent, sender: str, slots: Mapping[str, Any]) -> None:
    """Set what is known before the first message, such as the country that a page was given."""
    if agent.processor is None:
        return
    tracker = await agent.processor.fetch_tracker_and_update_session(sender)
    tracker.update_with_events([SlotSet(name, value) for name, value in slots.items()], agent.processor.domain)
    await agent.processor.save_tracker(tracker)


async def set_slots_once(agent: Agent, sender: str, slots: Mapping[str, Any]) -> None:
    """Set what a page suggests, unless the conversation knows better already."""
    tracker = await agent.tracker_store.retrieve(sender) if agent.processor is not None else None
    unknown = {name: value for name, value in slots.items() if tracker is None or tracker.get_slot(name) is None}
    if unknown:
        await set_slots(agent, sender, unknown)


def last_understanding(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    """Parse data of the last message, for tests and for `make ask`."""
    return dict(tracker.latest_message.parse_data) if tracker.latest_message else {}


def texts_of(replies: Sequence[Mapping[str, Any]]) -> str:
    """The words of several replies, one after the other."""
    return "\n".join(str(reply["text"]) for reply in replies)
