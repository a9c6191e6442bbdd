"""What every channel does with a message, whatever it came over: `await converse(agent, incoming, send)`.

A repeated message is handled once, over restarts too. A typed "/" is text. A button counts only if it was offered. Danger
and country are read from what was typed, in memory; Rasa is given, and everything stored holds, the redacted text. While
staff speak the bot is silent, and danger is still heard and noted. If Rasa raises, says nothing, or takes too long while
somebody is in danger, the static crisis reply is sent instead, once.
"""
from __future__ import annotations

import asyncio
import collections
import copy
import dataclasses
import functools
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import kept, logs, payloads, redaction, render, risk
from bot.rasa_parts import voice
from bot.rasa_parts.danger import best_ears, hearing
from bot.rasa_parts.reading import lent, read
from bot.storage.database import DatabaseProblem
from channels import ledger, sending

log = logging.getLogger(__name__)
PATIENCE = 1.5  # seconds that a person in danger waits for Rasa
CALM_PATIENCE = 10.0  # seconds that anybody else does
HASTE = 0.5  # seconds of these that one question to the database may take
LONGEST = 10_000  # characters of one message that are read
EMPTY = "..."  # what is read where a message holds nothing
UNSENDABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
Reply = dict[str, Any]
Held = TypeVar("Held")
Findings = tuple[risk.Finding, ...] | None  # None: the words could not be checked

MOST_PEOPLE = 2_000  # of whom something is held in memory
_before: collections.OrderedDict[str, str] = collections.OrderedDict()  # what each wrote last, so that names are redacted across messages
_suggested: collections.OrderedDict[str, tuple[str, float]] = collections.OrderedDict()  # the country each was told of, and when
TOLD_FOR = 3_600.0  # seconds after which it is looked at again: another process may have deleted the conversation


@dataclasses.dataclass(frozen=True)
class Incoming:
    """One message: typed `text`, or the `payload` of a button with its title as `text`.

    `sender` is a pseudonym (`bot.privacy.pseudonym`), never an address. `message` is the channel's id of the message;
    without one it cannot be known again. `country` is what the page or the platform suggests.
    """

    sender: str
    text: str
    payload: str | None = None
    channel: str = "web"
    message: str = ""
    country: str = ""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a message. `replies` were sent, except those of a repeat, which had been sent before."""

    kind: str  # answered | repeat | busy (being answered elsewhere) | staff (they speak, so the bot does not)
    replies: list[Reply] = dataclasses.field(default_factory=list)


class Replies(OutputChannel):
    """Holds what Rasa says until it has been saved; the channel sends it on in order."""

    def __init__(self, name: str) -> None:
        """`name` is the channel's."""
        self._name = name
        self.messages: list[Reply] = []

    def name(self) -> str:  # type: ignore[override]
        """The channel's name, as Rasa stores it."""
        return self._name

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one whole message: text, buttons and sources stay together."""
        if message.get("text"):
            kept = {"text": message["text"], "buttons": message.get("buttons") or [], "sources": message.get("sources") or []}
            self.messages.append(kept)


async def converse(
    agent: Agent,
    incoming: Incoming,
    send: Callable[[list[Reply]], Awaitable[Any]],
    *,
    dress: Callable[[list[Reply]], list[Reply]] = list,
    patience: float = PATIENCE,
) -> Outcome:
    """Handle one message and send what answers it: the one way of every channel. Never raises, unless `send` does.

    Messages of one conversation are handled one after the other. `dress` may add to replies before they are remembered,
    such as a place in an order.
    """
    with logs.following(incoming.sender):
        began = time.monotonic()
        text = plain_text(incoming.text)
        findings = hear(text)
        limit = began + (patience if in_danger(findings) else CALM_PATIENCE)
        turn = sending.turn(incoming.sender)
        try:
            await asyncio.wait_for(turn.acquire(), limit - time.monotonic())
        except asyncio.TimeoutError:
            # The message before this one hangs. Whoever is in danger does not wait for it.
            return await _turn(None, incoming, text, findings, send, dress, 0.0)
        try:
            return await _turn(agent, incoming, text, findings, send, dress, limit)
        finally:
            turn.release()


async def _turn(
    agent: Agent | None, incoming: Incoming, text: str, findings: Findings, send: Callable[..., Any], dress: Callable[..., Any], limit: float
) -> Outcome:
    """One message while its conversation is ours. Without an agent the static words are said."""
    channel, sender, message, now = incoming.channel, incoming.sender, incoming.message, time.time()
    haste = HASTE if in_danger(findings) else ledger.PATIENCE
    known = await ledger.begin(channel, sender, message, patience=haste)
    if known.replies is not None or known.busy:
        return Outcome("repeat", known.replies) if known.replies is not None else Outcome("busy")
    redacted = redact(incoming, text)
    wrote = user_event(incoming, redacted, findings, now)
    if known.staff is not None:
        await ledger.record(channel, sender, [wrote])
        await ledger.remember(channel, sender, message, [])
        return Outcome("staff")
    if known.said is not None:
        replies, saved = known.said, True
    else:
        asked = without_database(agent) if agent is not None and known.away else agent
        replies, saved = await _ask_rasa(asked, incoming, text, redacted, findings, limit)
        saved = saved and not known.away
    if await ledger.staff_speaking(sender, patience=haste) is not None:
        await (ledger.mark_unsent(sender, now) if saved else ledger.record(channel, sender, [wrote]))
        await ledger.remember(channel, sender, message, [])
        return Outcome("staff")
    replies = dress(replies)
    if not saved and in_danger(findings):
        ledger.note(channel, sender, message, replies)
        await send(replies)
    if not saved:
        await ledger.record(channel, sender, [wrote, *(bot_event(reply) for reply in replies)])
    await ledger.remember(channel, sender, message, replies)
    if saved or not in_danger(findings):
        await send(replies)
    return Outcome("answered", replies)


async def answer(agent: Agent, incoming: Incoming, *, patience: float = PATIENCE) -> list[Reply]:
    """The replies to one message without the database and without sending, each {text, buttons, sources}; never empty, never an exception.

    For `make ask` and for measuring; channels call `converse`.
    """
    text = plain_text(incoming.text)
    findings = hear(text)
    limit = time.monotonic() + (patience if in_danger(findings) else CALM_PATIENCE)
    return (await _ask_rasa(agent, incoming, text, redact(incoming, text), findings, limit))[0]


async def _ask_rasa(
    agent: Agent | None, incoming: Incoming, text: str, redacted: str, findings: Findings, limit: float
) -> tuple[list[Reply], bool]:
    """What Rasa says, and whether it was stored; where it says nothing, the static words."""
    replies, saved = Replies(incoming.channel), False
    try:
        if agent is not None and agent.is_ready():
            await asyncio.wait_for(_hand_over(agent, incoming, text, redacted, findings, replies), max(0.05, limit - time.monotonic()))
            saved = True
    except asyncio.TimeoutError:
        log.error("Rasa did not answer in time; the static reply was sent.")
    except DatabaseProblem:
        # The store has put what it could not save into the journal; what it could not read leaves no replies.
        saved = True
        log.error("Rasa could not use the database.")
    except Exception as error:
        log.error("Rasa could not answer, or not store what it said (%s).", type(error).__name__)
    if replies.messages:
        return replies.messages, saved
    return [trouble(in_danger(findings))], False


async def _hand_over(agent: Agent, incoming: Incoming, text: str, redacted: str, findings: Findings, replies: Replies) -> None:
    """Give Rasa the redacted text, and in memory the reading of what was typed."""
    pressed = await offered(agent, incoming, findings)
    await suggest_country(agent, incoming.sender, incoming.country)
    message = UserMessage(
        pressed["text"] if pressed else redacted,
        replies,
        incoming.sender,
        parse_data=pressed,
        input_channel=incoming.channel,
        message_id=incoming.message or None,
        metadata={},
    )
    with lent(read(text) if findings is not None else None), hearing(findings):
        await agent.handle_message(message)


def without_database(agent: Agent) -> Agent:
    """The same assistant on this process's memory, for the time in which the database is away."""
    if agent.processor is None:
        return agent
    twin, twin.processor = copy.copy(agent), copy.copy(agent.processor)
    twin.tracker_store = twin.processor.tracker_store = _spare(agent.processor.domain)
    return twin


@functools.lru_cache(maxsize=1)
def _spare(domain: Domain) -> InMemoryTrackerStore:
    return InMemoryTrackerStore(domain)


def plain_text(text: str) -> str:
    """Text that Rasa will read as text: no leading slash, no more than LONGEST characters, nothing that cannot be stored, never empty."""
    joined = text[:LONGEST].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return UNSENDABLE.sub("", joined).strip().lstrip("/").strip() or EMPTY


def hear(text: str) -> Findings:
    """Every danger in a text, as it was typed; None where it could not be checked. Never raises."""
    try:
        return risk.check(read(text), best_ears())
    except Exception as error:
        log.error("The words could not be checked for danger (%s).", type(error).__name__)
        return None


def in_danger(findings: Findings) -> bool:
    """Whether someone is in danger, or may be, because the words could not be checked."""
    return findings is None or any(finding.level in ("urgent", "emergency") for finding in findings)


def hears_danger(text: str) -> bool:
    """Whether the words alone say that someone is in danger. Never raises."""
    return in_danger(hear(text))


def redact(incoming: Incoming, text: str) -> str:
    """The text as it may be stored, redacted together with what the same person wrote just before."""
    found = redaction.redact(text, before=_before.pop(incoming.sender, "")).text
    hold(_before, incoming.sender, text)
    return found


def hold(memory: collections.OrderedDict[str, Held], conversation: str, what: Held) -> None:
    """Keep something of a conversation in memory; the oldest gives way."""
    memory[conversation] = what
    memory.move_to_end(conversation)
    while len(memory) > MOST_PEOPLE:
        memory.popitem(last=False)


def forget(conversation: str) -> None:
    """Drop what this process holds in memory of a conversation that was deleted."""
    _before.pop(conversation, None)
    _suggested.pop(conversation, None)
    ledger.forget(conversation)


def user_event(incoming: Incoming, redacted: str, findings: Findings, at: float) -> dict[str, Any]:
    """The event of a message that Rasa did not handle."""
    heard = [finding.record() for finding in findings or ()]
    parsed = {"text": redacted, "intent": {"name": None}, "entities": [], "risk": heard}
    event = UserUttered(redacted, {"name": None}, [], parsed, at, incoming.channel, incoming.message or None, {})
    return dict(event.as_dict())


def bot_event(reply: Mapping[str, Any], **metadata: Any) -> dict[str, Any]:
    """The event of words that Rasa did not say. `metadata` tells who did: `by="channel"` unless said otherwise."""
    about = {"by": "channel", "sources": reply.get("sources") or [], **metadata}
    return dict(BotUttered(reply["text"], {"buttons": reply.get("buttons") or []}, about, time.time()).as_dict())


async def offered(agent: Agent, incoming: Incoming, findings: Findings = ()) -> dict[str, Any] | None:
    """Parse data for a button that was offered in this conversation; None, so that its title is read, for any other.

    Where a danger is heard in words that are not the button's own, the words count.
    """
    if not incoming.payload:
        return None
    titles = offered_buttons(await agent.tracker_store.retrieve(incoming.sender))
    if incoming.payload not in titles:
        return None
    # Of older turns the store brings the payload alone.
    title = titles[incoming.payload] or offered_buttons(await agent.tracker_store.retrieve_full_tracker(incoming.sender)).get(incoming.payload)
    if in_danger(findings) and incoming.text not in (title, incoming.payload):
        return None
    found = payloads.parse(incoming.payload, kept.said(), kept.register())
    return found and {**found, "text": plain_text(title or incoming.text)}


def offered_buttons(tracker: DialogueStateTracker | None) -> dict[str, str]:
    """The title (empty where it is not known) of every payload of the conversation so far."""
    said = [event for event in tracker.events if isinstance(event, BotUttered)] if tracker else []
    return {button["payload"]: button.get("title") or "" for event in said for button in event.data.get("buttons") or []}


def trouble(in_danger: bool) -> Reply:
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


async def suggest_country(agent: Agent, sender: str, country: str) -> None:
    """Set the country that a page or a platform suggests, unless the conversation knows better already. Never raises."""
    known, until = _suggested.get(sender, ("", 0.0))
    if not country or known == country and time.monotonic() < until:
        return
    try:
        tracker = await agent.tracker_store.retrieve(sender) if agent.processor is not None else None
        if tracker is None or tracker.get_slot("country") is None:
            await set_slots(agent, sender, {"country": country})
        hold(_suggested, sender, (country, time.monotonic() + TOLD_FOR))
    except Exception as error:
        log.error("The country that was suggested could not be kept (%s).", type(error).__name__)


def last_understanding(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    """Parse data of the last message, for tests and for `make ask`."""
    return dict(tracker.latest_message.parse_data) if tracker.latest_message else {}
