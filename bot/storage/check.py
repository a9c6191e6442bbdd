"""What can be wrong inside the database, and what of it can be set right."""
from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.storage import database, journal, retention
from bot.storage.tables import conversations, events


def problems(made: Engine, now: float) -> Iterator[str]:
    """One line for each: what is wrong and what to do. Reads everything, so it may take a while."""
    with database.reading(made) as connection:
        if connection.dialect.name == "sqlite":
            for (found,) in connection.execute(sa.text("PRAGMA quick_check(5)")):
                if found != "ok":
                    yield "The database file is damaged: restore a backup. `sqlite3 FILE .recover` saves what can be saved."
        yield from miscounted(connection)
        yield from damaged(connection)
        later = connection.execute(sa.select(sa.func.count()).select_from(events).where(events.c.at > now + retention.AHEAD)).scalar()
        if later:
            yield f"{later} events are dated in the future: a clock was wrong; the next purge takes them to be of its own day"
    if not retention.index_is_true(made):
        yield "The full-text index does not match the words: run `python -m bot.storage check --mend`"
    waiting = len(journal.waiting())
    if waiting:
        yield f"{waiting} messages wait in the journal: they are saved when their conversation goes on, or by `python -m bot.storage check --mend`"


def counted() -> sa.sql.Select:
    """Each conversation with its count and the place of its last event."""
    last = sa.func.max(events.c.seq).label("last")
    joined = conversations.outerjoin(events, events.c.conversation == conversations.c.id)
    return sa.select(conversations.c.id, conversations.c.events, last).select_from(joined).group_by(conversations.c.id, conversations.c.events)


def miscounted(connection: Connection) -> Iterator[str]:
    """Conversations that would lose or refuse their next event, and events of no conversation."""
    for id, number, last in connection.execute(counted()):
        if last is not None and last >= number:
            yield f"Conversation {id} counts {number} events and has one at place {last}: run `python -m bot.storage check --mend`"
    stray = sa.select(sa.func.count(sa.distinct(events.c.conversation))).where(events.c.conversation.not_in(sa.select(conversations.c.id)))
    found = connection.execute(stray).scalar()
    if found:
        yield f"Events of {found} conversations have no conversation: remove them with `python -m bot.storage delete ID`"


def damaged(connection: Connection) -> Iterator[str]:
    """Rows whose JSON cannot be read."""
    for id, text in connection.execute(sa.select(conversations.c.id, conversations.c.snapshot)):
        if not readable(text):
            yield f"The snapshot of conversation {id} is damaged: run `python -m bot.storage check --mend`; it is made again from the events"
    for id, seq, text in connection.execution_options(stream_results=True).execute(sa.select(events.c.conversation, events.c.seq, events.c.data)):
        if not readable(text):
            yield f"Event {seq} of conversation {id} is damaged and is left out: restore it from a backup, or delete the conversation"


def readable(text: str) -> bool:
    """Whether it is a JSON object."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, TypeError):
        return False


def mend(connection: Connection) -> None:
    """Set counts right, drop damaged snapshots (they are made again), and make the full-text index anew."""
    for id, number, last in connection.execute(counted()).all():
        if last is not None and last >= number:
            connection.execute(conversations.update().where(conversations.c.id == id).values(events=last + 1))
    for id, text in connection.execute(sa.select(conversations.c.id, conversations.c.snapshot)).all():
        if not readable(text):
            connection.execute(conversations.update().where(conversations.c.id == id).values(snapshot="{}"))
    retention.rebuild_index(connection)
