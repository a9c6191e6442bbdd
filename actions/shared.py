"""What every action does: make the scene, say the words, and leave the marker by which the safety policy knows that it worked."""
from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import care_words, flows, render

DONE = "done"
Events = list[dict[str, Any]]


def scene_of(tracker: Tracker) -> render.Scene:
    """For whom and when this reply is made."""
    return flows.scene_of(tracker.slots)


def is_new(tracker: Tracker) -> bool:
    """Whether this wish comes for the first time in the conversation."""
    chosen = ((tracker.latest_message or {}).get("understanding") or {}).get("chosen") or [""]
    return chosen[0] in ((tracker.get_slot("told") or {}).get("new") or [])


def text_of(tracker: Tracker) -> str:
    """What the person wrote, or the title of the button that they pressed."""
    return str((tracker.latest_message or {}).get("text") or "")


def reply(said: render.Said, dispatcher: CollectingDispatcher, tracker: Tracker, action: str) -> Events:
    """Say it, with what an open danger adds, and return the marker."""
    step, state = (tracker.get_slot("told") or {}).get("care") or {}, tracker.get_slot("care")
    whole = render.as_dict(care_words.beside(said, step, state, scene_of(tracker)))
    dispatcher.utter_message(text=whole["text"], buttons=whole["buttons"], sources=whole["sources"])
    return [SlotSet(DONE, action)]
