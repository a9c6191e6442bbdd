"""The content's words as Rasa responses. `Voice` renders them for the person; these stand when it cannot."""
from __future__ import annotations

from typing import Any

from bot.content import Content, pick

KINDS = ("talk", "refuse", "other_drug")
PLAIN = ("more", "also", "guide", "clarify", "not_covered", "country", "flow", "care", "safe_words", "lines")
ACTIONS: dict[str, str] = {}


def retrieval_responses(content: Content) -> dict[str, list[dict[str, Any]]]:
    """`utter_answer/<id>` and the like, in the words for the person themselves."""
    said = {f"utter_answer/{answer.id}": [{"text": static(pick(answer.say, "self"), content)}] for answer in content.answers.values()}
    for turn in content.turns.values():
        if turn.kind in KINDS:
            said[f"utter_{turn.name}"] = [{"text": static(pick(turn.say, "self"), content)}]
    return said


def plain_responses(content: Content) -> dict[str, list[dict[str, Any]]]:
    """The other responses; all of them hold a way to help, for they are only seen when rendering has failed."""
    crisis, trouble = str(content.words["static_crisis"]), str(content.words["static_trouble"])
    said = {f"utter_{name}": [{"text": trouble}] for name in PLAIN}
    return {**said, "utter_care": [{"text": crisis}], "utter_not_covered": [{"text": str(content.words["not_covered"])}]}


def static(text: str, content: Content) -> str:
    """A text with its placeholders filled for a country that is not known."""
    words = content.words
    return text.replace("{emergency_number}", words["local_emergency"]).replace("{police_number}", words["local_police"])


def flow_names(content: Content) -> list[str]:
    """Intents that start something: the flows of data/dialogue, and what only buttons send."""
    flows = [turn.name.split("/")[-1] for turn in content.turns.values() if turn.kind == "flow"]
    return [*flows, "more", "also", "guide"]


def action_for(name: str, content: Content) -> str:
    """What answers a flow: its own response or action, else `utter_flow`, which `Voice` renders by the flow's name."""
    return f"utter_{name}" if name in PLAIN else ACTIONS.get(name, "utter_flow")
