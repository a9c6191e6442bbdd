"""Show the lines that fit: "a text line for families"."""
from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import shared
from bot import flows


class FindHelpline(Action):
    """The right lines for country, need, person and hour."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_find_helpline"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> shared.Events:
        """Say it."""
        return shared.reply(flows.find_helpline(shared.text_of(tracker), shared.scene_of(tracker)), dispatcher, tracker, self.name())
