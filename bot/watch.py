"""Tell staff of a danger, or of somebody in danger who asks for a person: a case in the outbox, needing no other process."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import care, settings
from bot.storage import outbox
from bot.storage.cases import Case, case_id

PRETEND = frozenset({"ask"})  # channels on which nobody is in need: writers try content there
GRAVE = ("urgent", "emergency")


def notice(conversation: str, channel: str, step: care.Step, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Open a case where a danger is new or has grown, or where the step is that a person is wanted. Never raises."""
    was, now = before.get("care") or {}, after.get("care") or {}
    grown = now.get("level") in GRAVE and (was.get("level") != now.get("level") or not was)
    wish = "talk_now" if step.name == "wants_human" else "danger" if grown else None
    if wish is None or channel in PRETEND:
        return
    moment = settings.now().timestamp()
    country = after.get("country", before.get("country"))
    case = Case(case_id(conversation, str(moment), wish), conversation, channel, now["level"], now.get("danger"), wish, country, moment)
    # The person waits for the reply, so the disk is not waited for.
    outbox.put(case, durable=False)
