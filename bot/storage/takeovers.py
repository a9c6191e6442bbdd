"""Who of the staff speaks in the bot's place, and what the bot had ready when they began."""
from __future__ import annotations

import dataclasses
import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.storage import database
from bot.storage.tables import events, takeovers

CURRENT = sa.select(takeovers).where(takeovers.c.conversation == sa.bindparam("wanted"))
STALE = 30 * 60.0  # seconds without a word from staff after which the bot speaks again


@dataclasses.dataclass(frozen=True)
class Takeover:
    """`staff` is the account, `name` what the person reads."""

    conversation: str
    staff: str
    name: str
    began_at: float
    last_at: float


def current(connection: Connection, conversation: str, now: float) -> Takeover | None:
    """Who speaks now; None is the bot. Somebody who has been silent too long has left."""
    row = database.run(connection, CURRENT, wanted=conversation).first()
    return None if row is None or row.last_at < now - STALE else Takeover(row.conversation, row.staff, row.shown_name, row.began_at, row.last_at)


def begin(connection: Connection, conversation: str, staff: str, name: str, now: float) -> bool:
    """Let `staff` speak, in a transaction that may write; False where a colleague does already."""
    speaking = current(connection, conversation, now)
    if speaking is not None and speaking.staff != staff:
        return False
    began = speaking.began_at if speaking is not None else now
    connection.execute(takeovers.delete().where(takeovers.c.conversation == conversation))
    connection.execute(takeovers.insert().values(conversation=conversation, staff=staff, shown_name=name, began_at=began, last_at=now))
    return True


def touch(connection: Connection, conversation: str, staff: str, now: float) -> bool:
    """Note that `staff` said something; False where they do not speak here (any more)."""
    speaking = current(connection, conversation, now)
    if speaking is None or speaking.staff != staff:
        return False
    connection.execute(takeovers.update().where(takeovers.c.conversation == conversation).values(last_at=now))
    return True


def end(connection: Connection, conversation: str) -> bool:
    """Let the bot speak again; False where it did."""
    return bool(connection.execute(takeovers.delete().where(takeovers.c.conversation == conversation)).rowcount)


def mark_unsent(connection: Connection, conversation: str, since: float) -> int:
    """Note on the bot's words since a moment that they never reached the person, because staff had begun; how many."""
    mine = sa.and_(events.c.conversation == conversation, events.c.kind == "bot", events.c.at >= since)
    marked = 0
    for id, data in connection.execute(sa.select(events.c.id, events.c.data).where(mine)).fetchall():
        event = json.loads(data)
        metadata = dict(event.get("metadata") or {})
        if metadata.get("by") == "staff":
            continue
        event["metadata"] = {**metadata, "unsent": True}
        connection.execute(events.update().where(events.c.id == id).values(data=json.dumps(event)))
        marked += 1
    return marked
