"""The columns that hold words. Only `console/review/access.py` may import this module; a test looks for others."""
from __future__ import annotations

from django.db import models

from console.records.models import EventPlace


class EventWords(EventPlace):
    """One whole event, with what was said (redacted before it was stored)."""

    text = models.TextField(null=True)
    data = models.TextField()

    class Meta:
        """Django's own."""

        app_label = "records"
        managed = False
        db_table = "events"
