"""Rasa's graph run in order: what comes out is what comes out of Rasa's own runner."""
from __future__ import annotations

from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_parts.graph import InOrder


@pytest.mark.parametrize("text", ["how long does ket withdrawal last?", "I want to kill myself", "thanks", "what is the capital of Peru", "I am in Cork"])
def test_what_runs_in_order_gives_what_rasas_own_runner_gives(agent: Any, text: str) -> None:
    # Three runs a message, of which Rasa's own spends 1.6 ms of a processor on planning.
    runner, model = agent.processor.graph_runner, agent.processor.model_metadata
    assert isinstance(runner, InOrder)
    tracker = DialogueStateTracker.from_events("c", [ActionExecuted("action_listen")], agent.domain.slots)
    found = []
    for run in (InOrder.run, DaskGraphRunner.run):
        read = run(runner, {"__message__": [UserMessage(text)], "__tracker__": tracker}, [model.nlu_target])[model.nlu_target][0].as_dict(only_output_properties=True)
        asked = tracker.copy()
        asked.update(UserUttered(text, read["intent"], read["entities"], read))
        predicted = run(runner, {"__tracker__": asked}, [model.core_target])[model.core_target]
        events = [{**event.as_dict(), "timestamp": None} for event in predicted.events]
        found.append((read, predicted.policy_name, predicted.probabilities, predicted.is_no_user_prediction, events))
    assert found[0] == found[1]


def test_what_a_component_raises_is_told_as_rasas_own_runner_tells_it(agent: Any) -> None:
    runner, model = agent.processor.graph_runner, agent.processor.model_metadata
    for run in (InOrder.run, DaskGraphRunner.run):
        with pytest.raises(GraphRunError):
            run(runner, {}, [model.core_target])
