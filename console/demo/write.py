"""Put the invented month into the database, and take it out again. It never touches what real people wrote."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from bot.storage import conversations, tables
from console.demo.month import PREFIX, Talk


class RealWords(Exception):
    """The database holds conversations of real people; the message says what to do."""


def refuse_beside_real_words(connection: sa.engine.Connection) -> None:
    """Raise RealWords where a conversation is not one of ours."""
    real = sa.select(sa.func.count()).select_from(tables.conversations).where(sa.not_(tables.conversations.c.id.startswith(PREFIX)))
    found = connection.execute(real).scalar_one()
    if found:
        raise RealWords(
            f"The database holds {found} conversations of real people; invented ones beside them would spoil every figure. "
            "Choose another with MOORING_DATABASE=sqlite:///var/demo.sqlite3."
        )


def remove(connection: sa.engine.Connection) -> None:
    """Take the invented month out."""
    for table, column in (
        (tables.contacts, tables.contacts.c.case),
        (tables.cases, tables.cases.c.id),
        (tables.feedback, tables.feedback.c.conversation),
        (tables.takeovers, tables.takeovers.c.conversation),
        (tables.events, tables.events.c.conversation),
        (tables.conversations, tables.conversations.c.id),
    ):
        connection.execute(table.delete().where(column.startswith(PREFIX)))


def write(connection: sa.engine.Connection, talks: Iterable[Talk]) -> int:
    """Put conversations in, with their cases and thumbs; how many there were."""
    written = 0
    for talk in talks:
        connection.execute(tables.conversations.insert(), head(talk))
        connection.execute(tables.events.insert(), [conversations.project(talk.id, seq, event) for seq, event in enumerate(talk.events)])
        for seq, good in talk.thumbs:
            at = talk.events[seq]["timestamp"] + 30
            connection.execute(tables.feedback.insert(), {"conversation": talk.id, "seq": seq, "good": good, "at": at})
        if talk.case:
            connection.execute(tables.cases.insert(), dict(talk.case))
        written += 1
    return written


def head(talk: Talk) -> dict[str, Any]:
    """The row of the conversation."""
    asked = sum(1 for event in talk.events if event["event"] == "user")
    return {
        "id": talk.id, "channel": talk.channel, "started_at": talk.events[0]["timestamp"], "last_at": talk.events[-1]["timestamp"],
        "events": len(talk.events), "messages": asked, "snapshot": "{}", "consent": talk.consent, "country": talk.country or None,
        "danger": talk.danger, "level": talk.level, "level_at": talk.level_at, "legal_hold": False,
    }  # fmt: skip
