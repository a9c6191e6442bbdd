"""Conversations as rows: events are appended in order and once, deleted with a receipt, exported for whoever asks."""
from __future__ import annotations

import dataclasses
import json
import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.storage import database, journal, outbox
from bot.storage.tables import cases, contacts, conversations, events, feedback, metadata, removals

GRAVITY = ("watch", "urgent", "emergency")
CONSENTS = ("session", "keep", "refused")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes no NUL, and UTF-8 no half of a character
CHANGING = ("channel", "last_at", "events", "messages", "country", "danger", "level", "level_at", "consent")
LATELY = 40  # messages and replies among which one is looked for
AHEAD = 60  # seconds that another machine's clock may be ahead of ours; what claims to be later is taken to be of now
OTHER_LANGUAGE = "talk/other_language"  # the turn that says that only English is understood
Stored = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Kept:
    """An open danger that outlives its conversation: no pseudonym, no country, no word."""

    danger: str | None
    level: str
    channel: str
    opened_at: float


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What was removed. `held`: a legal hold forbids it, so nothing was. `events` counts messages, replies and Rasa's notes."""

    id: str
    at: float
    conversations: int
    events: int
    kept: tuple[Kept, ...] = ()
    held: bool = False


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
    at = min(float(new[0].get("timestamp") or 0) if new else 0.0, time.time() + AHEAD)
    first = {"id": conversation, "channel": channel, "started_at": at, "last_at": at, "events": 0, "messages": 0, "snapshot": "{}"}
    first |= {"consent": "session", "legal_hold": False}
    database.add(connection, conversations, **first)
    made = locked(connection, conversation)
    assert made is not None
    return made


def locked(connection: Connection, conversation: str) -> Stored | None:
    """The conversation's row for this transaction alone, or None."""
    found: Stored | None = database.run(connection, LOCK, wanted=conversation).mappings().first()
    return found


LOCK = sa.select(conversations).where(conversations.c.id == sa.bindparam("wanted")).with_for_update()
CHANGE, CHANGE_ALL = (
    conversations.update().where(conversations.c.id == sa.bindparam("this")).values({name: sa.bindparam(name) for name in names})
    for names in (CHANGING, (*CHANGING, "snapshot"))
)


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
    if snapshot is None:
        database.run(connection, CHANGE, this=row["id"], **changed)
    else:
        database.run(connection, CHANGE_ALL, this=row["id"], **changed, snapshot=snapshot)
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
            elif value in CONSENTS:
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
        "at": min(float(event.get("timestamp") or 0), time.time() + AHEAD),
        "kind": kind[:32],
        "name": str(name)[:120] if name else None,
        "answer": str(best["label"])[:80] if best.get("label") else None,
        "score": float(best["score"]) if best.get("score") is not None else None,
        "decision": understood.get("decision"),
        "danger": gravest.get("danger"),
        "level": gravest.get("level"),
        "language": language_of(parsed) if kind == "user" else None,
        "text": UNSTORABLE.sub("\ufffd", text) if isinstance(text, str) and text else None,
        "data": json.dumps(event),
    }


def language_of(parsed: Mapping[str, Any]) -> str | None:
    """A guess at what was typed, from what it was understood as: en, other, or None where nothing was read, such as for a button."""
    understood = parsed.get("understanding") or {}
    foreign = OTHER_LANGUAGE in (understood.get("chosen") or []) or any(heard.get("by") == "language" for heard in parsed.get("risk") or [])
    return "other" if foreign else "en" if understood.get("answers") else None


def said_to(connection: Connection, conversation: str, message: str) -> list[dict[str, Any]] | None:
    """What was stored as the bot's answer to a message, by the channel's id of it; None where no answer to it is stored."""
    lately = sa.select(events.c.kind, events.c.data).where(events.c.conversation == conversation, events.c.kind.in_(("user", "bot")))
    found: list[dict[str, Any]] = []
    for kind, data in connection.execute(lately.order_by(events.c.seq.desc()).limit(LATELY)):
        event = json.loads(data)
        if kind == "user":
            if event.get("message_id") == message:
                return found or None
            found = []
        elif event.get("text") and not (event.get("metadata") or {}).get("unsent"):
            reply = {"text": event["text"], "buttons": (event.get("data") or {}).get("buttons") or []}
            found.insert(0, {**reply, "sources": (event.get("metadata") or {}).get("sources") or []})
    return None


def set_consent(connection: Connection, conversation: str, consent: str, *, now: float) -> bool:
    """Note, with its moment, what the person said to keeping: keep, refused or session (not asked). False where nothing is kept.

    Raises ValueError for another word.
    """
    if consent not in CONSENTS:
        raise ValueError(f"{consent!r} is no consent: say {', '.join(CONSENTS)}")
    row = locked(connection, conversation)
    if row is not None:
        write(connection, row, [{"event": "slot", "name": "consent", "value": consent, "timestamp": now}])
    return row is not None


def delete(connection: Connection, conversation: str, why: str, *, now: float | None = None) -> Receipt:
    """Remove everything of a conversation, in a `database.writing` transaction; `why` is person, staff or purge.

    An open urgent or emergency case stays with its danger, level, time and channel, and nothing that leads to the person.
    Deleting what is not there is no error, so that it can be asked for twice.
    """
    return delete_all(connection, [conversation], why, now=now)


def delete_all(connection: Connection, ids: Sequence[str], why: str, *, now: float | None = None) -> Receipt:
    """The same for several conversations, with one receipt. `held`: a legal hold kept at least one of them."""
    at = time.time() if now is None else now
    held = False
    gone, there, kept, removed = 0, 0, list[Kept](), list[str]()
    people = about_people(connection)
    for conversation in ids:
        row = locked(connection, conversation)
        if row is not None and row["legal_hold"]:
            held = True
            continue
        kept += detach_cases(connection, conversation)
        gone += int(connection.execute(events.delete().where(events.c.conversation == conversation)).rowcount)
        for table in people:
            connection.execute(table.delete().where(table.c.conversation == conversation))
        there += int(connection.execute(conversations.delete().where(conversations.c.id == conversation)).rowcount)
        removed.append(conversation)
    journal.forget(removed)
    outbox.forget(removed)
    forget_words(connection)
    receipt = Receipt(secrets.token_hex(8), at, there, gone, tuple(kept), held)
    noted = {"id": receipt.id, "at": at, "why": why, "conversations": there, "events": gone}
    connection.execute(removals.insert().values(**noted, kept=json.dumps([dataclasses.asdict(each) for each in kept])))
    return receipt


def detach_cases(connection: Connection, conversation: str) -> tuple[Kept, ...]:
    """Take cases away with the conversation; open ones that are grave stay without it, and are returned."""
    own = cases.c.conversation == conversation
    ids = sa.select(cases.c.id).where(own)
    connection.execute(contacts.delete().where(contacts.c.case.in_(ids)))
    grave = sa.and_(own, cases.c.state != "done", cases.c.level.in_(GRAVITY[1:]))
    columns = (cases.c.danger, cases.c.level, cases.c.channel, cases.c.opened_at)
    kept = tuple(Kept(*found) for found in connection.execute(sa.select(*columns).where(grave)))
    connection.execute(cases.update().where(grave).values(conversation=None, country=None, version=cases.c.version + 1))
    connection.execute(cases.delete().where(own))
    return kept


def about_people(connection: Connection) -> list[sa.Table]:
    """Every table of the database with a conversation's pseudonym in it, whoever made it, except those treated by themselves."""
    inspector = sa.inspect(connection)
    apart = {conversations.name, events.name, cases.name}
    known = [table for table in metadata.sorted_tables if "conversation" in table.c and table.name not in apart]
    others = [name for name in inspector.get_table_names() if name.startswith("console_")]
    more = [name for name in others if any(column["name"] == "conversation" for column in inspector.get_columns(name))]
    return [*known, *(sa.table(name, sa.column("conversation")) for name in more)]  # type: ignore[list-item]


def forget_words(connection: Connection) -> None:
    """Take deleted words out of the full-text index for good, and out of SQLite's log when the transaction ends."""
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("INSERT INTO events_words(events_words) VALUES ('optimize')"))
    connection.info[database.REMOVED] = True


def export(connection: Connection, conversation: str) -> dict[str, Any]:
    """All that is kept of a conversation, for the person: what was said, what was noted, and what of it is sealed. {} if nothing is."""
    row = connection.execute(sa.select(conversations).where(conversations.c.id == conversation)).mappings().first()
    if row is None:
        return {}
    said = sa.select(events.c.at, events.c.kind, events.c.text, events.c.danger, events.c.level, events.c.answer, events.c.data)
    lines = connection.execute(said.where(events.c.conversation == conversation).order_by(events.c.seq)).mappings().all()
    slots = {data["name"]: data.get("value") for line in lines if line["kind"] == "slot" for data in [json.loads(line["data"])]}
    own = connection.execute(sa.select(cases).where(cases.c.conversation == conversation)).mappings().all()
    thumbs = sa.select(events.c.text, feedback.c.good, feedback.c.at).where(feedback.c.conversation == sa.bindparam("wanted"))
    same = sa.and_(events.c.conversation == feedback.c.conversation, events.c.seq == feedback.c.seq)
    thumbs = thumbs.select_from(feedback.outerjoin(events, same)).order_by(feedback.c.seq)
    called = sa.select(contacts.c.case).join(cases, cases.c.id == contacts.c.case)
    columns = ("started_at", "last_at", "channel", "consent", "country", "danger", "level", "level_at", "legal_hold")
    return {
        **{name: row[name] for name in columns},
        "said": [
            {"by": "you" if line["kind"] == "user" else "us", **{name: line[name] for name in ("at", "text", "danger", "answer")}}
            for line in lines
            if line["kind"] in ("user", "bot") and line["text"]
        ],
        "noted": {name: value for name, value in slots.items() if value is not None},
        "thumbs": [dict(thumb) for thumb in connection.execute(thumbs, {"wanted": conversation}).mappings()],
        "cases": [{name: case[name] for name in ("wish", "level", "danger", "state", "opened_at", "closed_at")} for case in own],
        "sealed": {
            "address": bool(count(connection, metadata.tables["addresses"], conversation)),
            "call_back": connection.execute(called.where(cases.c.conversation == conversation)).first() is not None,
        },
    }


def count(connection: Connection, table: sa.Table, conversation: str) -> int:
    """How many rows of a table are of the conversation."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(table.c.conversation == conversation)).scalar() or 0)


def search(connection: Connection, words: str, *, limit: int = 100) -> list[tuple[str, int]]:
    """Where all of these words were said, in any form: conversation and place of each, newest first. No words find nothing."""
    asked = re.findall(r"\w+", words)
    if not asked:
        return []
    if connection.dialect.name == "sqlite":
        where = "events.id IN (SELECT rowid FROM events_words WHERE events_words MATCH :asked)"
        given = " ".join(f'"{word}"' for word in asked)
    else:
        where = "events.words @@ plainto_tsquery('english', :asked)"
        given = " ".join(asked)
    found = sa.select(events.c.conversation, events.c.seq).where(sa.text(where)).order_by(events.c.id.desc()).limit(limit)
    return [(each.conversation, each.seq) for each in connection.execute(found, {"asked": given})]
