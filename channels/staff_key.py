"""The key by which the console's requests are known to `channels/staff.py`. It imports no Rasa, so the console can use it."""
from __future__ import annotations

import hmac
import os

from bot import privacy

VARIABLE = "MOORING_STAFF_KEY"


def key() -> str:
    """What the console sends as `Authorization: Bearer ...`: MOORING_STAFF_KEY, else made from the newest key of the ring. Raises KeyTrouble."""
    return accepted()[0]


def accepted() -> list[str]:
    """Every key that is taken, newest first: an older one still counts after a rotation. Raises KeyTrouble."""
    given = os.environ.get(VARIABLE)
    return [given] if given else [privacy.derive(each, "staff").hex() for each in privacy.ring().keys]


def fits(header: str) -> bool:
    """Whether an Authorization header holds the key. Raises KeyTrouble."""
    sent = header.removeprefix("Bearer ").encode("utf-8", "replace")
    return header.startswith("Bearer ") and any(hmac.compare_digest(sent, each.encode()) for each in accepted())
