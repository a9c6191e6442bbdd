"""`write(staff, act, ...)`: the one way into the audit log."""
from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
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
    entry(staff, act, label(conversation) if conversation is not None else subject, detail).save()


def write_each(staff: Any, act: str, conversations: Iterable[str], *, detail: str = "") -> None:
    """Add an entry for each of several conversations, in one statement. Raises ValueError as `write` does."""
    Entry.objects.bulk_create(entry(staff, act, label(one), detail) for one in conversations)


def entry(staff: Any, act: str, about: str, detail: str) -> Entry:
    """An entry of this moment that is not written yet. Raises ValueError as `write` does."""
    if act not in ACTS:
        raise ValueError(f"{act!r} is not listed in console/audit/models.py, add it there")
    name = staff if isinstance(staff, str) else getattr(staff, "username", "") or ""
    return Entry(at=settings.now().timestamp(), staff=name[:150], act=act, subject=about[:120], detail=detail[:500])
