"""Which messages were handled, over restarts and over processes: each is handled once, and whoever asks again gets the same replies."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.storage.tables import seen

LOST = 60  # seconds after which a message that is still being answered was lost with its process, and may be taken again
LONGEST_ID = 80


def claim(
    connection: Connection, channel: str, conversation: str, message: str, now: float, *, lost: float = LOST
) -> None | Literal["again", "busy"] | list[dict[str, Any]]:
    """Take a message for handling (None), or learn that another does so now ("busy"), or get the replies that it had.

    One that was taken more than `lost` seconds ago and not answered is taken over ("again"): whoever had it died, and may have got anywhere.
    Call it in a `database.writing` of its own, committed before the message is handled. `message` longer than 80 characters is cut.
    """
    key = {"channel": channel, "conversation": conversation, "message": message[:LONGEST_ID]}
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    if connection.execute(insert(seen).values(**key, at=now).on_conflict_do_nothing()).rowcount:
        return None
    known = connection.execute(sa.select(seen).filter_by(**key).with_for_update()).mappings().first()
    if known is None:
        return claim(connection, channel, conversation, message, now, lost=lost)
    if known["replies"] is not None:
        replies: list[dict[str, Any]] = json.loads(known["replies"])
        return replies
    if now - known["at"] < lost:
        return "busy"
    connection.execute(seen.update().filter_by(**key).values(at=now))
    return "again"


def first(connection: Connection, channel: str, conversation: str, message: str, now: float) -> bool:
    """Whether a message comes for the first time, where nobody is ever answered again: the claim alone counts, for good."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {"channel": channel, "conversation": conversation, "message": message[:LONGEST_ID], "at": now, "replies": "[]"}
    return bool(connection.execute(insert(seen).values(**values).on_conflict_do_nothing()).rowcount)


def remember(
    connection: Connection, channel: str, conversation: str, message: str, replies: Sequence[Mapping[str, Any]], now: float | None = None
) -> None:
    """Keep the replies to a message that was claimed. One whose conversation was deleted meanwhile is not kept again."""
    key = {"channel": channel, "conversation": conversation, "message": message[:LONGEST_ID]}
    values = {"replies": json.dumps(list(replies))} | ({} if now is None else {"at": now})
    connection.execute(seen.update().filter_by(**key).values(**values))


def release(connection: Connection, channel: str, conversation: str, message: str) -> None:
    """Let a claimed message that is unanswered be taken over at once: whoever had it is known to be dead."""
    key = {"channel": channel, "conversation": conversation, "message": message[:LONGEST_ID]}
    connection.execute(seen.update().filter_by(**key).where(seen.c.replies.is_(None)).values(at=0.0))
