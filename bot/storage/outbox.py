"""Cases on their way to the database: a file each, so that none is lost while the database is away.

Whoever opens a case puts it here first and then tries to send it. What could not be sent is tried again every few
seconds by the action server. Nothing here raises: a person may be waiting for the reply.
"""
from __future__ import annotations

import dataclasses
import json
import logging
import os
import pathlib
import threading
import time
from collections.abc import Collection, Iterator

from sqlalchemy.exc import SQLAlchemyError

from bot import notice
from bot.settings import ROOT
from bot.storage import cases, database

log = logging.getLogger(__name__)
PAUSE = 5.0  # seconds between two tries
_sending = threading.Lock()


def folder() -> pathlib.Path:
    """Where they wait: MOORING_OUTBOX, or var/outbox."""
    return pathlib.Path(os.environ.get("MOORING_OUTBOX") or ROOT / "var" / "outbox")


def put(case: cases.Case, *, durable: bool = True) -> bool:
    """Keep a case until it is sent; False if even that failed. `durable` waits until it is on the disk."""
    place = folder() / f"{case.id}.json"
    new = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(dataclasses.asdict(case), file)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        new.replace(place)
    except OSError as error:
        log.error("A case could not be kept in %s (%s): make the folder writable.", place.parent, error.strerror)
        return False
    return True


def waiting() -> Iterator[tuple[pathlib.Path, cases.Case]]:
    """What has not been sent, the oldest first; a file that cannot be read is put aside under another name."""
    found = []
    for path in folder().glob("*.json"):
        try:
            found.append((path, cases.Case(**json.loads(path.read_text(encoding="utf-8")))))
        except FileNotFoundError:
            continue  # another process has just sent it
        except (OSError, ValueError, TypeError):
            log.error("%s holds no case and was put aside as .bad: look at it.", path)
            path.rename(path.with_suffix(".bad"))
    yield from sorted(found, key=lambda one: one[1].opened_at)


def send() -> bool:
    """Bring everything that waits into the database; False where something still waits."""
    with _sending:
        for path, case in waiting():
            try:
                with database.writing() as connection:
                    cases.open_case(connection, case)
            except (SQLAlchemyError, database.DatabaseProblem, OSError) as error:
                log.error("Cases wait in the outbox: the database does not take them (%s).", type(error).__name__)
                return False
            path.unlink(missing_ok=True)
    return True


def forget(conversations: Collection[str]) -> int:
    """Take conversations that were deleted out of what waits; how many cases that were.

    As in the database, a grave danger stays, without anything that leads to the person.
    """
    found = [(path, case) for path, case in waiting() if case.conversation in conversations]
    for path, case in found:
        if case.level in ("urgent", "emergency"):
            put(dataclasses.replace(case, conversation=None, country=None))
        else:
            path.unlink(missing_ok=True)
    return len(found)


def tell_staff(now: float | None = None) -> int:
    """Tell staff of the cases that press; how many were told of. Those that failed are tried again."""
    moment, told = time.time() if now is None else now, 0
    try:
        with database.reading() as connection:
            found = cases.untold(connection, moment)
        for case in found:
            if notice.send(case):
                with database.writing() as connection:
                    cases.mark_told(connection, case.id, moment)
                told += 1
    except (SQLAlchemyError, database.DatabaseProblem) as error:
        log.error("Staff could not be told of cases (%s).", type(error).__name__)
    return told


def keep_sending() -> threading.Thread:
    """Try again every few seconds for as long as the process lives."""

    def work() -> None:
        while True:
            if any(folder().glob("*.json")):
                send()
            if notice.wanted():
                tell_staff()
            time.sleep(PAUSE)

    thread = threading.Thread(target=work, name="outbox", daemon=True)
    thread.start()
    return thread
