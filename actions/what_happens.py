"""Say what a call is like: "what do they ask when I ring?"."""
from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import shared
from bot import flows


class WhatHappens(Action):
    """What happens when you call, and what the lines here cost and keep to themselves."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_what_happens"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> shared.Events:
        """Say it."""
        return shared.reply(flows.what_happens(shared.scene_of(tracker), again=not shared.is_new(tracker)), dispatcher, tracker, self.name())
