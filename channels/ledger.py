"""What channels ask of the database: was this message handled, do staff speak, write this down.

Every question has a limit of time, for no reply may wait for a database that is away; then the process's own memory
answers, and what was to be written goes to the journal.
"""
from __future__ import annotations

import asyncio
import collections
import dataclasses
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.storage import conversations, database, journal, seen, tables, takeovers

log = logging.getLogger(__name__)
Reply = dict[str, Any]
Result = TypeVar("Result")
PATIENCE = 3.0  # seconds for one question
REST = 5.0  # seconds in which a database that was away is not asked again
REMEMBERED = 5_000  # messages
LONGEST_TURN = 20.0  # seconds: a message that was taken longer ago than this, and not answered, was lost with its process

_done: collections.OrderedDict[tuple[str, str, str], list[Reply]] = collections.OrderedDict()
_away_until = 0.0


@dataclasses.dataclass(frozen=True)
class Known:
    """What is known when a message comes: `replies` where it was handled, `busy` while it is, `staff` who speaks.

    `said`: a process that died had stored these as the answer, and perhaps not sent them.
    """

    replies: list[Reply] | None = None
    said: list[Reply] | None = None
    busy: bool = False
    staff: takeovers.Takeover | None = None
    away: bool = False  # nothing of this could be known


class Away(Exception):
    """The database did not answer in time, or with an error."""


async def ask(question: Callable[[], Result], *, patience: float = PATIENCE, always: bool = False) -> Result:
    """Run `question` in a thread. Raises Away, also at once where the database was away a moment ago, unless `always`."""
    global _away_until
    if time.monotonic() < _away_until and not always:
        raise Away("the database was away a moment ago")
    try:
        return await asyncio.wait_for(asyncio.to_thread(question), patience)
    except Exception as error:
        if patience >= PATIENCE or not isinstance(error, asyncio.TimeoutError):
            _away_until = time.monotonic() + REST
        log.error("The database did not answer (%s).", type(error).__name__)
        raise Away(type(error).__name__) from None


async def begin(channel: str, conversation: str, message: str, *, patience: float = PATIENCE) -> Known:
    """Claim a message (an empty id is no claim) and see whether staff speak. Never raises."""
    known = _done.get((channel, conversation, message))
    if message and known is not None:
        return Known(replies=known)

    def look() -> Known:
        now = time.time()
        with database.writing() as connection:
            found = seen.claim(connection, channel, conversation, message, now, lost=LONGEST_TURN) if message else None
            said = conversations.said_to(connection, conversation, message) if found == "again" else None
            staff = takeovers.current(connection, conversation, now)
        return Known(replies=found if isinstance(found, list) else None, said=said, busy=found == "busy", staff=staff)

    try:
        return await ask(look, patience=patience)
    except Away:
        return Known(away=True)


def note(channel: str, conversation: str, message: str, replies: Sequence[Reply]) -> None:
    """Note in memory alone what a message was answered with."""
    if message:
        _done[(channel, conversation, message)] = list(replies)
    while len(_done) > REMEMBERED:
        _done.popitem(last=False)


async def remember(channel: str, conversation: str, message: str, replies: Sequence[Reply]) -> None:
    """Note what a message was answered with. Never raises."""
    if not message:
        return
    note(channel, conversation, message, replies)

    def write() -> None:
        with database.writing() as connection:
            seen.remember(connection, channel, conversation, message, list(replies), time.time())

    try:
        await ask(write)
    except Away:
        pass


async def remember_own(channel: str, conversation: str, message: str, lines: Sequence[Reply]) -> None:
    """Remember words that answer nothing, such as from staff, for whoever comes back. Never raises."""

    def write() -> None:
        with database.writing() as connection:
            seen.claim(connection, channel, conversation, message, time.time())
            seen.remember(connection, channel, conversation, message, list(lines), time.time())

    try:
        await ask(write)
    except Away:
        pass


async def staff_speaking(conversation: str, *, patience: float = PATIENCE) -> takeovers.Takeover | None:
    """Who of the staff speaks; None where nobody does, or where that cannot be known. Never raises."""

    def look() -> takeovers.Takeover | None:
        with database.reading() as connection:
            return takeovers.current(connection, conversation, time.time())

    try:
        return await ask(look, patience=patience)
    except Away:
        return None


async def mark_unsent(conversation: str, since: float) -> None:
    """Note that the bot's words since a moment were not sent. Never raises."""

    def write() -> None:
        with database.writing() as connection:
            takeovers.mark_unsent(connection, conversation, since)

    try:
        await ask(write)
    except Away:
        pass


async def record(channel: str, conversation: str, events: Sequence[Mapping[str, Any]]) -> bool:
    """Write events that Rasa did not write; what cannot be written goes to the journal. Whether it is safe. Never raises."""

    def write() -> None:
        with database.writing() as connection:
            conversations.append(connection, conversation, channel, events, once=True)

    try:
        await ask(write)
    except Away:
        try:
            await asyncio.to_thread(journal.keep, conversation, channel, events)
        except Exception as error:
            log.error("What was said could not be kept (%s): neither the database nor the journal can be written.", type(error).__name__)
            return False
    return True


async def feedback(conversation: str, text: str, good: bool) -> bool:
    """Keep a thumb up or down on what the bot said; False where it did not say that. Raises Away."""
    events = tables.events.c
    said = sa.select(events.seq).where(events.conversation == conversation, events.kind == "bot", events.text == text).order_by(events.seq.desc())

    def write() -> bool:
        with database.writing() as connection:
            seq = connection.execute(said.limit(1)).scalar()
            if seq is None:
                return False
            key = {"conversation": conversation, "seq": seq}
            connection.execute(tables.feedback.delete().filter_by(**key))
            connection.execute(tables.feedback.insert().values(**key, good=good, at=time.time()))
        return True

    return await ask(write)


def forget(conversation: str) -> None:
    """Drop from memory what is remembered of a conversation."""
    for key in [key for key in _done if key[1] == conversation]:
        del _done[key]
