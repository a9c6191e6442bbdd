"""The trained assistant in one process: for `make ask`, transcripts and measuring; the same path as the server's."""
from __future__ import annotations

import pathlib
from typing import Any, Optional

from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from bot.rasa_parts import graph
from bot.rasa_parts.store import own
from bot.rasa_parts.voice import Voice
from bot.settings import MODELS


class LocalActions(EndpointConfig):
    """Runs our custom actions here instead of asking the action server, through rasa-sdk's own executor."""

    def __init__(self) -> None:
        """Register every action below `actions/`."""
        from rasa_sdk.executor import ActionExecutor

        super().__init__(url="local")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(  # type: ignore[override]
        self, method: str = "post", subpath: Optional[str] = None, content_type: Optional[str] = None, compress: bool = False, **kwargs: Any
    ) -> Any:
        """Run the action that Rasa asks for."""
        found = await self._executor.run(kwargs["json"])
        return found if found is not None else {}


def load(models: pathlib.Path = MODELS, store: Optional[TrackerStore] = None) -> Agent:
    """The newest model, with an in-memory store unless another is given. Raises FileNotFoundError naming the remedy."""
    found = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise FileNotFoundError(f"{models}: there is no trained model, run `make train`")
    own()
    graph.own()
    # The voice needs a domain for its static words; Rasa gives it the model's own once loaded.
    agent = Agent(generator=Voice(), action_endpoint=LocalActions(), tracker_store=store or InMemoryTrackerStore(Domain.empty()))
    agent.load_model(found[-1])
    if agent.domain is not None:
        agent.nlg = Voice(domain=agent.domain)
        if agent.processor is not None:
            agent.processor.nlg = agent.nlg
    return agent
