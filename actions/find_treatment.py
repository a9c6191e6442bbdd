"""Show how treatment is entered in somebody's country: "where do I get help near me?"."""
from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import shared
from bot import flows


class FindTreatment(Action):
    """The way in, the official finder, the cost, and what to ask before paying. Never a commercial clinic."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_find_treatment"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> shared.Events:
        """Say it."""
        return shared.reply(flows.find_treatment(shared.scene_of(tracker)), dispatcher, tracker, self.name())
