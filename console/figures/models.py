"""Counts by day, without anything that leads to a conversation: they stay when the words go."""
from __future__ import annotations

from django.db import models


class Count(models.Model):
    """How often something happened on a day (UTC) on a channel."""

    day = models.DateField()
    channel = models.CharField(max_length=24)
    measure = models.CharField(max_length=16)
    key = models.CharField(max_length=120, blank=True)
    number = models.IntegerField(default=0)

    class Meta:
        """Django's own."""

        db_table = "console_count"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["measure", "day", "channel", "key"], name="console_count_once")]


class Counted(models.Model):
    """How far each source was counted: an event's id, or a moment. `seen` is how far the source reached when last looked at."""

    source = models.CharField(max_length=16, primary_key=True)
    upto = models.FloatField(default=0)
    seen = models.FloatField(default=0)
    at = models.FloatField(default=0)

    class Meta:
        """Django's own."""

        db_table = "console_counted"
        default_permissions = ()
