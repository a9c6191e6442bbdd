"""A guess at each message's language, and indexes for the console's filters."""
from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
BATCH = 5_000  # messages that are guessed at a time


def upgrade() -> None:
    """Add the column and the indexes, and guess for what is stored already."""
    op.add_column("events", sa.Column("language", sa.String(8)))
    guess_again(op.get_bind())
    op.create_index("events_by_language", "events", ["language", "at"])
    op.create_index("events_by_filters", "events", ["conversation", "kind", "name", "answer", "decision", "score", "language"])


def guess_again(connection: sa.engine.Connection) -> None:
    """Guess for the messages that are there."""
    events = sa.table("events", *(sa.column(name) for name in ("id", "kind", "data", "language")))
    write = events.update().where(events.c.id == sa.bindparam("which")).values(language=sa.bindparam("guess"))
    asked = sa.select(events.c.id, events.c.data).where(events.c.kind == "user").order_by(events.c.id).limit(BATCH)
    last = -1
    while rows := connection.execute(asked.where(events.c.id > last)).all():
        last = rows[-1].id
        guesses = [{"which": row.id, "guess": guess} for row in rows if (guess := guess_of(row.data))]
        if guesses:
            connection.execute(write, guesses)


def guess_of(data: str) -> str | None:
    """As `bot.storage.conversations.language_of` guessed when this migration was written."""
    try:
        parsed: Any = json.loads(data)["parse_data"]
        understood = parsed.get("understanding") or {}
        foreign = "talk/other_language" in (understood.get("chosen") or []) or any(one.get("by") == "language" for one in parsed.get("risk") or [])
        return "other" if foreign else "en" if understood.get("answers") else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
