"""Names the app for Django."""
from __future__ import annotations

from django.apps import AppConfig


class Learn(AppConfig):
    """Django's own."""

    name = "console.learn"
    label = "learn"
