"""When the team works, and who of them is at the console now: the one place that says whether a person can be had.

Hours come from `MOORING_STAFF_HOURS`, such as "Europe/London Mon-Fri 09:00-17:00; Sat 10:00-12:00", "Europe/London 24/7",
or "none" where there is no team. Being there is a heartbeat of the console's pages in `console_presence`, and those who
said so there are free to talk.
"""
from __future__ import annotations

import dataclasses
import datetime
import logging
import os

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from bot.opening_hours import Hours, HoursError, OpenState, parse_hours, state
from bot.storage import database

log = logging.getLogger(__name__)
VARIABLE = "MOORING_STAFF_HOURS"
FRESH = 120.0  # seconds after a heartbeat in which somebody counts as there
NO_TEAM = ("none", "-")

presence = sa.table("console_presence", sa.column("staff"), sa.column("shown_name"), sa.column("seen_at"), sa.column("free"))


@dataclasses.dataclass(frozen=True)
class Staffing:
    """`kind`: none (there is no team), unknown, free (somebody is there and free to talk), open (within hours that end at
    `until`; None is day and night), away (within them, but nobody is at the console), or closed (`until` they are back)."""

    kind: str
    until: datetime.datetime | None = None


def at(now: datetime.datetime) -> Staffing:
    """Whether a person can be had at a moment. Hours that are not set or cannot be read are unknown, and never open."""
    if os.environ.get(VARIABLE, "").strip() in NO_TEAM:
        return Staffing("none")
    there = somebody(now)
    if there == "free":
        return Staffing("free")
    kept = known_hours()
    if kept is None:
        return Staffing("unknown")
    found = state(kept, now)
    if not found.open:
        return Staffing("closed", found.opens_at)
    return Staffing("away" if there == "nobody" else "open", found.until)


def somebody(now: datetime.datetime) -> str | None:
    """Who is at the console: free, there (and not free) or nobody; None where there is no console to tell."""
    try:
        with database.reading() as connection:
            if not sa.inspect(connection).has_table(presence.name):
                return None
            found = list(connection.execute(sa.select(presence.c.free).where(presence.c.seen_at >= now.timestamp() - FRESH)).scalars())
    except (SQLAlchemyError, database.DatabaseProblem):
        return None
    return "free" if any(found) else "there" if found else "nobody"


def known_hours() -> Hours | None:
    """The staff's hours, or None where none are set or they cannot be read, which is logged."""
    try:
        return hours()
    except HoursError:
        log.error("%s cannot be read, so it is not known when staff work: write it like docs/settings.md does.", VARIABLE)
        return None


def hours(written: str | None = None) -> Hours | None:
    """The staff's hours, or None where none are set. Raises HoursError naming the form that is wanted."""
    given = (os.environ.get(VARIABLE, "") if written is None else written).strip()
    if given in ("", *NO_TEAM):
        return None
    zone, _, times = given.partition(" ")
    if not times:
        raise HoursError(f"{VARIABLE} is {given!r}, write it like 'Europe/London Mon-Fri 09:00-17:00; Sat 10:00-12:00'")
    return parse_hours(zone, times if times in ("24/7",) else [part.strip() for part in times.split(";") if part.strip()])


def opening(now: datetime.datetime) -> OpenState:
    """Whether staff work now, and when they do next; never open where no hours are set or they cannot be read."""
    found = known_hours()
    return state(found, now) if found else OpenState(False)


def free(connection: sa.engine.Connection, now: datetime.datetime) -> list[str]:
    """Who is there and free to talk, by their sign-in name; nobody where the console has never been set up."""
    if not sa.inspect(connection).has_table(presence.name):
        return []
    since = now.timestamp() - FRESH
    found = connection.execute(sa.select(presence.c.staff).where(presence.c.free.is_(sa.true()), presence.c.seen_at >= since))
    return sorted(str(name) for name in found.scalars())
