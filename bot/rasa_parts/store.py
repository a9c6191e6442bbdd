"""Rasa's tracker store on our own tables: it reads the last turns and a snapshot of all before, and writes each event once.

Rasa wraps every store in one that answers a failed read with an empty conversation and a failed write with silence.
`own` takes that wrapping off: here a failed read raises, and a failed write is journalled, then raises.
"""
from __future__ import annotations

import asyncio
import functools
import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, Dict, List, Optional, Type, TypeVar

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    FollowupAction,
    LoopInterrupted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import privacy
from bot.storage import conversations, database, journal, snapshots
from bot.storage.tables import conversations as rows
from bot.storage.tables import events as stored

log = logging.getLogger(__name__)
TURNS = 2  # read from the tables; no rule looks back further than one
WAITS = (0.3,)  # seconds before trying again: with the database's own patience less than a channel waits for an answer
MARK = "_mooring"  # on an event: when its conversation began, and its place there (-1: made up from the snapshot)
Found = TypeVar("Found")

ROW = sa.select(rows).where(rows.c.id == sa.bindparam("wanted"))
TAIL = (
    sa.select(stored.c.seq, stored.c.data)
    .where(stored.c.conversation == sa.bindparam("wanted"), stored.c.seq >= sa.bindparam("first"))
    .order_by(stored.c.seq)
)


def own(agent: Type[Agent] = Agent) -> None:
    """Let Rasa's agents use their tracker store as it is. Call it once, before an agent is made."""

    def as_it_is(store: Optional[TrackerStore], domain: Optional[Domain]) -> TrackerStore:
        if store is None:
            raise database.DatabaseProblem("Rasa was given no tracker store: `tracker_store` in endpoints.yml must name bot.rasa_parts.store.Store.")
        store.domain = domain
        return store

    agent._create_tracker_store = staticmethod(as_it_is)


class Store(TrackerStore):
    """Conversations in the database of `bot/storage`."""

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        host: Optional[str] = None,
        turns: int = TURNS,
        **kwargs: Any,
    ) -> None:
        """`host` is a database address (endpoints.yml calls it `url`); without one, MOORING_DATABASE counts.

        Raises DatabaseProblem if the database cannot be used.
        """
        super().__init__(domain, event_broker)
        database.upgrade(host)
        self.engine = database.engine(host)
        self.turns = int(turns)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation, as much of it as the next turn needs; None if there is none. Raises DatabaseProblem."""
        return await self._apart(self._load, sender_id, False)

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        """The conversation with every event of every session; None if there is none. Raises DatabaseProblem."""
        return await self._apart(self._load, conversation_id, True)

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything of the conversation is kept."""
        return await self._apart(self._count, conversation_id) > 0

    async def keys(self) -> Iterable[str]:
        """The pseudonyms of all conversations."""
        return await self._apart(self._keys)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new, durably. If that fails, what is new is journalled, and DatabaseProblem raised."""
        new = [event for event in tracker.events if not hasattr(event, MARK)]
        if not new:
            return
        known = [(event, getattr(event, MARK)) for event in tracker.events if hasattr(event, MARK)]
        began = known[0][1][0] if known else None
        tail = [(mark[1], event) for event, mark in known if mark[1] >= 0]
        channel = tracker.get_latest_input_channel() or ""
        await self._apart(self._save, tracker.sender_id, channel, began, tail, new)
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    async def _apart(self, work: Callable[..., Found], *given: Any) -> Found:
        """Do the work in a thread: a database that waits must not keep the other conversations waiting."""
        return await asyncio.to_thread(self._patiently, work, *given)

    def _patiently(self, work: Callable[..., Found], *given: Any) -> Found:
        for wait in (*WAITS, None):
            try:
                return work(*given)
            except SQLAlchemyError as error:
                if wait is None:
                    raise database.explain(error) from None
                time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _count(self, sender_id: str) -> int:
        with database.reading(self.engine) as connection:
            row = connection.execute(ROW, {"wanted": sender_id}).mappings().first()
        return int(row["events"]) if row is not None else 0

    def _keys(self) -> List[str]:
        with database.reading(self.engine) as connection:
            return list(connection.execute(sa.select(rows.c.id)).scalars())

    def _load(self, sender_id: str, whole: bool) -> Optional[DialogueStateTracker]:
        save_what_waits(self.engine, sender_id)
        with database.reading(self.engine) as connection:
            row = database.run(connection, ROW, wanted=sender_id).mappings().first()
            if row is None or not row["events"]:
                return None
            state = snapshots.fresh() if whole else snapshot_of(row)
            tail = read(connection, sender_id, state["from"])
            if any(event["event"] in snapshots.UNDOING for _, event in tail) and state["from"] > state["session"]:
                state = snapshots.fresh(state["session"])
                tail = read(connection, sender_id, state["from"])
        if not tail:
            return None
        if not whole:
            starts = [place for place, (_, event) in enumerate(tail) if event["event"] == "session_started"]
            tail = tail[starts[-1] :] if starts else tail
        head = [] if whole or tail[0][1]["event"] == "session_started" else head_of(state, self.domain)
        known = [(event, -1) for event in head] + [(event, seq) for seq, data in tail if (event := event_of(data)) is not None]
        for event, seq in known:
            setattr(event, MARK, (row["started_at"], seq))
        return DialogueStateTracker.from_events(sender_id, [event for event, _ in known], self.domain.slots)

    def _save(self, sender_id: str, channel: str, began: Optional[float], tail: Sequence[Any], new: Sequence[Event]) -> None:
        given = [event.as_dict() for event in new]
        for wait in (*WAITS, None):
            try:
                kept = self._write(sender_id, channel, began, tail, given, again=wait != WAITS[0])
                break
            except SQLAlchemyError as error:
                if wait is None:
                    keep_for_later(sender_id, channel, given, began)
                    raise database.explain(error) from None
                time.sleep(wait)
        if kept is not None:
            for place, event in enumerate(new):
                setattr(event, MARK, (kept[0], kept[1] + place))

    def _write(
        self, sender_id: str, channel: str, began: Optional[float], tail: Sequence[Any], given: Sequence[Dict[str, Any]], again: bool
    ) -> Optional[Any]:
        """Where the events stand now (the conversation's beginning, the first one's place); None if the conversation was deleted."""
        with database.writing(self.engine) as connection:
            row = conversations.locked(connection, sender_id)
            if began is not None and (row is None or row["started_at"] != began):
                # The person deleted the conversation while this message was on its way: it does not bring it back.
                return None
            row = row if row is not None else conversations.lock(connection, sender_id, channel, given)
            first = int(row["events"])
            # A try whose answer was lost may have been saved all the same.
            missing = conversations.unseen(connection, sender_id, given) if again else given
            snapshot = None
            if len(missing) == len(given) and first == (tail[-1][0] + 1 if tail else 0):
                snapshot = self._snapshot(row, tail, given)
            after = conversations.write(connection, row, missing, snapshot)
            return row["started_at"], after - len(given)

    def _snapshot(self, row: conversations.Stored, tail: Sequence[Any], given: Sequence[Dict[str, Any]]) -> Optional[str]:
        before = [snapshots.Placed(seq, event.as_dict()) for seq, event in tail]
        after = [snapshots.Placed(int(row["events"]) + place, event) for place, event in enumerate(given)]
        try:
            moved = snapshots.advance(snapshot_of(row), [*before, *after], self.turns)
            return None if moved is None else json.dumps(moved)
        except Exception as error:
            # The message matters more: without a new snapshot the next turn only reads more.
            log.error("No new snapshot of conversation %s could be made (%s).", row["id"], type(error).__name__)
            return None


def keep_for_later(sender_id: str, channel: str, given: Sequence[Dict[str, Any]], began: Optional[float]) -> None:
    """Journal what could not be saved. If even that fails the log says so: there is nowhere else."""
    try:
        journal.keep(sender_id, channel, given, began=began)
    except (OSError, privacy.KeyTrouble) as error:
        why = type(error).__name__
        log.error("A message of conversation %s could be neither saved nor journalled (%s): look at the disk and the keys.", sender_id, why)


def save_what_waits(engine: Engine, sender_id: str) -> None:
    """Save what the journal holds for a conversation. A file that no key opens must not stop it."""
    if journal.waiting(sender_id):
        try:
            journal.replay(engine, sender_id)
        except privacy.KeyTrouble:
            log.error("A journalled message of conversation %s cannot be opened: put back the key it was sealed with.", sender_id)


def snapshot_of(row: conversations.Stored) -> snapshots.State:
    """The snapshot kept with a conversation; if it cannot be read, the beginning, so that everything is read again."""
    fresh = snapshots.fresh()
    try:
        state = {**fresh, **json.loads(row["snapshot"])}
        if all(isinstance(state[name], type(fresh[name])) for name in ("from", "session", "slots", "buttons", "reminders")):
            return state
    except (ValueError, TypeError):
        pass
    log.error("The snapshot of conversation %s cannot be read; its events are read again.", row["id"])
    return fresh


def read(connection: Connection, sender_id: str, first: int) -> List[snapshots.Placed]:
    """Events from a place on. A damaged one is left out, and named in the log."""
    found = []
    for seq, data in database.run(connection, TAIL, wanted=sender_id, first=first):
        try:
            event = json.loads(data)
            event["event"]
        except (ValueError, TypeError, KeyError):
            log.error("Event %s of conversation %s is damaged and was left out: run `python -m bot.storage check`.", seq, sender_id)
            continue
        found.append(snapshots.Placed(seq, event))
    return found


@functools.lru_cache(maxsize=1)
def classes() -> Dict[str, Type[Event]]:
    """Rasa's event classes by type name. Rasa looks them up anew for every event it reads, which is most of its cost."""
    found: Dict[str, Type[Event]] = {}
    for each in all_subclasses(Event):
        found.setdefault(each.type_name, each)
    return found


def event_of(data: Mapping[str, Any]) -> Optional[Event]:
    """Rasa's event; None for one that this Rasa does not know or cannot read, which is named in the log."""
    try:
        return classes()[data["event"]]._from_parameters(dict(data))
    except Exception as error:
        log.error("An event of kind %s cannot be used (%s) and was left out: run `python -m bot.storage check`.", data["event"], type(error).__name__)
        return None


def head_of(state: snapshots.State, domain: Domain) -> List[Event]:
    """Made-up events that bring an empty tracker into the snapshot's state; attributes would be lost when Rasa copies it."""
    at, head = state["at"] or 1.0, []
    if state["buttons"]:
        buttons = [{"payload": payload, "title": title} for payload, title in state["buttons"].items()]
        head.append(BotUttered(None, {"buttons": buttons}, timestamp=at))
    head.extend(event for data in state["reminders"] if (event := event_of(data)) is not None)
    known = {slot.name for slot in domain.slots}
    head.extend(SlotSet(name, value, timestamp=at) for name, value in state["slots"].items() if name in known)
    loop = state["loop"]
    if loop:
        head += [ActiveLoop(loop["name"], timestamp=at), ActionExecuted(loop["name"], timestamp=at)]
    if state["action"] and (action := event_of(state["action"])) is not None:
        head.append(action)
    if loop and loop["rejected"]:
        head.append(ActionExecutionRejected(loop["name"], timestamp=at))
    if loop and loop["interrupted"]:
        head.append(LoopInterrupted(True, timestamp=at))
    if state["followup"] and state["action"]:
        head.append(FollowupAction(state["followup"], timestamp=at))
    if state["paused"]:
        head.append(ConversationPaused(timestamp=at))
    return head
