"""Rasa policy above all others: a danger is answered first, in the middle of anything, with nothing but Rasa itself.

It also keeps the conversation's memory, because a policy's events are applied before the reply is rendered: the open
danger (`care`), what has been said once (`told`), and the topic that a follow-up leans on.
"""
from __future__ import annotations

from typing import Any, Optional

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot import care, kept
from bot.rasa_parts.danger import RISK
from bot.rasa_parts.selector import UNDERSTANDING

UTTER_CARE = "utter_care"


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
        if tracker.latest_action_name == UTTER_CARE:
            return self._certain(ACTION_LISTEN_NAME, domain)
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return self._prediction(nothing)
        step, events = turn_events(tracker)
        if step.kind == "none":
            return self._prediction(nothing, events=events)
        if tracker.active_loop_name and tracker.get_slot(REQUESTED_SLOT):
            # The form has taken the cry for help as its answer.
            events.append(SlotSet(tracker.get_slot(REQUESTED_SLOT), None))
        return self._certain(UTTER_CARE, domain, events)

    def _certain(self, action: str, domain: Domain, events: Optional[list[Event]] = None) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, events=events or [], is_no_user_prediction=True)


def turn_events(tracker: DialogueStateTracker) -> tuple[care.Step, list[Event]]:
    """What this message does to the conversation's memory, and the step that follows from it."""
    parse_data: Any = tracker.latest_message.parse_data if tracker.latest_message else {}
    understood = parse_data.get(UNDERSTANDING) or {}
    chosen = understood.get("chosen") or []
    label = chosen[0] if chosen else None
    state = tracker.get_slot("care")
    step, after = care.next_step(state, parse_data.get(RISK) or [], label, understood.get("decision", ""), kept.said())
    told = dict(tracker.get_slot("told") or {})
    told["care"] = {"kind": step.kind, "name": step.name, "version": step.version, "footer": step.footer}
    told["said"] = remember(told.get("said") or {}, understood, label)
    told["new"] = [name for name, count in told["said"].items() if count == 1 and name in names_of(understood, label)]
    events: list[Event] = [SlotSet("care", after), SlotSet("told", told)]
    if step.kind == "none" and understood.get("decision") == "answer" and chosen:
        events.append(SlotSet("topic", chosen[0]))
    return step, events


def names_of(understood: dict[str, Any], label: Optional[str]) -> list[str]:
    """What this turn says that is only said once, or differently the second time."""
    answers = kept.said().answers
    chosen = understood.get("chosen") or []
    names = ["country", *([label] if label and "/" in label else [])]
    if understood.get("decision") == "answer" and any(id in answers and answers[id].stopping for id in chosen):
        names.append("rule_zero")
    return names


def remember(said: dict[str, int], understood: dict[str, Any], label: Optional[str]) -> dict[str, int]:
    """How often each of these has been said, this turn included."""
    return {**said, **{name: said.get(name, 0) + 1 for name in names_of(understood, label)}}
