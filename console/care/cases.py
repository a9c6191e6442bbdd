"""Take a case, pass it on, close it. Each is one conditional update, so that two people who press at once cannot both win.

A way to call back is shown to the case's owner only, and is gone with the case's end.
"""
from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import privacy
from bot.storage import tables

LEVELS = ("emergency", "urgent", "watch", "none")  # as they are worked through

cases, contacts = tables.cases, tables.contacts


@dataclasses.dataclass(frozen=True)
class Case:
    """One row of `cases`."""

    id: str
    conversation: str | None
    channel: str
    level: str
    danger: str | None
    wish: str
    country: str | None
    state: str
    owner: str | None
    opened_at: float
    taken_at: float | None
    closed_at: float | None
    told_at: float | None
    version: int
    contact: bool = False  # whether a way to call back was left


def rank(column: sa.sql.ColumnElement[Any]) -> sa.sql.ColumnElement[Any]:
    """The order of levels, gravest first."""
    return sa.case(*[(column == level, place) for place, level in enumerate(LEVELS)], else_=len(LEVELS))


def listed(connection: Connection, *, states: Sequence[str] = ("new", "taken"), limit: int = 200) -> list[Case]:
    """Cases as they are worked through: gravest first, then the oldest."""
    order = (cases.c.closed_at.desc(),) if tuple(states) == ("done",) else (rank(cases.c.level), cases.c.opened_at)
    return [_case(row) for row in connection.execute(_select().where(cases.c.state.in_(states)).order_by(*order).limit(limit)).mappings()]


def get(connection: Connection, id: str) -> Case | None:
    """One case, or None."""
    row = connection.execute(_select().where(cases.c.id == id)).mappings().first()
    return _case(row) if row else None


def of_conversation(connection: Connection, conversation: str) -> list[Case]:
    """The cases of a conversation, newest first."""
    found = connection.execute(_select().where(cases.c.conversation == conversation).order_by(cases.c.opened_at.desc()))
    return [_case(row) for row in found.mappings()]


def _select() -> Any:
    left = sa.exists().where(contacts.c.case == cases.c.id).label("contact")
    return sa.select(cases, left)


def _case(row: Mapping[str, Any]) -> Case:
    return Case(**{**dict(row), "contact": bool(row["contact"])})


def take(connection: Connection, id: str, *, staff: str, version: int, now: float) -> bool:
    """Make `staff` the owner of a new case; False where somebody was quicker or the case has changed since it was seen."""
    return _change(connection, id, version, "new", state="taken", owner=staff, taken_at=now)


def release(connection: Connection, id: str, *, staff: str, version: int) -> bool:
    """Put one's case back for others."""
    return _change(connection, id, version, "taken", owner_is=staff, state="new", owner=None, taken_at=None)


def pass_on(connection: Connection, id: str, *, staff: str, to: str, version: int) -> bool:
    """Give one's case to a colleague."""
    return _change(connection, id, version, "taken", owner_is=staff, owner=to)


def close(connection: Connection, id: str, *, staff: str, version: int, now: float) -> bool:
    """End one's case; the way to call back is deleted with it."""
    closed = _change(connection, id, version, "taken", owner_is=staff, state="done", closed_at=now)
    if closed:
        forget_contact(connection, id)
    return closed


def _change(connection: Connection, id: str, version: int, before: str, *, owner_is: str | None = None, **values: Any) -> bool:
    wanted = [cases.c.id == id, cases.c.version == version, cases.c.state == before]
    if owner_is is not None:
        wanted.append(cases.c.owner == owner_is)
    done = connection.execute(cases.update().where(*wanted).values(version=version + 1, **values))
    return bool(done.rowcount == 1)


def read_contact(connection: Connection, id: str, *, staff: str) -> str | None:
    """The way to call back, for the case's owner while the case is theirs; None for everybody else."""
    asked = sa.select(contacts.c.sealed).join(cases, cases.c.id == contacts.c.case)
    sealed = connection.execute(asked.where(cases.c.id == id, cases.c.owner == staff, cases.c.state == "taken")).scalar()
    return privacy.unseal(bytes(sealed)) if sealed is not None else None


def forget_contact(connection: Connection, id: str) -> bool:
    """Delete the way to call back; whether there was one."""
    return bool(connection.execute(contacts.delete().where(contacts.c.case == id)).rowcount)
