"""Slow down whoever guesses passwords, without letting a stranger lock a member of staff out from everywhere.

Counted are failures of a name from one address (few are allowed), of an address, and of a name from anywhere (many are).
"""
from __future__ import annotations

import hashlib
import hmac

from django.conf import settings as django_settings
from django.db import transaction
from django.http import HttpRequest

from bot import settings
from console.people.models import Attempts

WITHIN, LOCKED = 15 * 60, 15 * 60  # seconds
PAIR, ADDRESS, NAME = 5, 30, 50


def keys(request: HttpRequest, name: str) -> list[tuple[str, int]]:
    """What is counted for one attempt, each with its limit."""
    address = request.META.get("REMOTE_ADDR", "")
    name = name.strip().lower()
    return [(hashed("pair", name, address), PAIR), (hashed("address", address), ADDRESS), (hashed("name", name), NAME)]


def hashed(*parts: str) -> str:
    """A keyed hash that nobody can read a name or an address from."""
    said = "\x1f".join(("lockout", *parts)).encode("utf-8", "surrogatepass")
    return hmac.new(django_settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()


def is_locked(request: HttpRequest, name: str) -> bool:
    """Whether this attempt must not even be looked at."""
    now = settings.now().timestamp()
    found = Attempts.objects.filter(who__in=[key for key, _ in keys(request, name)], locked_until__gt=now)
    # A lock from a clock that ran ahead ends all the same.
    return any(row.locked_until - now <= LOCKED for row in found)


def failed(request: HttpRequest, name: str) -> bool:
    """Count a failure; True if it locked."""
    now, locked = settings.now().timestamp(), False
    with transaction.atomic():
        Attempts.objects.filter(first_at__lt=now - WITHIN, locked_until__lt=now).delete()
        for key, limit in keys(request, name):
            row, _ = Attempts.objects.select_for_update().get_or_create(who=key, defaults={"first_at": now})
            row.failures += 1
            if row.failures >= limit:
                row.failures, row.locked_until, locked = 0, now + LOCKED, True
            row.save()
    return locked


def succeeded(request: HttpRequest, name: str) -> None:
    """Forget the failures of a name from here."""
    Attempts.objects.filter(who=keys(request, name)[0][0]).delete()


def unlock(name: str) -> None:
    """Forget the failures of a name from anywhere, for an administrator."""
    Attempts.objects.filter(who=hashed("name", name.strip().lower())).delete()
