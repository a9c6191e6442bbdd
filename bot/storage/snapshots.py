"""What the next turn needs of all turns before the last few, kept with the conversation so that they need not be read again.

A snapshot is the state of Rasa's tracker just before one event, `from`. It is worked out from events alone, so it can be made
again whenever it is lost.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

LONGEST = 20  # turns; a form that is open for longer is cut all the same
UNDOING = ("rewind", "undo")  # they reach back by themselves, so the whole session is needed
State = dict[str, Any]


class Placed(NamedTuple):
    """An event with its place in the conversation."""

    seq: int
    event: Mapping[str, Any]


def fresh(seq: int = 0) -> State:
    """The state in which a session starts. `action` None: nothing was done yet."""
    return {"from": seq, "session": seq, "at": 0.0, **unset(), "buttons": {}, "reminders": []}


def unset() -> State:
    """What a restart resets; the buttons that were offered stay."""
    return {"slots": {}, "paused": False, "followup": "action_listen", "action": None, "loop": None}


def advance(state: State, tail: Sequence[Placed], turns: int) -> State | None:
    """A snapshot that leaves the last `turns` turns to be read, or None where there is nothing to move.

    It never falls within a form, nor beside an event that undoes others: there Rasa looks at more than the state.
    """
    moved = None
    starts = [place for place, (_, event) in enumerate(tail) if event["event"] == "session_started"]
    if starts and tail[starts[-1]].seq > state["from"]:
        tail = tail[starts[-1] :]
        state = moved = {**fresh(tail[0].seq), "at": float(tail[0].event.get("timestamp") or 0)}
    if any(event["event"] in UNDOING for _, event in tail):
        return moved
    cut = place_to_cut(state, tail, turns)
    if not cut:
        return moved
    after = {**state, "slots": dict(state["slots"]), "buttons": dict(state["buttons"]), "reminders": list(state["reminders"])}
    for _, event in tail[:cut]:
        apply(after, event)
    return {**after, "from": tail[cut].seq, "at": float(tail[cut].event.get("timestamp") or 0)}


def place_to_cut(state: State, tail: Sequence[Placed], turns: int) -> int:
    """Where in the tail its last `turns` turns begin, or the last place before that outside a form; 0 for nowhere."""
    messages = [place for place, (_, event) in enumerate(tail) if event["event"] == "user"]
    if len(messages) <= turns:
        return 0
    allowed = messages[: -turns + 1] if turns > 1 else messages
    if len(messages) > LONGEST + turns:
        return allowed[-1]
    loop, cut = state["loop"] is not None, 0
    for place, (_, event) in enumerate(tail[: allowed[-1] + 1]):
        if event["event"] == "user" and not loop:
            cut = place
        elif event["event"] == "active_loop":
            loop = event.get("name") is not None
        elif event["event"] in ("restart", "session_started"):
            loop = False
    return cut


def apply(state: State, event: Mapping[str, Any]) -> None:
    """Do to the state what Rasa's event does to its tracker."""
    kind, name = event["event"], event.get("name")
    if kind == "slot":
        state["slots"][name] = event.get("value")
    elif kind == "action":
        state["action"], state["followup"] = dict(event), None
        if state["loop"]:
            state["loop"] = {**state["loop"], "interrupted": False, "rejected": state["loop"]["rejected"] and name != state["loop"]["name"]}
    elif kind == "bot":
        offered = (event.get("data") or {}).get("buttons") or []
        state["buttons"] |= {button["payload"]: button.get("title") or "" for button in offered if button.get("payload")}
    elif kind == "active_loop":
        state["loop"] = {"name": name, "interrupted": False, "rejected": False} if name else None
    elif kind == "loop_interrupted" and state["loop"]:
        state["loop"] = {**state["loop"], "interrupted": bool(event.get("is_interrupted"))}
    elif kind == "action_execution_rejected" and state["loop"] and name == state["loop"]["name"]:
        state["loop"] = {**state["loop"], "rejected": True}
    elif kind in ("pause", "resume"):
        state["paused"] = kind == "pause"
    elif kind == "followup":
        state["followup"] = name
    elif kind == "reset_slots":
        state["slots"] = {}
    elif kind == "reminder":
        state["reminders"] = [kept for kept in state["reminders"] if kept.get("name") != name] + [dict(event)]
    elif kind == "restart":
        state |= {**unset(), "followup": "action_session_start", "reminders": []}
    elif kind == "session_started":
        state |= {**unset(), "buttons": {}, "reminders": []}
