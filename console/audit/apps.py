"""Names the app for Django."""
from __future__ import annotations

from django.apps import AppConfig


class Audit(AppConfig):
    """Django's own."""

    name = "console.audit"
    label = "audit"
