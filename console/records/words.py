"""The columns that hold words. Only `console/review/access.py` may import this module; a test looks for others."""
from __future__ import annotations

from django.db import models

from console.records.models import ReadOnly


class EventWords(ReadOnly):
    """One whole event, with what was said (redacted before it was stored)."""

    id = models.BigIntegerField(primary_key=True)
    conversation = models.CharField(max_length=64)
    seq = models.IntegerField()
    at = models.FloatField()
    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=120, null=True)
    answer = models.CharField(max_length=80, null=True)
    score = models.FloatField(null=True)
    decision = models.CharField(max_length=16, null=True)
    danger = models.CharField(max_length=40, null=True)
    level = models.CharField(max_length=12, null=True)
    text = models.TextField(null=True)
    data = models.TextField()

    class Meta:
        """Django's own."""

        app_label = "records"
        managed = False
        db_table = "events"
