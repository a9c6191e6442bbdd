"""Graph component that decides what a message asks for, and tells Rasa in the words of its response selector."""
from __future__ import annotations

from typing import Any, Optional

from joblib import dump, load
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import answers, content, denial, kept, understanding, who
from bot.rasa_parts.danger import RISK, deaf_ears
from bot.rasa_parts.reading import READING, shared_reader
from bot.rasa_parts.vectors import vectors_of

UNDERSTANDING = "understanding"
FILE = "selector.joblib"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SelectAnswer(GraphComponent, IntentClassifier):
    """Sets intent, entities and `response_selector`, and UNDERSTANDING for staff, tests and the voice."""

    def __init__(self, storage: ModelStorage, resource: Resource, selector: Optional[answers.Selector] = None) -> None:
        """`selector` is there once loaded."""
        self._storage, self._resource, self._selector = storage, resource, selector

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "SelectAnswer":
        """A component to be trained."""
        return cls(model_storage, resource)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`content` is the content's fingerprint; it only tells Rasa's cache when to train again."""
        return {"content": ""}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the ways of asking."""
        reader = shared_reader()
        texts, labels = understanding.examples(content.shared(), reader.clean)
        selector = answers.train(texts, labels, vectors_of(texts, reader))
        with self._storage.write_to(self._resource) as folder:
            dump(selector.state(), folder / FILE)
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> "SelectAnswer":
        """Bring the trained selector back."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, answers.Selector(load(folder / FILE)))

    def process(self, messages: list[Message], tracker: Optional[DialogueStateTracker] = None) -> list[Message]:
        """Understand each message; without an encoder nothing is covered, and that is said."""
        for message in messages:
            reading = message.get(READING)
            if reading is None or self._selector is None:
                continue
            slots = tracker.current_slot_values() if tracker is not None else {}
            grave = [found for found in message.get(RISK) or [] if found["level"] in ("urgent", "emergency")]
            understood = understanding.understand(
                reading,
                self._selector,
                shared_reader(),
                kept.register(),
                topic=slots.get("topic"),
                voice=slots.get("voice"),
                at_risk="other" if grave and grave[0]["about"] == "other" else None,
            )
            for key, value in understanding.parse_data(understood).items():
                message.set(key, value, add_to_output=True)
            # Only after a disclosure does a denial mean something.
            message.set("denied", bool(slots.get("care")) and denial.denies(reading, deaf_ears()), add_to_output=True)
            message.set("manner", understanding.manner_of(reading), add_to_output=True)
            message.set("named", who.named_in(reading.doc), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing to add to examples."""
        return training_data
