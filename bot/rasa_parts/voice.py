"""Rasa's hook for words: renders each response for this person, country and hour, in Rasa's own process.

Nothing here may leave a person without an answer: when rendering fails, the domain's static words are said.
"""
from __future__ import annotations

import logging
from typing import Any, Optional

from rasa.core.nlg import NaturalLanguageGenerator, TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import care_words, flows, kept, render, settings
from bot.rasa_parts.replies import static

log = logging.getLogger(__name__)
KINDS = ("talk", "refuse", "other_drug")


class Voice(NaturalLanguageGenerator):
    """Natural language generation without generating: it picks, fills and joins reviewed words."""

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None, domain: Optional[Domain] = None) -> None:
        """Rasa passes the endpoint and the domain whose responses stand behind this."""
        self._static = TemplatedNaturalLanguageGenerator(domain.responses if domain else {})

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> Optional[dict[str, Any]]:
        """The message for a response: text, buttons and sources."""
        try:
            said = self.say(utter_action, tracker)
        except Exception as error:
            # Whatever broke, the person must still be answered; the log names the place, never their words.
            log.error("Could not render %s (%s); the static words are said instead.", utter_action, type(error).__name__)
            said = None
        if said is None:
            return await self._static.generate(utter_action, tracker, output_channel, **kwargs)
        return render.as_dict(said)

    def say(self, utter_action: str, tracker: DialogueStateTracker) -> Optional[render.Said]:
        """The reply for an utter action, or None where the domain's own words are all there is."""
        slots = tracker.current_slot_values()
        scene, told, state = flows.scene_of(slots), slots.get("told") or {}, slots.get("care") or {}
        parse_data: Any = tracker.latest_message.parse_data if tracker.latest_message else {}
        step = told.get("care") or {}
        kind, _, which = utter_action[len("utter_") :].partition("/")
        if kind == "care":
            foreign = any(found.get("by") == "language" for found in parse_data.get("risk") or [])
            return care_words.reply(step, state, scene, foreign=foreign)
        said = in_guide(kind, told, scene) or say_plain(kind, which, parse_data, scene, told)
        return said and care_words.beside(said, step, state, scene)


def in_guide(kind: str, told: dict[str, Any], scene: render.Scene) -> Optional[render.Said]:
    """In the middle of a guide: "yes" is the next step, and what somebody writes for their own plan is theirs to keep."""
    if not told.get("guide") or kind not in ("talk", "not_covered", "clarify"):
        return None
    name, step = told["guide"]
    if kind == "talk":
        return render.guide(name, int(step), scene)
    words = scene.content.words
    return render.Said(words["guide_kept"], (render.button(words["buttons"]["next"], f"/guide/{name}/{int(step) + 1}"),))


def say_plain(kind: str, which: str, parse_data: dict[str, Any], scene: render.Scene, told: dict[str, Any]) -> Optional[render.Said]:
    """Everything but an open danger."""
    content, new = scene.content, told.get("new") or []
    words, chosen = content.words, list((parse_data.get("understanding") or {}).get("chosen") or [])
    if kind == "answer" and told.get("go_on") and render.is_given(chosen[0], scene):
        more = render.more(chosen[0], scene)
        return render.Said(f"{words['more_of_it']}{render.PARAGRAPH}{more.text}", more.buttons, more.sources)
    if kind == "answer":
        return render.answer(chosen or [which], scene, rule_zero="rule_zero" in new)
    if kind in KINDS and which:
        turn = content.turns[f"{kind}/{which}"]
        return render.turn(turn, scene, again=turn.name not in new)
    if kind == "clarify":
        return flows.noted(render.clarify(chosen, scene), parse_data.get("entities") or [], scene)
    if kind == "more":
        return render.more(chosen[0], scene)
    if kind == "guide":
        return render.guide(chosen[0], int(parse_data.get("step", 0)), scene)
    if kind == "also":
        return render.Said(render.fill(words["also"][chosen[0]], scene)).plus(render.lines(["drugs"], scene))
    if kind == "country":
        guesses = parse_data.get("guesses") or []
        return flows.country_guess(guesses, scene) if guesses else flows.country_set(str(parse_data.get("place") or ""), scene)
    if kind == "not_covered":
        check = render.button(words["buttons"]["check"], "/flow/check_my_question")
        return render.Said(words["not_covered"], (check,)).plus(render.lines(["drugs"], scene))
    if kind == "flow":
        name = parse_data["intent"]["name"]
        return flows.plain(name, scene, again=f"flow/{name}" not in new)
    return flows.referral(scene) if kind == "referral" else None


def static_crisis(country: Optional[str] = None) -> render.Said:
    """The words that a channel sends by itself when Rasa cannot: the emergency rule and lines that are always open."""
    scene = render.Scene(kept.said(), kept.register(), settings.now(), country)
    return render.Said(static(kept.said().words["static_crisis"], kept.said())).plus(render.lines(["emergency", "crisis"], scene))
