"""Hand people back to the assistant: when staff say so, and when staff have been silent for too long."""
from __future__ import annotations

import logging
import time

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from bot import settings
from bot.storage import database, tables, takeovers
from console.care import assistant, replies

log = logging.getLogger(__name__)
ROUND = 30.0  # seconds between two looks for talks that were left


def back(conversation: str, *, country: str, staff: str, name: str, timed_out: bool = False) -> bool:
    """Let the assistant speak again, and say so; after a silence of staff it names helplines. False where its server is away."""
    try:
        assistant.resume(conversation, staff=staff, words=replies.handing(country, name=name, timed_out=timed_out))
    except assistant.Away:
        return False
    return True


def left(now: float) -> list[tuple[str, str, str, str]]:
    """Talks in which staff have been silent too long: conversation, country, account and shown name."""
    stale = sa.select(tables.takeovers, tables.conversations.c.country).outerjoin(
        tables.conversations, tables.conversations.c.id == tables.takeovers.c.conversation
    )
    with database.reading() as connection:
        rows = connection.execute(stale.where(tables.takeovers.c.last_at < now - takeovers.STALE)).mappings().all()
    return [(row["conversation"], row["country"] or "", row["staff"], row["shown_name"]) for row in rows]


def sweep(now: float) -> int:
    """Hand every talk that was left back to the assistant; how many there were."""
    return sum(back(conversation, country=country, staff=staff, name=name, timed_out=True) for conversation, country, staff, name in left(now))


def watch() -> None:
    """Look again and again, for ever; what goes wrong is logged and tried again."""
    while True:
        time.sleep(ROUND)
        try:
            sweep(settings.now().timestamp())
        except (SQLAlchemyError, database.DatabaseProblem, OSError) as error:
            log.error("Talks that were left could not be handed back (%s).", type(error).__name__)
