"""The moment at which tests stand still."""
from __future__ import annotations

from bot import settings

NOON = settings.parse_moment("2026-11-24T12:00:00Z")
