"""Which messages were handled, over restarts and over processes: each is handled once, and whoever asks again gets the same replies."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.storage import database
from bot.storage.tables import seen

THIS = sa.and_(*(seen.c[name] == sa.bindparam(f"this_{name}") for name in ("channel", "conversation", "message")))
FOUND = sa.select(seen).where(THIS).with_for_update()
ANSWERED = seen.update().where(THIS).values(replies=sa.bindparam("replies"))
ANSWERED_AT = seen.update().where(THIS).values(replies=sa.bindparam("replies"), at=sa.bindparam("at"))
TAKEN_OVER = seen.update().where(THIS).values(at=sa.bindparam("at"))
LOST = 60  # seconds after which a message that is still being answered was lost with its process, and may be taken again
LONGEST_ID = 80


def claim(
    connection: Connection, channel: str, conversation: str, message: str, now: float, *, lost: float = LOST
) -> None | Literal["again", "busy"] | list[dict[str, Any]]:
    """Take a message for handling (None), or learn that another does so now ("busy"), or get the replies that it had.

    One that was taken more than `lost` seconds ago and not answered is taken over ("again"): whoever had it died, and may have got anywhere.
    Call it in a `database.writing` of its own, committed before the message is handled. `message` longer than 80 characters is cut.
    """
    if database.add(connection, seen, channel=channel, conversation=conversation, message=message[:LONGEST_ID], at=now):
        return None
    key = this(channel, conversation, message)
    known = database.run(connection, FOUND, **key).mappings().first()
    if known is None:
        return claim(connection, channel, conversation, message, now, lost=lost)
    if known["replies"] is not None:
        replies: list[dict[str, Any]] = json.loads(known["replies"])
        return replies
    if now - known["at"] < lost:
        return "busy"
    database.run(connection, TAKEN_OVER, **key, at=now)
    return "again"


def first(connection: Connection, channel: str, conversation: str, message: str, now: float) -> bool:
    """Whether a message comes for the first time, where nobody is ever answered again: the claim alone counts, for good."""
    return database.add(connection, seen, channel=channel, conversation=conversation, message=message[:LONGEST_ID], at=now, replies="[]")


def remember(
    connection: Connection, channel: str, conversation: str, message: str, replies: Sequence[Mapping[str, Any]], now: float | None = None
) -> None:
    """Keep the replies to a message that was claimed. One whose conversation was deleted meanwhile is not kept again."""
    key, said = this(channel, conversation, message), json.dumps(list(replies))
    if now is None:
        database.run(connection, ANSWERED, **key, replies=said)
    else:
        database.run(connection, ANSWERED_AT, **key, replies=said, at=now)


def release(connection: Connection, channel: str, conversation: str, message: str) -> None:
    """Let a claimed message that is unanswered be taken over at once: whoever had it is known to be dead."""
    connection.execute(seen.update().where(THIS, seen.c.replies.is_(None)).values(at=0.0), this(channel, conversation, message))


def this(channel: str, conversation: str, message: str) -> dict[str, str]:
    """The key of a message, as the statements here take it."""
    return {"this_channel": channel, "this_conversation": conversation, "this_message": message[:LONGEST_ID]}
