"""Open a case for staff: "I want to talk to a person". Says truly what happens next, and always who can be reached now."""
from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.exc import SQLAlchemyError

from actions import shared
from bot import consent_links, flows, settings, staffing, watch
from bot.storage import cases, database, outbox

LEAVE_CONTACT = "leave_contact"  # the button under the offer to be called
WISHES = {"talk_to_human": "talk_now", "call_me_back": "call_back", LEAVE_CONTACT: "call_back", "check_my_question": "check"}


class Escalate(Action):
    """Opens a case with level, danger, wish and country, and nothing else."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_escalate"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> shared.Events:
        """Keep the case, try to send it, and say what became of it."""
        case, staff = case_of(tracker), staffing.at(settings.now())
        pretend = staff.kind == "none" or case.channel in watch.PRETEND
        outcome = "opened" if pretend else keep(case)
        contact = case.wish == "call_back" and not pretend and (case.channel == "web" or consent_links.reachable())
        link = link_of(case) if contact and intent_of(tracker) == LEAVE_CONTACT and consent_links.reachable() else ""
        said = flows.escalated(case.wish, outcome, staff, shared.scene_of(tracker), contact=contact, link=link)
        return shared.reply(said, dispatcher, tracker, self.name())


def intent_of(tracker: Tracker) -> str:
    """What the message was taken for."""
    return str(((tracker.latest_message or {}).get("intent") or {}).get("name", ""))


def link_of(case: cases.Case) -> str:
    """The address of the form on which a way to call back is left; empty where the case has not reached the database."""
    try:
        with database.reading() as connection:
            id = cases.open_id(connection, case)
    except (SQLAlchemyError, database.DatabaseProblem):
        return ""
    return consent_links.address(id, now=settings.now().timestamp()) if id else ""


def case_of(tracker: Tracker) -> cases.Case:
    """The case for this message; the same message makes the same one."""
    latest = tracker.latest_message or {}
    wish = WISHES.get(intent_of(tracker), "talk_now")
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
            return cases.open_id(connection, case) not in (None, case.id)
    except (SQLAlchemyError, database.DatabaseProblem):
        return False  # not known; sending it will tell, and opens nothing twice
