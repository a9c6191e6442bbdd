"""`write(staff, act, ...)`: the one way into the audit log."""
from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.conf import settings as django_settings

from bot import settings
from console.audit.models import ACTS, Entry

SYSTEM = "(command)"


def label(conversation: str) -> str:
    """What staff call a conversation: short, the same every time, and leading nowhere once the conversation is gone."""
    secret = hashlib.sha256(f"label:{django_settings.SECRET_KEY}".encode()).digest()
    return "C-" + hmac.new(secret, conversation.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:10]


def write(staff: Any, act: str, *, conversation: str | None = None, subject: str = "", detail: str = "") -> None:
    """Add an entry. `staff` is an account or a name; `detail` never holds a word of a conversation.

    Raises ValueError for an act that ACTS does not name.
    """
    if act not in ACTS:
        raise ValueError(f"{act!r} is not listed in console/audit/models.py, add it there")
    name = staff if isinstance(staff, str) else getattr(staff, "username", "") or ""
    about = label(conversation) if conversation is not None else subject
    Entry(at=settings.now().timestamp(), staff=name[:150], act=act, subject=about[:120], detail=detail[:500]).save()
