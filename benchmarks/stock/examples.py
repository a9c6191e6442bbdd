"""What both pipelines learn from: every example of the content, as Rasa's own retrieval intents. Nothing is written to a file."""
from __future__ import annotations

import hashlib
import json
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_model_configuration

from bot import content, understanding
from bot.answers import NONE, is_answer

OUT = "out_of_scope"


class Examples(TrainingDataImporter):
    """Rasa's door to the examples, for training without dialogue."""

    def __init__(self, config_file: str | None = None, domain_path: str | None = None, training_data_paths: Any = None, **kwargs: Any) -> None:
        """Rasa passes paths; only that of the configuration is used."""
        self._config_file = config_file

    def get_config(self) -> dict[str, Any]:
        """The configuration as it was written."""
        return dict(read_model_configuration(str(self._config_file)))

    def get_config_file_for_auto_config(self) -> str | None:
        """Nothing is left for Rasa to complete."""
        return self._config_file

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Each example under its intent. A response selector wants something to say to each, and is given the intent's name."""
        found = pairs()
        responses = {f"utter_{intent}": [{"text": intent}] for _, intent in found if "/" in intent}
        return TrainingData([Message.build(text=text, intent=intent) for text, intent in found], responses=responses)

    def get_domain(self) -> Domain:
        """None is needed."""
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """None are needed."""
        return StoryGraph([])


def pairs() -> list[tuple[str, str]]:
    """Each example as it is written, and its intent."""
    texts, labels = understanding.examples(content.shared(), str.strip)
    return [(text, intent(label)) for text, label in zip(texts, labels) if text]


def intent(label: str) -> str:
    """A label as Rasa's intent: `answer/<id>`, `talk/thanks`, a wish by its bare name, or out_of_scope."""
    if label == NONE:
        return OUT
    return f"answer/{label}" if is_answer(label) else label.removeprefix("flow/")


def digest(*more: str) -> str:
    """The examples, and whatever else a model depends on, in a few letters."""
    return hashlib.sha256(json.dumps([pairs(), more]).encode()).hexdigest()[:16]
