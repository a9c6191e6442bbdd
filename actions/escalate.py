"""Open a case for staff: "I want to talk to a person". Says truly what happens next, and always who can be reached now."""
from __future__ import annotations

import logging
import os

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.exc import SQLAlchemyError

from actions import shared
from bot import flows, settings, staffing, watch
from bot.opening_hours import HoursError
from bot.storage import cases, database, outbox

log = logging.getLogger(__name__)
WISHES = {"talk_to_human": "talk_now", "call_me_back": "call_back", "check_my_question": "check"}


class Escalate(Action):
    """Opens a case with level, danger, wish and country, and nothing else."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_escalate"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> shared.Events:
        """Keep the case, try to send it, and say what became of it."""
        case, staff = case_of(tracker), staffed()
        pretend = staff.kind == "none" or case.channel in watch.PRETEND
        outcome = "opened" if pretend else keep(case)
        said = flows.escalated(case.wish, outcome, staff, shared.scene_of(tracker))
        return shared.reply(said, dispatcher, tracker, self.name())


def case_of(tracker: Tracker) -> cases.Case:
    """The case for this message; the same message makes the same one."""
    latest = tracker.latest_message or {}
    wish = WISHES.get((latest.get("intent") or {}).get("name", ""), "talk_now")
    heard = tracker.get_slot("care") or {}
    message = str((latest.get("metadata") or {}).get("message") or latest.get("message_id") or settings.now().timestamp())
    return cases.Case(
        id=cases.case_id(tracker.sender_id, message, wish),
        conversation=tracker.sender_id,
        channel=tracker.get_latest_input_channel() or "unknown",
        level=heard.get("level") or "none",
        danger=heard.get("danger"),
        wish=wish,
        country=tracker.get_slot("country"),
        opened_at=settings.now().timestamp(),
    )


def keep(case: cases.Case) -> str:
    """opened, already (it was open), waiting (the database is away; it will be sent), or failed."""
    if is_open(case):
        return "already"
    if not outbox.put(case):
        return "failed"
    return "opened" if outbox.send() else "waiting"


def is_open(case: cases.Case) -> bool:
    """Whether the same wish of this conversation is with staff already, or on its way."""
    if any(other.conversation == case.conversation and other.wish == case.wish and other.id != case.id for _, other in outbox.waiting()):
        return True
    try:
        with database.reading() as connection:
            return cases.is_open(connection, case)
    except (SQLAlchemyError, database.DatabaseProblem):
        return False  # not known; sending it will tell, and opens nothing twice


def staffed() -> flows.Staff:
    """When the team works, by setting; one that is missing or cannot be read counts as not known, and `none` as no team."""
    if os.environ.get(staffing.VARIABLE, "").strip() == "none":
        return flows.Staff("none")
    try:
        known = staffing.hours() is not None
    except HoursError as error:
        log.error("%s", error)
        known = False
    if not known:
        return flows.Staff("unknown")
    opening = staffing.opening(settings.now())
    return flows.Staff("open", opening.until) if opening.open else flows.Staff("closed", opening.opens_at)
