"""Names the app for Django."""
from __future__ import annotations

from django.apps import AppConfig


class Records(AppConfig):
    """Django's own."""

    name = "console.records"
    label = "records"
