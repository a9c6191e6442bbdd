"""Cases: somebody asked for a person, or needs one. Opened once, however often it is tried.

A case holds a wish, a level, a danger and a country, and no word of anybody's.
"""
from __future__ import annotations

import dataclasses
import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot import privacy
from bot.storage.tables import cases, contacts

WISHES = ("talk_now", "call_back", "check", "danger")
LEVELS = ("none", "watch", "urgent", "emergency")
OPEN = ("new", "taken")
LONGEST_CONTACT = 500  # characters
TOLD_WITHIN = 24 * 3600.0  # seconds: staff who were not told by then see it in the list


@dataclasses.dataclass(frozen=True)
class Case:
    """What staff are given. `conversation` is a pseudonym; `opened_at` seconds since 1970."""

    id: str
    conversation: str | None  # None once the person has deleted it
    channel: str
    level: str
    danger: str | None
    wish: str
    country: str | None
    opened_at: float


def case_id(conversation: str, message: str, wish: str) -> str:
    """The same id for the same message, so that a repeated delivery opens nothing new."""
    return hashlib.sha256("\0".join((conversation, message, wish)).encode()).hexdigest()[:32]


def open_case(connection: Connection, case: Case) -> bool:
    """Open it, in a transaction that may write; False when it was open already.

    While the same wish of the same conversation is open, no second case is made; the first takes the graver level.
    """
    rows = sa.select(cases.c.id, cases.c.level).where(cases.c.conversation == case.conversation, cases.c.wish == case.wish, cases.c.state.in_(OPEN))
    first = connection.execute(rows).first() if case.conversation is not None else None
    if first is not None:
        if LEVELS.index(case.level) > LEVELS.index(first.level):
            graver = {"level": case.level, "danger": case.danger, "told_at": None, "version": cases.c.version + 1}
            connection.execute(cases.update().where(cases.c.id == first.id).values(**graver))
        return False
    if connection.execute(sa.select(cases.c.id).where(cases.c.id == case.id)).first() is not None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(cases.insert().values(**dataclasses.asdict(case)))
    except IntegrityError:
        # Another process was faster by a moment.
        return False
    return True


def open_id(connection: Connection, case: Case) -> str | None:
    """The id of the open case with the same wish of the same conversation; None where there is none."""
    same = (cases.c.conversation == case.conversation, cases.c.wish == case.wish, cases.c.state.in_(OPEN))
    found: str | None = connection.execute(sa.select(cases.c.id).where(*same)).scalar()
    return found


def leave_contact(connection: Connection, id: str, contact: str, *, now: float) -> bool:
    """Seal a way to call back with an open case, in place of an earlier one. False where the case is closed or gone."""
    written = contact.strip()[:LONGEST_CONTACT]
    still_open = connection.execute(sa.select(cases.c.id).where(cases.c.id == id, cases.c.state != "done").with_for_update()).first()
    if not written or still_open is None:
        return False
    connection.execute(contacts.delete().where(contacts.c.case == id))
    connection.execute(contacts.insert().values({"case": id, "sealed": privacy.seal(written), "created_at": now}))
    return True


def untold(connection: Connection, now: float) -> list[Case]:
    """Open cases of which staff have not been told, and should be: urgent ones, and people who want to talk now."""
    fields = [cases.c[field.name] for field in dataclasses.fields(Case)]
    pressing = sa.or_(cases.c.level.in_(("urgent", "emergency")), cases.c.wish == "talk_now")
    waiting = sa.select(*fields).where(cases.c.state == "new", cases.c.told_at.is_(None), cases.c.opened_at > now - TOLD_WITHIN, pressing)
    return [Case(**row) for row in connection.execute(waiting.order_by(cases.c.opened_at)).mappings()]


def mark_told(connection: Connection, id: str, now: float) -> None:
    """Staff have been told of it."""
    connection.execute(cases.update().where(cases.c.id == id).values(told_at=now))
