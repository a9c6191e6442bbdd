"""Short-lived links to the form on which somebody leaves a way to call them back.

The link is sealed, so it cannot be guessed, changed or read, and it names nothing but the case. Whoever opens the case
makes the link; the console's form reads it. What is written there is sealed and never reaches the conversation.
"""
from __future__ import annotations

import json
import os

from bot import privacy

LIFE = 60 * 60.0  # seconds in which the form can be opened
PURPOSE = "consent"
VARIABLE = "MOORING_CONSOLE_URL"


class LinkTrouble(Exception):
    """The link opens nothing: forged or damaged, or too old (`expired`)."""

    def __init__(self, *, expired: bool) -> None:
        """`expired` says that it was ours once."""
        super().__init__("the link is too old, ask for a new one" if expired else "this is no link of ours, open it as it was given")
        self.expired = expired


def make(case: str, *, now: float) -> str:
    """The token of a link to the form of a case, good for LIFE seconds. Raises KeyTrouble."""
    return privacy.seal(json.dumps({"for": PURPOSE, "case": case, "until": now + LIFE})).decode("ascii")


def reachable() -> bool:
    """Whether people can open our pages by an address that we know, so that a link may be given to them."""
    return bool(os.environ.get(VARIABLE))


def address(case: str, *, now: float) -> str:
    """The whole link, below the address at which people reach the pages (`MOORING_CONSOLE_URL`)."""
    base = os.environ.get(VARIABLE) or f"http://127.0.0.1:{os.environ.get('CONSOLE_PORT', '8000')}"
    return f"{base.rstrip('/')}/call-back/{make(case, now=now)}"


def read(token: str, *, now: float) -> str:
    """The case that a token is for. Raises LinkTrouble."""
    try:
        held = json.loads(privacy.unseal(token.encode("ascii")))
        case, until = str(held["case"]), float(held["until"])
    except (privacy.KeyTrouble, ValueError, KeyError, TypeError):
        raise LinkTrouble(expired=False) from None
    if held.get("for") != PURPOSE:
        raise LinkTrouble(expired=False)
    if now > until:
        raise LinkTrouble(expired=True)
    return case
