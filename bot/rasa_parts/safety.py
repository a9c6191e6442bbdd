"""Rasa policy above all others: a danger is answered first, in the middle of anything, with nothing but Rasa itself.

It also keeps the conversation's memory, because a policy's events are applied before the reply is rendered: the open
danger (`care`), what has been said once (`told`), and the topic that a follow-up leans on.

Rasa takes an action that failed for one that worked. So each of ours leaves a marker in the slot `done`; where that is
missing, the referral of the country is said.
"""
from __future__ import annotations

import dataclasses
from typing import Any, Optional

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot import care, kept, watch
from bot.flows import GUIDES
from bot.rasa_parts.danger import RISK
from bot.rasa_parts.replies import ACTIONS, REFERRAL
from bot.rasa_parts.selector import UNDERSTANDING

UTTER_CARE = "utter_care"
OURS = frozenset(ACTIONS.values())
DONE = "done"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class SafetyPolicy(Policy):
    """Predicts `utter_care` while there is something to say about a danger, and nothing otherwise."""

    @staticmethod
    def supported_data() -> SupportedData:
        """It learns nothing; rules count as data for it so that rule turns are not hidden."""
        return SupportedData.ML_AND_RULE_DATA

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Above every other policy."""
        return {"priority": 100, "max_history": 1}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> None:
        """Rasa's own set-up."""
        super().__init__(config, model_storage, resource, execution_context)

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing to learn."""
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> "SafetyPolicy":
        """Nothing was stored."""
        return cls(config, model_storage, resource, execution_context)

    def predict_action_probabilities(
        self, tracker: DialogueStateTracker, domain: Domain, rule_only_data: Optional[dict[str, Any]] = None, **kwargs: Any
    ) -> PolicyPrediction:
        """`utter_care` after a message that calls for it, `action_listen` after that, else no opinion."""
        nothing = self._default_predictions(domain)
        if tracker.latest_action_name in (UTTER_CARE, REFERRAL):
            return self._certain(ACTION_LISTEN_NAME, domain)
        if tracker.latest_action_name in OURS and not left_its_mark(tracker):
            return self._certain(REFERRAL, domain)
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return self._prediction(nothing)
        step, events = turn_events(tracker)
        if step.kind == "none":
            return self._prediction(nothing, events=events)
        if tracker.active_loop_name and tracker.get_slot(REQUESTED_SLOT):
            # The form has taken the cry for help as its answer.
            events.append(SlotSet(tracker.get_slot(REQUESTED_SLOT), None))
        watch.notice(tracker.sender_id, tracker.get_latest_input_channel() or "", step, tracker.current_slot_values(), events_to_slots(events))
        return self._certain(UTTER_CARE, domain, events)

    def _certain(self, action: str, domain: Domain, events: Optional[list[Event]] = None) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, events=events or [], is_no_user_prediction=True)


def left_its_mark(tracker: DialogueStateTracker) -> bool:
    """Whether the action that ran last has said, by the slot `done`, that it did its work."""
    for event in reversed(tracker.events):
        if isinstance(event, SlotSet) and event.key == DONE and event.value == tracker.latest_action_name:
            return True
        if isinstance(event, ActionExecuted) and event.action_name == tracker.latest_action_name:
            return False
    return False


def events_to_slots(events: list[Event]) -> dict[str, Any]:
    """What slots will hold."""
    return {event.key: event.value for event in events if isinstance(event, SlotSet)}


def turn_events(tracker: DialogueStateTracker) -> tuple[care.Step, list[Event]]:
    """What this message does to the conversation's memory, and the step that follows from it."""
    parse_data: Any = tracker.latest_message.parse_data if tracker.latest_message else {}
    understood = parse_data.get(UNDERSTANDING) or {}
    chosen = understood.get("chosen") or []
    label = chosen[0] if chosen else None
    state = tracker.get_slot("care")
    findings, denied = parse_data.get(RISK) or [], bool(parse_data.get("denied"))
    said = {"denied": denied, "about": parse_data.get("named"), "manner": parse_data.get("manner")}
    step, after = care.next_step(state, findings, label, understood.get("decision", ""), kept.said(), **said)
    told = dict(tracker.get_slot("told") or {})
    young = step == care.Step("none") and care.YOUNG_HELLO not in (told.get("said") or {}) and care.is_young(findings)
    step = dataclasses.replace(step, name=care.YOUNG_HELLO) if young else step
    told["care"] = {"kind": step.kind, "name": step.name, "version": step.version, "footer": step.footer}
    names = names_of(understood, label, asks_country=tracker.get_slot("country") is None and (step.kind != "none" or shows_lines(understood, label)))
    names += [care.YOUNG_HELLO] if young else []
    told["said"] = {**(told.get("said") or {}), **{name: (told.get("said") or {}).get(name, 0) + 1 for name in names}}
    told["new"] = [name for name in names if told["said"][name] == 1]
    told["last"], told["go_on"] = last_answer(understood, parse_data, told.get("last"), step)
    told["guide"] = guide_of(parse_data, told.get("guide"), label, step)
    events: list[Event] = [SlotSet("care", after), SlotSet("told", told)]
    if understood.get("decision") == "answer" and chosen:
        events.append(SlotSet("topic", chosen[0]))
    elif label == "flow/start_again":
        events.append(SlotSet("topic", None))
    elif label == "flow/change_country" and not parse_data.get("entities"):
        # The lines of a country that is wrong must not be shown while we ask for the right one.
        events.append(SlotSet("country", None))
    return step, events


def last_answer(understood: dict[str, Any], parse_data: dict[str, Any], before: Any, step: care.Step) -> tuple[Any, bool]:
    """The answer that was given last and whether its longer words were too, as [id, more]; and whether this turn goes on with those.

    Who asks for the same again wants more than the same paragraph.
    """
    chosen = understood.get("chosen") or []
    if step.kind != "none" or len(chosen) != 1:
        return before, False
    if (parse_data.get("intent") or {}).get("name") == "more":
        return [chosen[0], True], False
    if understood.get("decision") != "answer":
        return before, False
    again = before == [chosen[0], False] and bool(kept.said().answers[chosen[0]].more)
    return [chosen[0], again], again


def guide_of(parse_data: dict[str, Any], before: Any, label: Optional[str], step: care.Step) -> Optional[list[Any]]:
    """The guide that somebody is in the middle of, as [name, step]; it ends with a danger or another subject."""
    intent = (parse_data.get("intent") or {}).get("name")
    if step.kind != "none":
        return None
    if intent == "guide":
        return [(parse_data[UNDERSTANDING]["chosen"] or [""])[0], int(parse_data.get("step", 0))]
    if intent in GUIDES:
        return [GUIDES[intent], 0]
    if before and label in ("talk/yes", "talk/gibberish"):
        return [before[0], int(before[1]) + 1]
    decision = (parse_data.get(UNDERSTANDING) or {}).get("decision")
    return [*before] if before and decision in ("not_covered", "clarify") else None


def shows_lines(understood: dict[str, Any], label: Optional[str]) -> bool:
    """Whether the reply lists helplines, and so may ask for the country."""
    content, chosen = kept.said(), understood.get("chosen") or []
    if understood.get("decision") == "answer":
        return any(content.answers[id].helplines for id in chosen if id in content.answers)
    turn = content.turns.get(label or "")
    return understood.get("decision") == "not_covered" or (turn is not None and (turn.kind == "flow" or bool(turn.helplines)))


def names_of(understood: dict[str, Any], label: Optional[str], *, asks_country: bool) -> list[str]:
    """What this turn says that is only said once, or differently the second time."""
    answers = kept.said().answers
    names = [*(["country"] if asks_country else []), *([label] if label and "/" in label else [])]
    if understood.get("decision") == "answer" and any(id in answers and answers[id].stopping for id in understood.get("chosen") or []):
        names.append("rule_zero")
    return names
