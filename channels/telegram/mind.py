"""What the desk asks of the assistant, put to the real one through `channels.base`."""
from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from rasa.core.agent import Agent

from bot import kept, render, settings
from bot.storage import conversations
from channels import base, sending
from channels.telegram import inbox
from channels.telegram.commands import Receipt, words
from channels.telegram.parts import KEY, payload_of

log = logging.getLogger(__name__)


class Assistant:
    """The trained assistant, as `channels.telegram.desk.Mind`."""

    def __init__(self, agent: Agent) -> None:
        """`agent` may still be loading: then people get the words for that."""
        self._agent = agent

    async def answer(self, conversation: str, text: str, payload: str | None, update: str) -> list[dict[str, Any]]:
        """See Mind."""
        # Sending is the desk's: it may take long while Telegram is away, and this conversation's turn must not be held so long.
        replies: list[dict[str, Any]] = []

        async def collect(found: list[dict[str, Any]]) -> None:
            replies.extend(found)

        incoming = base.Incoming(conversation, text, payload, inbox.CHANNEL, message=update)
        outcome = await base.converse(self._agent, incoming, collect)
        # A repeat is a message that was answered just before the process was killed, and not sent.
        return outcome.replies if outcome.kind == "repeat" else replies

    async def in_danger(self, text: str) -> bool:
        """See Mind."""
        return base.hears_danger(base.plain_text(text))

    async def payload_of(self, conversation: str, data: str) -> str:
        """See Mind."""
        if not data.startswith(KEY):
            return data
        try:
            return payload_of(data, base.offered_buttons(await self._agent.tracker_store.retrieve(conversation)))
        except Exception as error:
            log.error("A button could not be looked up (%s); its title is read.", type(error).__name__)
            return data

    async def always_open(self, conversation: str) -> str:
        """See Mind."""
        country = None
        try:
            tracker = await self._agent.tracker_store.retrieve(conversation)
            country = tracker.get_slot("country") if tracker else None
        except Exception as error:
            log.error("The country could not be looked up (%s).", type(error).__name__)
        return render.lines(["emergency", "crisis"], render.Scene(kept.said(), kept.register(), settings.now(), country))

    async def delete(self, conversation: str) -> Receipt:
        """See Mind."""
        async with sending.turn(conversation):
            receipt = await inbox.written(lambda connection: conversations.delete(connection, conversation, "person"))
            if not receipt.held:
                base.forget(conversation)
        return Receipt(receipt.id, bool(receipt.kept), receipt.held)

    async def export(self, conversation: str) -> dict[str, Any]:
        """See Mind."""
        found: dict[str, Any] = await inbox.written(lambda connection: conversations.export(connection, conversation))
        return found

    def disclosure(self) -> str:
        """See Mind."""
        return str(kept.said().words["disclosure"])

    def title(self, payload: str) -> str:
        """See Mind."""
        return render.title_of(payload, kept.said())

    def sources(self, ids: Sequence[str]) -> str:
        """See Mind."""
        known = kept.said().sources
        about = [(known[id].title, [str(part) for part in (known[id].publisher, known[id].year) if part]) for id in ids if id in known]
        listed = [f"{title} ({', '.join(more)})" if more else title for title, more in about]
        return "\n".join([words()["sources"], *listed]) if listed else ""
