"""Give contacts to keep: "can I save this?"."""
from __future__ import annotations

import os

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import shared
from bot import flows


class SaveCard(Action):
    """A card of lines that hold at any hour, and the page that prints."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_save_card"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> shared.Events:
        """Say it."""
        return shared.reply(flows.card(shared.scene_of(tracker), page=os.environ.get("MOORING_HELP_URL")), dispatcher, tracker, self.name())
