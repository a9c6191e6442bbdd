"""The tracker store beside Rasa's own: the same messages, the same replies, the same slots, whatever the conversation."""
from __future__ import annotations

import json
import pathlib
import random
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core import events as rasa_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot import kept, privacy
from bot.rasa_parts.store import Store
from channels import base


@pytest.fixture(autouse=True)
def keys(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and a journal of the test's own."""
    monkeypatch.setenv("MOORING_KEYS", privacy.new_key())
    monkeypatch.setenv("MOORING_JOURNAL", str(tmp_path / "journal"))


def ours(agent: Agent, folder: pathlib.Path, **more: Any) -> Store:
    """Our store on a new file."""
    return Store(agent.domain, host=f"sqlite:///{folder / 'kept.sqlite3'}", **more)


def use(agent: Agent, store: TrackerStore) -> None:
    """Let the agent keep its conversations there, without Rasa's wrapping."""
    agent.tracker_store = store
    agent.processor.tracker_store = store  # type: ignore[union-attr]
    agent.lock_store = agent.processor.lock_store = InMemoryLockStore()  # type: ignore[union-attr]


@pytest.fixture
def speaker(agent: Agent) -> Any:
    """The shared agent, given back its own store afterwards."""
    before = (agent.tracker_store, agent.lock_store)
    yield agent
    use(agent, before[0])


def script(seed: int, length: int) -> list[tuple[str, Any]]:
    """A long random conversation: questions, dangers, follow-ups, countries, buttons, restarts, pauses, sessions that end."""
    dice = random.Random(seed)
    said = kept.said()
    asks = [ask for answer in said.answers.values() for ask in answer.ask] + [ask for turn in said.turns.values() for ask in turn.ask]
    short = ["and how long does that last?", "yes", "no", "I am in Cork", "thanks", "I want to kill myself", "no I'm safe", "he took too much and won't wake", "tell me more", "my son"]
    steps: list[tuple[str, Any]] = []
    for _ in range(length):
        kind = dice.choices(["ask", "short", "button", "old", "slot", "pause", "session", "restart", "form", "event"], [40, 30, 12, 4, 4, 2, 2, 1, 3, 2])[0]
        steps.append((kind, dice.choice(short if kind == "short" else asks) if kind in ("ask", "short") else dice.random()))
    return steps


async def play(agent: Agent, store: TrackerStore, steps: list[tuple[str, Any]], sender: str) -> list[Any]:
    """What each step brought: replies and the tracker's state."""
    use(agent, store)
    seen: list[Any] = []
    offered: list[str] = []
    for kind, what in steps:
        replies: list[dict[str, Any]] = []
        if kind in ("ask", "short"):
            replies = await base.answer(agent, base.Incoming(sender, what))
        elif kind in ("button", "old") and offered:
            payload = offered[-1 - int(what * min(4, len(offered)))] if kind == "button" else offered[int(what * len(offered))]
            replies = await base.answer(agent, base.Incoming(sender, "a button", payload))
        elif kind == "slot":
            await base.set_slots(agent, sender, {"country": "GB" if what < 0.5 else None})
        elif kind in ("pause", "session", "restart", "form", "event"):
            await inject(agent, sender, kind, what)
        offered += [button["payload"] for reply in replies for button in reply["buttons"]]
        tracker = await store.retrieve(sender)
        seen.append((kind, what, [(reply["text"], reply["buttons"]) for reply in replies], look(tracker)))
    return seen


async def inject(agent: Agent, sender: str, kind: str, what: float) -> None:
    """Events that do not come from a message."""
    tracker = await agent.tracker_store.retrieve(sender)
    if tracker is None:
        return
    new: list[rasa_events.Event] = {
        "pause": [rasa_events.ConversationPaused() if what < 0.5 else rasa_events.ConversationResumed()],
        "session": [
            rasa_events.ActionExecuted("action_session_start"),
            rasa_events.SessionStarted(),
            *[rasa_events.SlotSet(name, value) for name, value in tracker.current_slot_values().items() if value is not None],
            rasa_events.ActionExecuted("action_listen"),
        ],
        "restart": [rasa_events.Restarted()],
        "form": [rasa_events.ActiveLoop(None)],
        "event": [rasa_events.AllSlotsReset() if what < 0.2 else rasa_events.FollowupAction("action_listen")],
    }[kind]
    tracker.update_with_events(new, agent.domain)
    await agent.tracker_store.save(tracker)


def look(tracker: DialogueStateTracker | None) -> Any:
    """All that a prediction can see of a conversation's state."""
    if tracker is None:
        return None
    return {
        "slots": tracker.current_slot_values(),
        "loop": tracker.active_loop_name,
        "paused": tracker.is_paused(),
        "followup": tracker.followup_action,
        "action": tracker.latest_action_name,
        "message": tracker.latest_message.text if tracker.latest_message else None,
        "channel": tracker.get_latest_input_channel(),
        "offered": base.offered_buttons(tracker),
    }


@pytest.mark.parametrize("seed", range(3))
async def test_long_random_conversations_go_as_with_rasas_own_stores(speaker: Agent, tmp_path: pathlib.Path, seed: int) -> None:
    steps = script(seed, 60)
    mine = await play(speaker, ours(speaker, tmp_path), steps, f"c{seed}")
    theirs = await play(speaker, SQLTrackerStore(speaker.domain, db=str(tmp_path / "rasa.sqlite3")), steps, f"c{seed}")
    for ours_then, theirs_then in zip(mine, theirs, strict=True):
        assert ours_then == theirs_then
    with sa.create_engine(f"sqlite:///{tmp_path / 'kept.sqlite3'}").connect() as connection:
        kept_snapshot = json.loads(connection.execute(sa.text("SELECT snapshot FROM conversations")).scalar())
    assert kept_snapshot["from"] > 0  # else nothing was put to the test
