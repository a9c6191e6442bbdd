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

from bot import care, kept, render, settings
from bot.content import pick
from bot.rasa_parts.replies import static

log = logging.getLogger(__name__)
FOLLOWING = ("answer", "talk", "refuse", "other_drug")


class Voice(NaturalLanguageGenerator):
    """Natural language generation without generating: it picks, fills and joins reviewed words."""

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None, domain: Optional[Domain] = None) -> None:
        """Rasa passes the endpoint and the domain whose responses stand behind this."""
        self._static = TemplatedNaturalLanguageGenerator(domain.responses if domain else {})
        self._content = kept.said()

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

    def scene(self, tracker: DialogueStateTracker) -> render.Scene:
        """For whom and when this reply is made."""
        new = (tracker.get_slot("told") or {}).get("new") or ["country"]
        place = {"country": tracker.get_slot("country"), "voice": tracker.get_slot("voice") or "self", "ask_country": "country" in new}
        return render.Scene(self._content, kept.register(), settings.now(), **place)

    def say(self, utter_action: str, tracker: DialogueStateTracker) -> Optional[render.Said]:
        """The reply for an utter action, or None where the domain's own words are all there is."""
        name = utter_action[len("utter_") :]
        scene = self.scene(tracker)
        parse_data: Any = tracker.latest_message.parse_data if tracker.latest_message else {}
        understood = parse_data.get("understanding") or {}
        told = tracker.get_slot("told") or {}
        chosen = understood.get("chosen") or []
        kind, _, which = name.partition("/")
        if kind == "care":
            return self.care(told.get("care") or {}, tracker.get_slot("care") or {}, scene)
        said = self.say_plain(kind, which, chosen, parse_data, scene, told)
        step = told.get("care") or {}
        if said is not None and step.get("name") == "watch_checkin":
            return said.plus(self.version("watch_checkin", self.who(tracker), int(step["version"]), scene))
        if said is not None and step.get("footer"):
            quiet = int((tracker.get_slot("care") or {}).get("quiet", 1))
            footed = said.plus(self.version("new_topic_footer", self.who(tracker), quiet - 1, scene))
            show = render.button(self._content.words["buttons"]["helplines"], "/flow/find_helpline")
            return render.Said(footed.text, (*footed.buttons, show), footed.sources)
        return said

    def who(self, tracker: DialogueStateTracker) -> str:
        """Whom the open danger is about, as data/dialogue/care.yml calls them."""
        return "other" if (tracker.get_slot("care") or {}).get("about") == "other" else "self"

    def say_plain(
        self, kind: str, which: str, chosen: list[str], parse_data: dict[str, Any], scene: render.Scene, told: dict[str, Any]
    ) -> Optional[render.Said]:
        """Everything but an open danger."""
        words = self._content.words
        new = told.get("new") or []
        if kind == "answer":
            return render.answer(chosen or [which], scene, rule_zero="rule_zero" in new)
        if kind in ("talk", "refuse", "other_drug") and which:
            turn = self._content.turns[f"{kind}/{which}"]
            return render.turn(turn, scene, again=turn.name not in new)
        if kind == "clarify":
            return render.clarify(chosen, scene)
        if kind == "more":
            return render.more(chosen[0], scene)
        if kind == "guide":
            return render.guide(chosen[0], int(parse_data.get("step", 0)), scene)
        if kind == "also":
            return render.Said(render.fill(words["also"][chosen[0]], scene)).plus(render.lines(["drugs"], scene))
        if kind == "country":
            return self.country(parse_data, scene)
        if kind == "not_covered":
            return render.Said(words["not_covered"]).plus(render.lines(["drugs"], scene))
        if kind == "flow":
            return self.flow(parse_data["intent"]["name"], scene)
        return None

    def flow(self, name: str, scene: render.Scene) -> Optional[render.Said]:
        """What a wish starts: lines, a guide, or words."""
        guides = {"safety_plan": "safety_plan", "calm_me_down": "breathing"}
        if name in guides:
            return render.guide(guides[name], 0, scene)
        turn = self._content.turns.get(f"flow/{name}")
        family = scene.voice in ("family", "young_family")
        needs = turn.helplines if turn and turn.helplines else (("crisis", "family") if family else ("crisis", "drugs"))
        text = render.fill(pick(turn.say, scene.voice), scene) if turn and turn.say else ""
        return render.Said(text).plus(render.lines(needs, scene, about="other" if family else "self"))

    def country(self, parse_data: dict[str, Any], scene: render.Scene) -> render.Said:
        """After the person has said where they are."""
        words = self._content.words
        home = kept.register().countries.get(scene.code or "")
        if home is None:
            named = str(parse_data.get("place") or "")
            text = words["country_elsewhere"].format(country=named) if named else words["country_cleared"]
        else:
            text = words["country_set"].format(country=home.called)
        return render.Said(text).plus(render.lines(["crisis", "drugs"], scene))

    def care(self, step: dict[str, Any], state: dict[str, Any], scene: render.Scene) -> render.Said:
        """The reply to a danger, or the next move of the conversation after it."""
        about = str(state.get("about", "self"))
        who = "other" if about == "other" else "self"
        if step["kind"] == "danger":
            heard = care.sign_of(step["name"], self._content)
            return render.danger(heard, about, scene, again=int(step["version"]) > 0) if heard else static_crisis(scene.country)
        sign = care.sign_of(str(state.get("rule")), self._content)
        scene = render.emergency_of(sign, scene) if sign else scene
        text = self.version(step["name"], who, int(step["version"]), scene)
        level = str(state.get("level", "watch"))
        needs = ("emergency", "crisis") if level == "emergency" else ("crisis",)
        return render.Said(text, render.care_buttons(scene)).plus(render.lines(needs, scene, about=who, limit=1))

    def version(self, move: str, who: str, version: int, scene: render.Scene) -> str:
        """One wording of a move; when all are used, they come round again, which the state machine avoids."""
        versions = self._content.care[move].get(who) or self._content.care[move]["self"]
        return render.fill(versions[version % len(versions)], scene)


def static_crisis(country: Optional[str] = None) -> render.Said:
    """The words that a channel sends by itself when Rasa cannot: the emergency rule and lines that are always open."""
    scene = render.Scene(kept.said(), kept.register(), settings.now(), country)
    return render.Said(static(kept.said().words["static_crisis"], kept.said())).plus(render.lines(["emergency", "crisis"], scene))
