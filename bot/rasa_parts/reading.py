"""Graph component that reads each message once, for all that follow it."""
from __future__ import annotations

import contextlib
import contextvars
import functools
from collections.abc import Iterator
from typing import Any, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import reading
from bot.settings import LANGUAGE_BUILT, LANGUAGE_DATA

READING = "reading"
_lent: contextvars.ContextVar[Optional[reading.Reading]] = contextvars.ContextVar("lent_reading", default=None)


def shared_reader() -> reading.Reader:
    """This process's reader."""
    return reading.shared(LANGUAGE_DATA, LANGUAGE_BUILT)


@functools.lru_cache(maxsize=16)
def read(text: str) -> reading.Reading:
    """Read a message; the channel's own danger check and Rasa's pipeline share what came out."""
    return shared_reader().read(text)


@contextlib.contextmanager
def lent(found: Optional[reading.Reading]) -> Iterator[None]:
    """Within this, Rasa reads what was typed, though it is given, and stores, the redacted text."""
    token = _lent.set(found)
    try:
        yield
    finally:
        _lent.reset(token)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ReadMessage(GraphComponent):
    """Puts a `bot.language.reading.Reading` on each message under READING; it is never stored."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "ReadMessage":
        """Nothing to set up: the reader is shared by the process."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message."""
        for message in messages:
            message.set(READING, _lent.get() or read(message.get(TEXT) or ""))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training reads its examples in bulk, where they are used."""
        return training_data
