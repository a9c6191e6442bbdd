"""Updates that Telegram was told we have, until they are answered: sealed, each taken once, over restarts too.

Everything here runs within a transaction of the caller, which decides when Telegram hears of it.
"""
from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import privacy
from bot.storage import addresses, database, seen
from bot.storage.tables import inbox, sent
from channels.telegram.parts import Part
from channels.telegram.updates import Note, unpack

CHANNEL = "telegram"
NOBODY = "-"  # stands for the conversation where nothing about a chat is to be kept
Result = TypeVar("Result")
NEAR, MOST = 30, 40  # numbers beyond the last that is known, and in all, among which a message is looked for
LATELY = 5_000  # messages that are known
TAKE_BACK = 48 * 3600.0  # seconds in which Telegram lets a bot delete its messages
THIS = sa.and_(inbox.c.channel == CHANNEL, inbox.c.message == sa.bindparam("update"))
SEALED_ANEW, REMOVED = inbox.update().where(THIS).values(sealed=sa.bindparam("sealed")), inbox.delete().where(THIS)


@dataclasses.dataclass(frozen=True)
class Waiting:
    """An update that is not answered yet: `parts` once some of its reply has gone out, namely `done` of them.

    `doubtful`: a process ended while it may have been sending the next part, so Telegram may have it.
    """

    conversation: str
    note: Note
    parts: tuple[Part, ...] | None = None
    done: int = 0
    first: bool = False  # nothing was known of this person before
    doubtful: bool = False

    def seal(self) -> bytes:
        """For the database."""
        parts = None if self.parts is None else [dataclasses.asdict(part) for part in self.parts]
        return privacy.seal(json.dumps({"note": self.note.pack(), "parts": parts, "done": self.done, "first": self.first}))


def take(connection: Connection, note: Note, now: float) -> Waiting | None:
    """Keep an update and where its sender is reached; None where it was taken before. Raises KeyTrouble."""
    if not _new(connection, str(note.update), now):
        return None
    if note.kind == "group":
        return Waiting(NOBODY, note)
    if note.album and not _new(connection, f"album:{note.album}", now) and note.kind == "media":
        return None
    conversation = addresses.conversation(connection, CHANNEL, str(note.chat))
    first = addresses.put(connection, conversation, CHANNEL, str(note.chat), now=now)
    waiting = Waiting(conversation, note, first=first)
    database.add(connection, inbox, channel=CHANNEL, message=str(note.update), conversation=conversation, at=now, sealed=waiting.seal())
    return waiting


def _new(connection: Connection, message: str, now: float) -> bool:
    # Telegram numbers the updates of a bot, so they are told apart without saying whose they are, and after a deletion too.
    return seen.first(connection, CHANNEL, NOBODY, message, now)


def keep(connection: Connection, waiting: Waiting) -> None:
    """Write down how far the answer has got."""
    database.run(connection, SEALED_ANEW, update=str(waiting.note.update), sealed=waiting.seal())


def remove(connection: Connection, waiting: Waiting) -> None:
    """It is answered, or will never be."""
    database.run(connection, REMOVED, update=str(waiting.note.update))


def unanswered(connection: Connection) -> list[Waiting]:
    """What was taken and not answered before this process began, the oldest first. Raises KeyTrouble."""
    rows = connection.execute(sa.select(inbox.c.conversation, inbox.c.sealed).where(inbox.c.channel == CHANNEL).order_by(inbox.c.at, inbox.c.message))
    found, whose = list[Waiting](), set[str]()
    for conversation, sealed in rows.fetchall():
        waiting = unseal(conversation, bytes(sealed))
        # The process that was answering it is gone; what it had remembered as answered stays so.
        seen.release(connection, CHANNEL, conversation, str(waiting.note.update))
        # Within a chat one is sent after the other, so only the oldest can have been on its way.
        found.append(dataclasses.replace(waiting, doubtful=conversation not in whose))
        whose.add(conversation)
    return found


def unseal(conversation: str, sealed: bytes) -> Waiting:
    """What was sealed. Raises KeyTrouble."""
    found = json.loads(privacy.unseal(sealed))
    parts = found["parts"]
    made = None if parts is None else tuple(Part(one["text"], tuple((t, d) for t, d in one["buttons"]), one["sources_at"]) for one in parts)
    return Waiting(conversation, unpack(found["note"]), made, found["done"], found["first"])


def note_sent(connection: Connection, conversation: str, messages: Sequence[int], now: float) -> None:
    """Remember the numbers of messages, so that /exit can take them back; the purge drops old ones."""
    for message in dict.fromkeys(map(str, messages)):
        database.add(connection, sent, channel=CHANNEL, conversation=conversation, message=message, at=now)


def unknown_numbers(connection: Connection, waiting: Waiting, now: float) -> list[int]:
    """Numbers that an answer to this may have in the chat without our having noted it. Raises KeyTrouble.

    Telegram numbers all private messages of a bot in one row, so the answer's lies after the last that is known of the chat, not far
    after the last that is known of all chats, and is none of these.
    """
    lately = sa.select(sent.c.conversation, sent.c.message).where(sent.c.channel == CHANNEL, sent.c.at >= now - TAKE_BACK)
    rows = [(row.conversation, int(row.message)) for row in connection.execute(lately.order_by(sent.c.at.desc()).limit(LATELY))]
    # An edit or a press is of a message that may be old, with much of ours after it.
    here = [waiting.note.message] if waiting.note.kind in ("text", "caption", "media") else []
    here += [number for conversation, number in rows if conversation == waiting.conversation]
    if not here:
        return []
    unanswered = connection.execute(sa.select(inbox.c.conversation, inbox.c.sealed).where(inbox.c.channel == CHANNEL).limit(LATELY))
    known = {*here, *(number for _, number in rows), *(unseal(conversation, bytes(sealed)).note.message for conversation, sealed in unanswered)}
    return [number for number in range(max(here) + 1, max(known) + NEAR + 1) if number not in known][:MOST]


def to_take_back(connection: Connection, conversation: str, now: float) -> list[int]:
    """The numbers of messages that Telegram still lets us delete."""
    where = sa.and_(sent.c.channel == CHANNEL, sent.c.conversation == conversation)
    found = [int(row) for row in connection.execute(sa.select(sent.c.message).where(where, sent.c.at >= now - TAKE_BACK)).scalars()]
    return sorted(found)


def taken_back(connection: Connection, conversation: str, messages: Sequence[int]) -> None:
    """These messages are gone from the chat."""
    numbers = [str(one) for one in messages]
    connection.execute(sent.delete().where(sent.c.channel == CHANNEL, sent.c.conversation == conversation, sent.c.message.in_(numbers)))


async def written(question: Callable[[Connection], Result]) -> Result:
    """Run `question` in a transaction that may write, away from the event loop. Raises what it raises."""

    def run() -> Result:
        with database.writing() as connection:
            return question(connection)

    return await asyncio.to_thread(run)
