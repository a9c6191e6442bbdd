"""When the team works, and who of them is at the console now. `actions/escalate.py` tells people the hours.

Hours come from `MOORING_STAFF_HOURS`, such as "Europe/London Mon-Fri 09:00-17:00; Sat 10:00-12:00", "Europe/London 24/7",
or "none" where there is no team. Being there is a heartbeat of the console's pages in `console_presence`, from those
who said they are free.
"""
from __future__ import annotations

import dataclasses
import datetime
import os

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from bot.opening_hours import Hours, HoursError, OpenState, parse_hours, state
from bot.storage import database

VARIABLE = "MOORING_STAFF_HOURS"
FRESH = 120.0  # seconds after a heartbeat in which somebody counts as there

NOBODY = ("", "none", "-")

presence = sa.table("console_presence", sa.column("staff"), sa.column("shown_name"), sa.column("seen_at"), sa.column("free"))


@dataclasses.dataclass(frozen=True)
class Staffing:
    """`kind` is none (there is no team), open (`until` when; None is day and night), closed (`until` they are back), or unknown."""

    kind: str
    until: datetime.datetime | None = None


def at(now: datetime.datetime) -> Staffing:
    """Whether staff read along at a moment. Within their hours they must have been seen, where a console is kept, or it is not known.

    Raises HoursError for a setting that cannot be read.
    """
    if os.environ.get(VARIABLE, "").strip() == "unknown":
        return Staffing("unknown")
    kept = hours()
    if kept is None:
        return Staffing("none")
    found = state(kept, now)
    if not found.open:
        return Staffing("closed", found.opens_at)
    return Staffing("open", found.until) if somebody_seen(now) else Staffing("unknown")


def somebody_seen(now: datetime.datetime) -> bool:
    """Whether somebody is at the console, free or not; true where there is no console to tell."""
    try:
        with database.reading() as connection:
            if not sa.inspect(connection).has_table(presence.name):
                return True
            since = now.timestamp() - FRESH
            return connection.execute(sa.select(presence.c.staff).where(presence.c.seen_at >= since).limit(1)).first() is not None
    except (SQLAlchemyError, database.DatabaseProblem):
        return False


def hours(written: str | None = None) -> Hours | None:
    """The staff's hours, or None where there is no team. Raises HoursError naming the form that is wanted."""
    given = (os.environ.get(VARIABLE, "") if written is None else written).strip()
    if given in NOBODY:
        return None
    zone, _, times = given.partition(" ")
    if not times:
        raise HoursError(f"{VARIABLE} is {given!r}, write it like 'Europe/London Mon-Fri 09:00-17:00; Sat 10:00-12:00'")
    return parse_hours(zone, times if times in ("24/7",) else [part.strip() for part in times.split(";") if part.strip()])


def opening(now: datetime.datetime) -> OpenState:
    """Whether staff work now, and when they do next; never open where no hours are set or they cannot be read."""
    try:
        found = hours()
    except HoursError:
        found = None
    return state(found, now) if found else OpenState(False)


def free(connection: sa.engine.Connection, now: datetime.datetime) -> list[str]:
    """Who is there and free to talk, by their sign-in name; nobody where the console has never been set up."""
    if not sa.inspect(connection).has_table(presence.name):
        return []
    since = now.timestamp() - FRESH
    found = connection.execute(sa.select(presence.c.staff).where(presence.c.free.is_(sa.true()), presence.c.seen_at >= since))
    return sorted(str(name) for name in found.scalars())


def offered(connection: sa.engine.Connection, now: datetime.datetime) -> bool:
    """Whether a talk with a person may be offered at this moment."""
    return bool(opening(now).open) and bool(free(connection, now))
