"""The content's words as Rasa responses. `Voice` renders them for the person; these stand when it cannot."""
from __future__ import annotations

from typing import Any

from bot import render
from bot.content import Content, pick
from bot.flows import about, usual_needs
from bot.helpline_types import INTERNATIONAL
from bot.helplines import Register, emergency_number
from bot.settings import now

KINDS = ("talk", "refuse", "other_drug")
PLAIN = ("more", "also", "guide", "clarify", "not_covered", "country", "flow", "care")
# Flows that need the action server; all others are words of `utter_flow`.
ACTIONS = {
    "find_helpline": "action_find_helpline",
    "find_treatment": "action_find_treatment",
    "what_happens_when_i_call": "action_what_happens",
    "save_card": "action_save_card",
    "talk_to_human": "action_escalate",
    "call_me_back": "action_escalate",
    "leave_contact": "action_escalate",
    "check_my_question": "action_escalate",
}
REFERRAL = "utter_referral"


def retrieval_responses(content: Content) -> dict[str, list[dict[str, Any]]]:
    """`utter_answer/<id>` and the like, in the words for the person themselves."""
    said = {f"utter_answer/{answer.id}": [{"text": static(pick(answer.say, "self"), content)}] for answer in content.answers.values()}
    for turn in content.turns.values():
        if turn.kind in KINDS:
            said[f"utter_{turn.name}"] = [{"text": static(pick(turn.say, "self"), content)}]
    return said


def plain_responses(content: Content, register: Register) -> dict[str, list[dict[str, Any]]]:
    """The other responses; all of them hold a way to help, for they are only seen when rendering has failed."""
    crisis, trouble = str(content.words["static_crisis"]), str(content.words["static_trouble"])
    said = {f"utter_{name}": [{"text": trouble}] for name in PLAIN}
    said |= {"utter_care": [{"text": crisis}], "utter_not_covered": [{"text": str(content.words["not_covered"])}]}
    return {**said, REFERRAL: referrals(content, register)}


def referrals(content: Content, register: Register) -> list[dict[str, Any]]:
    """The static referral of each country, which Rasa picks by the slot, and the one for a country that is not known."""
    found: list[dict[str, Any]] = [{"text": static_referral(content, register, None)}]
    for code, home in register.countries.items():
        text = static_referral(content, register, code)
        for place in (code, *home.regions):
            found.append({"text": text, "condition": [{"type": "slot", "name": "country", "value": place}]})
    return found


def static_referral(content: Content, register: Register, country: str | None) -> str:
    """Words and lines that hold at any hour: those open day and night, or always there, and the number for emergencies."""
    scene = render.Scene(content, register, now(), country, ask_country=False)
    needs = ("emergency", *usual_needs(scene))
    kept = [one for one in render.choices(needs, scene, about=about(scene)) if one.helpline.hours.kind in ("always", "website")]
    if not any(one.helpline.website or one.helpline.ways() for one in kept):
        kept += render.choices(["crisis"], render.Scene(content, register, now(), INTERNATIONAL))
    rows = [f"• {render.line_of(one, scene)}" for one in kept]
    if emergency_number(register, country) is None:
        rows.insert(0, f"• {render.fill(content.words['card']['emergency'], scene)}")
    return "\n\n".join((static(str(content.words["referral"]), content), "\n".join(rows)))


def static(text: str, content: Content) -> str:
    """A text with its placeholders filled for a country that is not known."""
    words = content.words
    return text.replace("{emergency_number}", words["local_emergency"]).replace("{police_number}", words["local_police"])


def flow_names(content: Content) -> list[str]:
    """Intents that start something: the flows of data/dialogue, and what only buttons send."""
    flows = [turn.name.split("/")[-1] for turn in content.turns.values() if turn.kind == "flow"]
    return [*flows, "more", "also", "guide"]


def action_for(name: str) -> str:
    """What answers a flow: its own response or action, else `utter_flow`, which `Voice` renders by the flow's name."""
    return f"utter_{name}" if name in PLAIN else ACTIONS.get(name, "utter_flow")
