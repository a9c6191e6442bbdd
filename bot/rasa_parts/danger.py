"""Graph component that hears danger in every message, and trains the part of it that learns."""
from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import functools
from collections.abc import Iterator, Sequence
from typing import Any, Optional

import yaml
from joblib import dump, load
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import content, kept, phrases, risk, risk_training, scope
from bot.rasa_parts.reading import READING, shared_reader
from bot.rasa_parts.vectors import vectors_of
from bot.settings import LANGUAGE_DATA

RISK = "risk"
FILE = "meaning.joblib"
_heard: contextvars.ContextVar[Optional[Sequence[risk.Finding]]] = contextvars.ContextVar("heard_by_the_channel", default=None)


@functools.lru_cache(maxsize=1)
def deaf_ears() -> risk.Ears:
    """Ears without the learnt layer: all that is needed when no model has been loaded."""
    reader = shared_reader()
    lemmas = phrases.lemmas_of(reader.parse)
    said = yaml.safe_load((LANGUAGE_DATA / "danger_phrases.yml").read_text(encoding="utf-8"))
    cues = scope.load_cues(LANGUAGE_DATA / "scope.yml", lemmas)
    return risk.make_ears(kept.said(), lemmas, cues, risk_training.foreign_rules(said), None)


_loaded: list[risk.Ears] = []


def best_ears() -> risk.Ears:
    """The ears of the model that this process has loaded, else those without the learnt layer."""
    return _loaded[0] if _loaded else deaf_ears()


@contextlib.contextmanager
def hearing(findings: Optional[Sequence[risk.Finding]]) -> Iterator[None]:
    """Within this, Rasa takes what the channel has heard in the message as it was typed, and hears it no second time; None: it hears itself."""
    token = _heard.set(findings)
    try:
        yield
    finally:
        _heard.reset(token)


def heard_already() -> Optional[list[dict[str, Any]]]:
    """What the channel has heard, as it is stored; None where it has not listened."""
    findings = _heard.get()
    return None if findings is None else [finding.record() for finding in findings]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class HearDanger(GraphComponent):
    """Puts what was heard on the message under RISK, without the person's words; it is stored with the event."""

    def __init__(self, storage: ModelStorage, resource: Resource, ears: risk.Ears | None = None) -> None:
        """`ears` are there once trained or loaded."""
        self._storage, self._resource, self.ears = storage, resource, ears or deaf_ears()

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "HearDanger":
        """A component to be trained."""
        return cls(model_storage, resource)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`content` is the content's fingerprint; it only tells Rasa's cache when to train again."""
        return {"content": ""}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from data/risk, against everything else that people ask."""
        reader = shared_reader()
        texts, rules = risk_training.examples(content.shared(), reader.clean)
        state = risk_training.train(texts, rules, vectors_of(texts, reader), content.shared())
        with self._storage.write_to(self._resource) as folder:
            dump(state, folder / FILE)
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> "HearDanger":
        """Bring the learnt layer back."""
        with model_storage.read_from(resource) as folder:
            meaning = risk.Meaning(load(folder / FILE))
        _loaded[:] = [dataclasses.replace(deaf_ears(), meaning=meaning)]
        return cls(model_storage, resource, _loaded[0])

    def process(self, messages: list[Message]) -> list[Message]:
        """Hear each message that was read; one that its channel has heard is not heard twice."""
        for message in messages:
            reading, heard = message.get(READING), heard_already()
            if heard is None:
                heard = [finding.record() for finding in risk.check(reading, self.ears)] if reading is not None else []
            message.set(RISK, heard, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing to add to examples."""
        return training_data
