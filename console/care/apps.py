"""Names the app for Django."""
from __future__ import annotations

from django.apps import AppConfig


class Care(AppConfig):
    """Django's own."""

    name = "console.care"
    label = "care"
