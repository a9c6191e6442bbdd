"""Answers and helplines that staff took out of use: known within a second, at next to no cost.

Read at most once a second. If the database is slow or away, the last that was known holds, and nobody waits for it.
"""
from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import logging
import pathlib
import time

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.storage import database, tables

log = logging.getLogger(__name__)
LIVES = 1.0  # seconds for which what was read is taken as true
PATIENCE = 0.05  # seconds that a message waits for the database


@dataclasses.dataclass(frozen=True)
class Withdrawn:
    """Ids that must not be said."""

    answers: frozenset[str] = frozenset()
    helplines: frozenset[str] = frozenset()


@dataclasses.dataclass
class _Last:
    known: Withdrawn = Withdrawn()
    read_at: float = -LIVES
    reading: concurrent.futures.Future[Withdrawn] | None = None


_last = _Last()


@functools.lru_cache(maxsize=1)
def _worker() -> concurrent.futures.ThreadPoolExecutor:
    return concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="withdrawn")


def current() -> Withdrawn:
    """What is withdrawn at this moment, as far as is known."""
    if _last.reading is None and time.monotonic() - _last.read_at >= LIVES:
        _last.reading = _worker().submit(read)
    if _last.reading is not None:
        try:
            _last.known = _last.reading.result(PATIENCE)
        except concurrent.futures.TimeoutError:
            return _last.known  # its answer is taken when the next message comes
        except Exception as error:
            log.error("What is withdrawn could not be read (%s); the last that was known holds.", type(error).__name__)
        _last.reading, _last.read_at = None, time.monotonic()
    return _last.known


def forget() -> None:
    """Read anew at the next message, for whoever has just changed the table."""
    _last.read_at = -LIVES


def read() -> Withdrawn:
    """The table as it stands; nothing where there is no database yet. Raises what the database raises."""
    address = make_url(database.url())
    if address.get_backend_name() == "sqlite" and not pathlib.Path(address.database or "").exists():
        return Withdrawn()
    with database.reading() as connection:
        if database.revision(connection) is None:
            return Withdrawn()
        rows = connection.execute(sa.select(tables.withdrawn.c.kind, tables.withdrawn.c.id)).all()
    return Withdrawn(frozenset(row.id for row in rows if row.kind == "answer"), frozenset(row.id for row in rows if row.kind == "helpline"))
