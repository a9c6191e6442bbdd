"""Names the app for Django."""
from __future__ import annotations

from django.apps import AppConfig


class Review(AppConfig):
    """Django's own."""

    name = "console.review"
    label = "review"
