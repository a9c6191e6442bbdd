"""How long words live, and the purge that ends them and then looks whether it did.

Without a person's consent words live 24 hours. With it they live MOORING_KEEP_DAYS (30). The conversation of an open case lives until
the case is closed, but no longer than MOORING_KEEP_DAYS. A legal hold stops all of it for one conversation.
"""
from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.storage import conversations, database, journal
from bot.storage.tables import cases, contacts, events, metadata, removals
from bot.storage.tables import conversations as rows

DAY = 24 * 3600.0
LONGEST = 365  # days; keys outlive it (bot/privacy.py)
AHEAD = DAY  # a moment further in the future than this is a clock's mistake
BATCH = 200  # conversations of one transaction, so that nobody waits long
SHORT = {"seen": 2 * DAY, "sent": 2 * DAY, "inbox": 7 * DAY}  # what channels keep to handle a message once
JOURNAL = 7 * DAY
ONLY_WITH = ("addresses", "feedback", "takeovers")  # these mean nothing without their conversation


@dataclasses.dataclass(frozen=True)
class Purged:
    """What a purge removed, and `left`: what should be gone and is not, in words; empty when all is well."""

    conversations: int = 0
    events: int = 0
    cases: int = 0
    other: int = 0
    dates_mended: int = 0
    left: tuple[str, ...] = ()


def kept_for() -> float:
    """Seconds for which words live that may be kept. Raises ValueError naming the setting."""
    given = os.environ.get("MOORING_KEEP_DAYS", "30")
    try:
        days = float(given)
    except ValueError:
        days = 0
    if not 1 <= days <= LONGEST:
        raise ValueError(f"MOORING_KEEP_DAYS is {given!r}: give a number of days from 1 to {LONGEST}")
    return days * DAY


def purge(now: float, made: Engine | None = None) -> Purged:
    """Remove all that has lived long enough, and prove it. Safe beside running conversations, and when repeated.

    Raises ValueError for a setting that cannot be read; DatabaseProblem through `database.explain` is for the caller.
    """
    made = made or database.engine()
    mended, gone, lines = mend_dates(made, now), set[str](), 0
    while batch := overdue(made, now):
        with database.writing(made) as connection:
            # Whoever has spoken since stays.
            ids = [id for id in batch if (row := conversations.locked(connection, id)) is not None and row["last_at"] < now - DAY]
            lines += conversations.delete_all(connection, ids, "purge", now=now).events
        gone.update(ids)
    lines += drop_old_lines(made, now)
    closed, other = drop_leftovers(made, now)
    for path in old_files(now):
        path.unlink(missing_ok=True)
        other += 1
    database.scrub(made)
    return Purged(len(gone), lines, closed, other, mended, tuple(left(made, gone, now)))


def limit(now: float) -> sa.sql.ColumnElement[float]:
    """The moment before which a conversation's words are over, by its own row."""
    open_case = sa.exists().where(cases.c.conversation == rows.c.id, cases.c.state != "done")
    return sa.case((sa.or_(rows.c.consent == "keep", open_case), now - kept_for()), else_=now - DAY)


def overdue(made: Engine, now: float) -> list[str]:
    """Conversations in which nobody has spoken for longer than their words may live."""
    with database.reading(made) as connection:
        wanted = sa.select(rows.c.id).where(rows.c.legal_hold.is_(False), rows.c.last_at < limit(now)).limit(BATCH)
        return list(connection.execute(wanted).scalars())


def old_lines(now: float) -> sa.sql.Select:
    """Words that are over, in conversations that are not."""
    return sa.select(events.c.id).join(rows, rows.c.id == events.c.conversation).where(rows.c.legal_hold.is_(False), events.c.at < limit(now))


def drop_old_lines(made: Engine, now: float) -> int:
    """Remove the old words of conversations that go on; how many events."""
    dropped = 0
    while True:
        with database.writing(made) as connection:
            ids = list(connection.execute(old_lines(now).limit(BATCH * 50)).scalars())
            for start in range(0, len(ids), 500):
                connection.execute(events.delete().where(events.c.id.in_(ids[start : start + 500])))
            if ids:
                conversations.forget_words(connection)
        dropped += len(ids)
        if not ids:
            return dropped


def mend_dates(made: Engine, now: float) -> int:
    """Rows that claim to be of the future would never end: they are taken to be of now. How many."""
    with database.writing(made) as connection:
        lines = connection.execute(events.update().where(events.c.at > now + AHEAD).values(at=now)).rowcount
        talks = connection.execute(rows.update().where(rows.c.last_at > now + AHEAD).values(last_at=now)).rowcount
    return int(lines) + int(talks)


def drop_leftovers(made: Engine, now: float) -> tuple[int, int]:
    """Remove closed cases, how to reach people whose case is closed, and what channels noted; how many cases, how many others."""
    with database.writing(made) as connection:
        ended = sa.select(cases.c.id).where(cases.c.state == "done")
        other = int(connection.execute(contacts.delete().where(contacts.c.case.in_(ended))).rowcount)
        other += int(connection.execute(contacts.delete().where(contacts.c.case.not_in(sa.select(cases.c.id)))).rowcount)
        old = sa.func.coalesce(cases.c.closed_at, cases.c.opened_at) < now - kept_for()
        closed = int(connection.execute(cases.delete().where(cases.c.state == "done", old)).rowcount)
        for name, age in SHORT.items():
            table = metadata.tables[name]
            other += int(connection.execute(table.delete().where(table.c.at < now - age)).rowcount)
        for name in ONLY_WITH:
            table = metadata.tables[name]
            moment = table.c.get("created_at", table.c.get("at", table.c.get("last_at")))
            alone = sa.and_(table.c.conversation.not_in(sa.select(rows.c.id)), moment < now - DAY)
            other += int(connection.execute(table.delete().where(alone)).rowcount)
        connection.execute(removals.delete().where(removals.c.at < now - 730 * DAY))
    return closed, other


def old_files(now: float) -> list[pathlib.Path]:
    """Journal files that the database would not take for a week."""
    return [path for path in journal.waiting() if int(path.name.split(".")[1]) / 1e9 < now - JOURNAL]


def left(made: Engine, gone: set[str], now: float) -> Iterator[str]:
    """What should be gone and is not."""
    if overdue(made, now):
        yield "conversations are left that should be over: run the purge again, and look at what else writes to the database"
    with database.reading(made) as connection:
        if connection.execute(old_lines(now).limit(1)).first() is not None:
            yield "words are left that should be over: run the purge again"
        names = list(gone)
        for table in [*conversations.about_people(connection), events, cases]:
            for start in range(0, len(names), 500):
                wanted = sa.select(sa.literal(1)).select_from(table).where(table.c.conversation.in_(names[start : start + 500]))
                if connection.execute(wanted.limit(1)).first() is not None:
                    yield f"{table.name} still has rows of a conversation that was removed: delete it with `python -m bot.storage delete`"
                    break
    if not index_is_true(made):
        yield "the full-text index does not match the words: run `python -m bot.storage check --mend`"
    if not database.scrub(made):
        yield "SQLite's log could not be emptied because somebody reads all the time: run the purge again"
    yield from (f"{path.name} is still in the journal" for path in old_files(now))


def index_is_true(made: Engine) -> bool:
    """Whether SQLite's full-text index holds the words that there are, and no others; PostgreSQL's is part of the table."""
    if made.dialect.name != "sqlite":
        return True
    try:
        with database.writing(made) as connection:
            connection.execute(sa.text("INSERT INTO events_words(events_words, rank) VALUES ('integrity-check', 1)"))
    except sa.exc.DatabaseError:
        return False
    return True


def rebuild_index(connection: Connection) -> None:
    """Make SQLite's full-text index anew from the words that there are."""
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("INSERT INTO events_words(events_words) VALUES ('rebuild')"))
