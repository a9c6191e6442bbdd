"""Whether words may be kept for longer than a day: who may be asked, and what they said.

Nobody is asked while a danger is open, and nobody who seems to be young. `MOORING_CONSENT_AGE` (16) is the age from which
people may agree; they are asked to say that they have it. A deployer who has recorded another decision sets it, 0 for any age.
"""
from __future__ import annotations

import dataclasses
import json
import os
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.storage import conversations, retention
from bot.storage.tables import conversations as rows
from bot.storage.tables import events

VARIABLE = "MOORING_CONSENT_AGE"
USUAL_AGE = 16
SLOTS = ("voice", "care")


@dataclasses.dataclass(frozen=True)
class Keeping:
    """What holds for one conversation: `consent` is session (not asked), keep or refused; `may_agree` that they may be asked
    at all; `quiet` that this is a moment for it; `days` and `age` are the deployer's."""

    consent: str
    may_agree: bool
    quiet: bool
    days: float
    age: int


def age() -> int:
    """The age from which people may agree, 0 for any; what cannot be read counts as the usual one."""
    given = os.environ.get(VARIABLE, "").strip()
    return int(given) if given.isdigit() and int(given) <= 21 else USUAL_AGE


def of(connection: Connection, conversation: str) -> Keeping | None:
    """What holds for a conversation; None where nothing of it is kept."""
    row = connection.execute(sa.select(rows.c.consent, rows.c.snapshot).where(rows.c.id == conversation)).first()
    if row is None:
        return None
    slots = slots_of(connection, conversation, row.snapshot)
    young = str(slots.get("voice") or "").startswith("young")
    may_agree = not young or age() == 0
    quiet = may_agree and row.consent == "session" and not slots.get("care")
    return Keeping(row.consent, may_agree, quiet, retention.kept_for() / retention.DAY, age())


def slots_of(connection: Connection, conversation: str, snapshot: str) -> dict[str, Any]:
    """The slots `voice` and `care`: those of the snapshot, and what was set since."""
    state = json.loads(snapshot or "{}")
    mine = (events.c.conversation == conversation, events.c.seq >= int(state.get("from") or 0), events.c.kind == "slot", events.c.name.in_(SLOTS))
    found = dict(state.get("slots") or {})
    for data in connection.execute(sa.select(events.c.data).where(*mine).order_by(events.c.seq)).scalars():
        event = json.loads(data)
        found[event["name"]] = event.get("value")
    return found


def decide(connection: Connection, conversation: str, keep: bool, *, of_age: bool, now: float) -> bool:
    """Note a yes or a no, in a transaction that may write; False where a yes is none: they may not agree, or did not say their age.

    A no after a yes takes the yes back. Nothing that is kept counts as False too.
    """
    found = of(connection, conversation)
    if found is None or (keep and not (found.may_agree and (of_age or found.age == 0))):
        return False
    return conversations.set_consent(connection, conversation, "keep" if keep else "refused", now=now)
