"""Conversations as rows: events are appended in order and once, deleted with a receipt, exported for whoever asks."""
from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.storage.tables import conversations, events

GRAVITY = ("watch", "urgent", "emergency")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes no NUL, and UTF-8 no half of a character
CHANGING = ("channel", "last_at", "events", "messages", "country", "danger", "level", "level_at", "consent")
Stored = Mapping[str, Any]


def append(connection: Connection, conversation: str, channel: str, new: Sequence[Mapping[str, Any]], *, once: bool = False) -> int:
    """Write events (Rasa's own dictionaries, `event` is the kind) after those that are there; the number stored afterwards.

    Call it inside `database.writing`. With `once`, events that are there already are left out, so that a write may be repeated.
    """
    row = lock(connection, conversation, channel, new)
    if once:
        new = unseen(connection, conversation, new)
    return write(connection, row, new)


def lock(connection: Connection, conversation: str, channel: str, new: Sequence[Mapping[str, Any]]) -> Stored:
    """The conversation's row, made if there is none, and nobody else's until the transaction ends."""
    found = locked(connection, conversation)
    if found is not None:
        return found
    at = float(new[0]["timestamp"]) if new and new[0].get("timestamp") else 0.0
    first = {"id": conversation, "channel": channel, "started_at": at, "last_at": at, "events": 0, "messages": 0, "snapshot": "{}"}
    first |= {"consent": "session", "legal_hold": False}
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(conversations).values(**first).on_conflict_do_nothing())
    made = locked(connection, conversation)
    assert made is not None
    return made


def locked(connection: Connection, conversation: str) -> Stored | None:
    """The conversation's row for this transaction alone, or None."""
    found: Stored | None = connection.execute(LOCK, {"wanted": conversation}).mappings().first()
    return found


LOCK = sa.select(conversations).where(conversations.c.id == sa.bindparam("wanted")).with_for_update()


def unseen(connection: Connection, conversation: str, new: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of the events that are not stored yet, told by kind, moment and content."""
    moments = [float(event.get("timestamp") or 0) for event in new]
    if not moments:
        return []
    same = events.c.conversation == conversation
    known = connection.execute(sa.select(events.c.data).where(same, events.c.at.between(min(moments), max(moments)))).scalars()
    stored = set(known)
    return [event for event in new if json.dumps(event) not in stored]


def write(connection: Connection, row: Stored, new: Sequence[Mapping[str, Any]], snapshot: str | None = None) -> int:
    """Write events behind a locked row, and bring the row up to date; the number stored afterwards."""
    if not new and snapshot is None:
        return int(row["events"])
    rows = [project(row["id"], row["events"] + place, event) for place, event in enumerate(new)]
    if rows:
        connection.execute(events.insert(), rows)
    changed = about(row, rows)
    if snapshot is not None:
        changed["snapshot"] = snapshot
    connection.execute(conversations.update().where(conversations.c.id == row["id"]).values(**changed))
    return int(changed["events"])


def about(row: Stored, rows: Iterable[Stored]) -> dict[str, Any]:
    """What new events change in the conversation's own row."""
    changed: dict[str, Any] = {name: row[name] for name in CHANGING}
    for event in rows:
        changed["events"] += 1
        changed["last_at"] = max(changed["last_at"], event["at"])
        changed["messages"] += event["kind"] == "user"
        if not changed["channel"] and event["kind"] == "user":
            changed["channel"] = str(json.loads(event["data"]).get("input_channel") or "")[:24]
        if event["level"] is not None and (changed["level"] is None or GRAVITY.index(event["level"]) >= GRAVITY.index(changed["level"])):
            changed |= {"danger": event["danger"], "level": event["level"], "level_at": event["at"]}
        if event["kind"] == "slot" and event["name"] in ("country", "consent"):
            value = json.loads(event["data"]).get("value")
            if event["name"] == "country":
                changed["country"] = str(value)[:8] if value else None
            elif value in ("session", "keep", "refused"):
                changed["consent"] = value
    return changed


def project(conversation: str, seq: int, event: Mapping[str, Any]) -> dict[str, Any]:
    """An event's row: what is searched and counted stands in columns of its own, the whole event in `data`."""
    kind = str(event.get("event"))
    parsed = event.get("parse_data") or {}
    understood = parsed.get("understanding") or {}
    best: dict[str, Any] = next(iter(understood.get("answers") or []), {})
    gravest: dict[str, Any] = max(
        (heard for heard in parsed.get("risk") or [] if heard.get("level") in GRAVITY), key=lambda heard: GRAVITY.index(heard["level"]), default={}
    )
    name = (parsed.get("intent") or {}).get("name") if kind == "user" else event.get("name")
    text = event.get("text")
    return {
        "conversation": conversation,
        "seq": seq,
        "at": float(event.get("timestamp") or 0),
        "kind": kind[:32],
        "name": str(name)[:120] if name else None,
        "answer": str(best["label"])[:80] if best.get("label") else None,
        "score": float(best["score"]) if best.get("score") is not None else None,
        "decision": understood.get("decision"),
        "danger": gravest.get("danger"),
        "level": gravest.get("level"),
        "text": UNSTORABLE.sub("\ufffd", text) if isinstance(text, str) and text else None,
        "data": json.dumps(event),
    }
