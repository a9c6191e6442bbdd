"""Names the app for Django."""
from __future__ import annotations

from django.apps import AppConfig


class Figures(AppConfig):
    """Django's own."""

    name = "console.figures"
    label = "figures"
